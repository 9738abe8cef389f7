import type { CallChange } from './call-change.js';
import type { ChangeGroup } from './change-groups.js';
import type { ComparedScore, ComparisonData } from './comparison.js';

/** What `actguard-replay diff --json` writes. */
export interface JsonComparison {
  readonly version: 1;
  /** Every changed call, in the order of the recordings. */
  readonly changes: readonly JsonChange[];
  /** Traces that were compared. */
  readonly traces: number;
  /** Calls that were compared. */
  readonly calls: number;
  /** Calls that were stopped before and are not now, by what used to stop them. */
  readonly newlyPassing: readonly JsonChangeGroup[];
  /** Calls that were not stopped before and are now, by what stops them. */
  readonly newlyRefused: readonly JsonChangeGroup[];
  /** Calls that are stopped by both, for different reasons. */
  readonly otherReason: readonly JsonChangeGroup[];
  /** How both versions score by the labels of the traces. */
  readonly scores: readonly ComparedScore[];
}

/** A changed call. Its arguments are in the recording. */
export type JsonChange = Omit<CallChange, 'args'>;

/** Changed calls of one tool with the same reason. */
export type JsonChangeGroup = Omit<ChangeGroup, 'examples'>;

/** Writes a comparison as JSON in pieces: changed calls as they come, and then the rest. */
export class JsonComparisonWriter {
  #changes = 0;

  /** The next piece: a changed call. */
  change({ args: _, ...change }: CallChange): string {
    const start = this.#changes++ === 0 ? START : ',\n';
    return `${start}${JSON.stringify(change satisfies JsonChange)}`;
  }

  /** The last piece. */
  end({ traces, calls, newlyPassing, newlyRefused, otherReason, scores }: ComparisonData): string {
    const rest = {
      traces,
      calls,
      newlyPassing: newlyPassing.map(withoutExamples),
      newlyRefused: newlyRefused.map(withoutExamples),
      otherReason: otherReason.map(withoutExamples),
      scores,
    } satisfies Omit<JsonComparison, 'version' | 'changes'>;
    return `${this.#changes === 0 ? START : '\n'}],${JSON.stringify(rest).slice(1)}\n`;
  }
}

const START = '{"version":1,"changes":[\n';

function withoutExamples({ examples: _, ...group }: ChangeGroup): JsonChangeGroup {
  return group;
}
