import type { CallChange } from './call-change.js';
import type { ChangeGroup } from './change-groups.js';
import type { ComparedScore, ComparisonData } from './comparison.js';

/** What `actguard-replay diff --json` writes. */
export interface JsonComparison {
  readonly version: 1;
  /** Every changed call, in the order of the recordings. */
  readonly changes: readonly JsonChange[];
  readonly traces: number;
  readonly calls: number;
  readonly newlyPassing: readonly JsonChangeGroup[];
  readonly newlyRefused: readonly JsonChangeGroup[];
  readonly otherReason: readonly JsonChangeGroup[];
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
