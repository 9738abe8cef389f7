import type { AgentClass } from '../replay/recorded-agent.js';
import { Replayer, type ReplayerOptions } from '../replay/replayer.js';
import type { Trace } from '../trace/trace.js';
import type { CallChange } from './call-change.js';
import { Comparison, type ComparisonData } from './comparison.js';

/** Two versions of agents, and what they are compared on. */
export interface CompareInput {
  /** The decorated classes as they were. */
  readonly before: readonly AgentClass[];
  /** The decorated classes as they are now. */
  readonly after: readonly AgentClass[];
  /** Recorded conversations: a list, or what a reader yields. */
  readonly traces: Iterable<Trace> | AsyncIterable<Trace>;
  /** Whether state goes on from one trace to the next. @default 'trace': each starts with none */
  readonly state?: ReplayerOptions['state'];
  /** Most calls that are kept of each group of changes. @default 3 */
  readonly maxExamples?: number | undefined;
  /** Gets every changed call, in order. @default none */
  readonly onChange?: ((change: CallChange) => void) | undefined;
}

/**
 * Replays recordings with two versions of agents and says which calls they decide differently: for a test that a change of
 * a policy lets nothing pass that was refused.
 *
 * @throws {HostConfigurationError} where a declaration of an agent is wrong
 */
export async function compare({ before, after, traces, state, ...options }: CompareInput): Promise<ComparisonData> {
  const comparison = new Comparison(options);
  const old = await Replayer.create(before, { state });
  try {
    const current = await Replayer.create(after, { state });
    try {
      for await (const trace of traces) comparison.add(await old.replay(trace), await current.replay(trace));
    } finally {
      await current.close();
    }
  } finally {
    await old.close();
  }
  const { newlyPassing, newlyRefused, otherReason, scores } = comparison;
  return { traces: comparison.traces, calls: comparison.calls, newlyPassing, newlyRefused, otherReason, scores };
}
