import type { ToolInfo } from '../agent/tool-info.js';
import type { SchedulingClock } from '../clock.js';

/** What a guard knows about where it stands, while it is built. */
export interface GuardSite {
  /** The tool that is guarded. */
  readonly tool: ToolInfo;
  /** All tools of the host. */
  readonly tools: ToolDirectory;
  /** The clock of the host: `now()` is monotonic, `wall()` epoch milliseconds. Tests move it, so read no other. */
  readonly clock: SchedulingClock;
  /** Whether the host has a tariff, which limits of cost units need. */
  readonly hasTariff: boolean;
  /** Reports a wrong option; the host refuses to start and names all of them. */
  problem(option: string, value: unknown, message: string, code?: string): void;
  /** Adds a line to what `host.explain` warns of. */
  warn(message: string): void;
  /** One object per host and key, shared by all guards that ask for it. */
  shared<T>(key: string, create: () => T): T;
}

/** Finds tools by the names that they answer to. */
export interface ToolDirectory {
  /** Ids of the tools that answer to a name such as `OrderAgent.preview`; empty where there is none. */
  idsOf(name: string): readonly string[];
  /** Names, as the model sees them, of the tools that mint facts of a kind. */
  provers(kind: string, among?: readonly string[]): readonly string[];
  /** Whether a tool mints facts of a kind about something (`about` of `@Prove`). */
  provesAbout(kind: string): boolean;
  /** Name of a tool as the model sees it. */
  modelName(id: string): string;
  /** Says that the success of these tools must be recorded, because a rule asks for it. */
  recordSteps(ids: readonly string[]): void;
  /** Names that could have been meant. */
  similar(name: string): readonly string[];
}
