import type { ActGuardEvent, Clock, ToolCallResult, Toolset } from '@actguard/core';
import type { ReplyListener } from './agent-loop.js';
import type { BudgetRefusal } from './answer-within.js';

/** Something that happened in a run. */
export type Entry = SpokenEntry | CallEntry | LateEndEntry | TimeEntry | SpentEntry | NotCalledEntry;

/** The user or the model said something, or the application in place of the model. */
export interface SpokenEntry {
  readonly kind: 'user' | 'model' | 'application';
  readonly text: string;
}

/** The model called a tool. */
export interface CallEntry {
  readonly kind: 'call';
  readonly tool: string;
  /** As the model sent them: JSON, if it behaved. */
  readonly args: string;
  readonly result: ToolCallResult;
  /** How long it was waited for on the clock of the world; 0 where the world has none. */
  readonly tookMs: number;
  /** What the guards told about the call; nothing in a bare run. */
  readonly events: readonly ActGuardEvent[];
  /** In which reply of the model it was, from 1. */
  readonly reply: number;
}

/** The method of a call that a guard had cut off has ended. */
export interface LateEndEntry {
  readonly kind: 'late end';
  /** Id of the tool. */
  readonly tool: string;
  readonly hasFailed: boolean;
}

/** Time passed before the user spoke again. */
export interface TimeEntry {
  readonly kind: 'time';
  readonly ms: number;
}

/** The model has replied, and its budget was charged. */
export interface SpentEntry {
  readonly kind: 'spent';
  /** Of the budget, this reply included. */
  readonly usd: number;
  readonly limitUsd: number;
}

/** The budget refused a call of the model. */
export interface NotCalledEntry {
  readonly kind: 'not called';
  readonly code: string;
  readonly because: string;
}

/** All that happened in a run, for showing and comparing. Each entry is passed on at once. */
export class Transcript {
  readonly entries: Entry[] = [];
  readonly #onEntry: (entry: Entry) => void;
  readonly #clock: Clock | undefined;
  #events: ActGuardEvent[] = [];
  #replies = 0;

  /** @param clock of the world, where it has one */
  constructor(onEntry: (entry: Entry) => void, clock?: Clock) {
    this.#onEntry = onEntry;
    this.#clock = clock;
  }

  userSaid(text: string): void {
    this.#add({ kind: 'user', text });
  }

  applicationSaid(text: string): void {
    this.#add({ kind: 'application', text });
  }

  /** For the agent loop. */
  readonly modelReplied: ReplyListener = ({ content }) => {
    this.#replies++;
    if (content) this.#add({ kind: 'model', text: content });
  };

  /** What of its budget is used after a reply of the model. */
  spent(usd: number, limitUsd: number): void {
    this.#add({ kind: 'spent', usd, limitUsd });
  }

  /** For `answerWithin`. */
  readonly modelRefused = ({ code, message: because }: BudgetRefusal): void => {
    this.#add({ kind: 'not called', code, because });
  };

  /** For `host.on`. */
  readonly guardTold = (event: ActGuardEvent): void => {
    if (event.name !== 'guard.intervention' || event.action !== 'late_end') this.#events.push(event);
    else this.#add({ kind: 'late end', tool: event.toolName, hasFailed: event.error !== undefined });
  };

  /** Lets something happen between two turns of the user, and writes down how much time it took. */
  async meanwhile(happen: () => void | Promise<void>): Promise<void> {
    const since = this.#now();
    await happen();
    const ms = this.#now() - since;
    if (ms > 0) this.#add({ kind: 'time', ms });
  }

  /** The same tools, with each call written down. */
  watch(tools: Toolset): Toolset {
    const call = async (tool: string, args: unknown): Promise<ToolCallResult> => {
      const events: ActGuardEvent[] = (this.#events = []);
      const since = this.#now();
      const result = await tools.call(tool, args);
      // What is told from now on is about something else.
      this.#events = [];
      const tookMs = this.#now() - since;
      this.#add({ kind: 'call', tool, args: String(args), result, tookMs, events, reply: this.#replies });
      return result;
    };
    return { definitions: tools.definitions, call };
  }

  /** Calls, in their order. */
  get calls(): readonly CallEntry[] {
    return this.entries.filter((entry) => entry.kind === 'call');
  }

  /** The call of the model that a budget refused. */
  get notCalled(): NotCalledEntry | undefined {
    return this.entries.find((entry) => entry.kind === 'not called');
  }

  #now(): number {
    return this.#clock?.now() ?? 0;
  }

  #add(entry: Entry): void {
    this.entries.push(entry);
    this.#onEntry(entry);
  }
}
