import type { Trace } from '../trace/trace.js';
import type { ReplayedTrace } from './outcome.js';
import type { AgentClass } from './recorded-agent.js';
import { Replayer, type ReplayerOptions } from './replayer.js';

/** What is replayed, and through which agents. */
export interface ReplayInput {
  /** The decorated classes, as they are. They are never constructed, so nothing has to be provided for them. */
  readonly agents: readonly AgentClass[];
  /** Recorded conversations, one after the other: a list, or what a reader yields. */
  readonly traces: Iterable<Trace> | AsyncIterable<Trace>;
  /** How the replay goes. @default each trace for itself */
  readonly options?: ReplayerOptions | undefined;
}

/**
 * Makes recorded calls once more, through the real guards of the agents, and says what became of each. Nothing happens in the
 * world: the method of a tool is replaced by what was recorded of it, time is that of the recording, and a call that is refused
 * proves nothing to those that follow. The same input has the same outcome, always.
 *
 * @throws {HostConfigurationError} where a declaration of an agent is wrong
 */
export async function* replay({
  agents,
  traces,
  options,
}: ReplayInput): AsyncGenerator<ReplayedTrace, void, undefined> {
  const replayer = await Replayer.create(agents, options);
  try {
    for await (const trace of traces) yield await replayer.replay(trace);
  } finally {
    await replayer.close();
  }
}
