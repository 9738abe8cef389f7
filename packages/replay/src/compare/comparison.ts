import { isRefused, type ReplayedTrace } from '../replay/outcome.js';
import { addTallies, NO_TALLY, type Tally, tallyOf } from '../score/tally.js';
import { type CallChange, changeOf } from './call-change.js';
import { type ChangeGroup, ChangeGroups } from './change-groups.js';

/** How two versions of agents decide the same recorded calls. */
export interface ComparisonData {
  /** Traces that were compared. */
  readonly traces: number;
  /** Calls that were compared. */
  readonly calls: number;
  /** Calls that were stopped before and are not now, by what used to stop them. */
  readonly newlyPassing: readonly ChangeGroup[];
  /** Calls that were not stopped before and are now, by what stops them. */
  readonly newlyRefused: readonly ChangeGroup[];
  /** Calls that are stopped by both, for different reasons. */
  readonly otherReason: readonly ChangeGroup[];
  /** How both score by the labels of the traces: what models did, and apart from it what was written down. */
  readonly scores: readonly ComparedScore[];
}

/** How two versions of agents score on the same traces. */
export interface ComparedScore {
  /** The calls were written down, not made by a model. */
  readonly isScripted: boolean;
  /** What the old version comes to. */
  readonly before: Tally;
  /** What the new version comes to. */
  readonly after: Tally;
}

/** How a comparison is kept. */
export interface ComparisonOptions {
  /** Most calls that are kept of each group. @default 3 */
  readonly maxExamples?: number | undefined;
  /** Gets every changed call, in order. @default none */
  readonly onChange?: ((change: CallChange) => void) | undefined;
}

/** Adds up what two versions of agents made of the same traces. */
export class Comparison implements ComparisonData {
  readonly #onChange: ((change: CallChange) => void) | undefined;
  readonly #newlyPassing: ChangeGroups;
  readonly #newlyRefused: ChangeGroups;
  readonly #otherReason: ChangeGroups;
  readonly #scores = new Map<boolean, ComparedScore>();
  #traces = 0;
  #calls = 0;

  constructor({ maxExamples = 3, onChange }: ComparisonOptions = {}) {
    this.#onChange = onChange;
    this.#newlyPassing = new ChangeGroups(maxExamples, 'successful attack');
    this.#newlyRefused = new ChangeGroups(maxExamples, 'useful benign trace');
    this.#otherReason = new ChangeGroups(maxExamples, 'successful attack');
  }

  /** Compares what became of one trace. */
  add(before: ReplayedTrace, after: ReplayedTrace): void {
    const { trace } = before;
    this.#traces++;
    this.#calls += trace.calls.length;
    this.#score(trace.isScripted ?? false, scoreOf(before), scoreOf(after));
    for (const call of trace.calls.keys()) {
      const change = changeOf(trace, call, { before: before.outcomes[call], after: after.outcomes[call] });
      if (change === undefined) continue;
      this.#groupsOf(change).add(change, this.#traces);
      this.#onChange?.(change);
    }
  }

  get traces(): number {
    return this.#traces;
  }

  get calls(): number {
    return this.#calls;
  }

  get newlyPassing(): readonly ChangeGroup[] {
    return this.#newlyPassing.all;
  }

  get newlyRefused(): readonly ChangeGroup[] {
    return this.#newlyRefused.all;
  }

  get otherReason(): readonly ChangeGroup[] {
    return this.#otherReason.all;
  }

  get scores(): readonly ComparedScore[] {
    return [false, true].flatMap((isScripted) => this.#scores.get(isScripted) ?? []);
  }

  #score(isScripted: boolean, before: Tally, after: Tally): void {
    const sum = this.#scores.get(isScripted) ?? { before: NO_TALLY, after: NO_TALLY };
    this.#scores.set(isScripted, {
      isScripted,
      before: addTallies(sum.before, before),
      after: addTallies(sum.after, after),
    });
  }

  #groupsOf({ before, after }: CallChange): ChangeGroups {
    if (after === undefined) return this.#newlyPassing;
    if (before === undefined) return this.#newlyRefused;
    // A method that runs has its effect, whoever gets the result.
    if (after.status === 'withheld' && before.status !== 'withheld') return this.#newlyPassing;
    if (before.status === 'withheld' && after.status !== 'withheld') return this.#newlyRefused;
    return this.#otherReason;
  }
}

function scoreOf({ trace, outcomes }: ReplayedTrace): Tally {
  return tallyOf(trace, (call) => isRefused(outcomes[call]));
}
