import { addTallies, NO_TALLY, type Tally } from '../score/tally.js';
import type { TraceResult } from './trace-result.js';

/** What came of traces that belong together: those of one suite of a source, or in a total of all its suites. */
export interface ReportRow extends Scored {
  /** Where the traces come from. */
  readonly source: string;
  /** `all` in a total. */
  readonly suite: string;
  /** Which model made the calls, or what else did; absent where the row is about several. */
  readonly model?: string | undefined;
  /** The calls were written down, not made by a model. Rows hold traces of one of the two kinds, never of both. */
  readonly isScripted: boolean;
  /** How many traces. */
  readonly traces: number;
  /** How many calls they have. */
  readonly calls: number;
  /** Calls that went through and whose result a guard kept back. */
  readonly withheld: number;
  /** Calls that a guard would have stopped if it did not only observe. */
  readonly observed: number;
  /** Calls of tools that no agent has. */
  readonly unknown: number;
  /** How other policies would have scored on the same traces. */
  readonly baselines: {
    /** Refuse every call of a guarded tool. */
    readonly denyAll: Scored;
    /** Allow what was seen anywhere before. */
    readonly seenAnywhere: Scored;
  };
}

/** How a policy scores. */
export interface Scored extends Tally {
  /** Calls that it refuses: that a guard stops before their method. */
  readonly refused: number;
}

/** What a row is about. */
export type RowSubject = Pick<ReportRow, 'source' | 'suite' | 'model' | 'isScripted'>;

/** Adds up the traces of a row. */
export class RowSum {
  readonly #subject: RowSubject;
  readonly #counts = { traces: 0, calls: 0, withheld: 0, observed: 0, unknown: 0 };
  readonly #policy = new ScoreSum();
  readonly #denyAll = new ScoreSum();
  readonly #seenAnywhere = new ScoreSum();

  constructor(subject: RowSubject) {
    this.#subject = subject;
  }

  add({ calls, refused, withheld, observed, unknown, tally, baselines }: TraceResult): void {
    this.#counts.traces++;
    this.#counts.calls += calls;
    this.#counts.withheld += withheld.length;
    this.#counts.observed += new Set(observed.map(({ call }) => call)).size;
    this.#counts.unknown += unknown.length;
    this.#policy.add(refused.length, tally);
    this.#denyAll.add(baselines.denyAll.refused.length, baselines.denyAll.tally);
    this.#seenAnywhere.add(baselines.seenAnywhere.refused.length, baselines.seenAnywhere.tally);
  }

  get row(): ReportRow {
    const { source, suite, model, isScripted } = this.#subject;
    return {
      source,
      suite,
      ...(model !== undefined && { model }),
      isScripted,
      ...this.#counts,
      ...this.#policy.scored,
      baselines: { denyAll: this.#denyAll.scored, seenAnywhere: this.#seenAnywhere.scored },
    };
  }
}

class ScoreSum {
  #refused = 0;
  #tally = NO_TALLY;

  add(refused: number, tally: Tally): void {
    this.#refused += refused;
    this.#tally = addTallies(this.#tally, tally);
  }

  get scored(): Scored {
    return { refused: this.#refused, ...this.#tally };
  }
}
