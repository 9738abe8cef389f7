import { randomUUID } from 'node:crypto';
import { type Amounts, NO_AMOUNTS } from '../budget/amounts.js';
import type { BudgetRun } from '../budget/budget-run.js';
import { type RunSharedBudgets, type SharedShortage, statesIn } from '../budget/run-shared-budgets.js';
import { refuseForShared } from '../budget/shared-blocked.js';
import type { SharedLimit } from '../budget/shared-budget.js';
import { countedAs } from '../budget/shared-units.js';
import { StoreFullError, StoreUnavailableError, ToolGuardError } from '../errors/guard-errors.js';
import { messageOfThrown } from '../errors/thrown.js';
import { warnOnce } from '../events/warn-once.js';
import type { BudgetHold, BudgetState, StoreOperation } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';

/** The most that a call can come to, by the cap of its output. */
export interface WorstCase {
  /** With all its attempts. */
  amounts(cap: number): Amounts;
  /** The greatest cap, up to this one, with which something is true; `undefined` where there is none. */
  greatest(cap: number, isSo: (cap: number) => boolean): number | undefined;
  /** The smallest cap that the provider takes. */
  readonly least: number;
}

/** Refusals of the store in a row for what others have taken meanwhile, beyond one for each limit, until the call is refused. */
const MORE_TRIES = 3;
/** Refused exactly when the limit is reached. */
const SMALLEST = 1;
const WRONG_ANSWER = 'the store answered wrongly to budget.hold';

/** What one call of a model holds of the shared budgets of its run. All of them are asked in one trip to the store. */
export class SharedHold {
  readonly #run: BudgetRun;
  readonly #shared: RunSharedBudgets;
  readonly #label: string;
  readonly #owner = randomUUID();
  #isHeld = false;

  constructor(run: BudgetRun, shared: RunSharedBudgets, label: string) {
    this.#run = run;
    this.#shared = shared;
    this.#label = label;
  }

  /**
   * Holds what the call may use. Where limits only observe, nothing is held.
   *
   * @param worst what hard limits hold; `undefined` where there is none, or the call has no bound and limits only observe
   * @returns the cap of output that fits, at most `cap`
   * @throws {BudgetExceededError}
   * @throws {StoreUnavailableError} where the store does not answer; {StoreFullError} where it takes no more budgets
   * @throws {RunStoppedError} where the run was stopped meanwhile
   */
  take(cap: number, worst: WorstCase | undefined): MaybePromise<number> {
    return this.#take(cap, worst, this.#shared.limits.length + MORE_TRIES);
  }

  /** Books what was used in place of what is held. */
  settle(used: Amounts): void {
    this.#shared.book(used, this.#isHeld ? this.#owner : undefined);
  }

  #take(cap: number, worst: WorstCase | undefined, tries: number): MaybePromise<number> {
    const { store, clock } = this.#run.core;
    const operations = this.#operations(worst?.amounts(cap));
    let answers: MaybePromise<readonly unknown[]>;
    try {
      answers = store.apply(operations, clock.now()) as MaybePromise<readonly unknown[]>;
    } catch (error) {
      return this.#unanswered(cap, error);
    }
    const decide = (all: readonly unknown[]): MaybePromise<number> =>
      this.#decide(cap, worst, tries, operations.length, all);
    return isThenable(answers) ? this.#later(cap, Promise.resolve(answers), decide) : decide(answers);
  }

  async #later(
    cap: number,
    arriving: Promise<readonly unknown[]>,
    decide: (answers: readonly unknown[]) => MaybePromise<number>,
  ): Promise<number> {
    let answers: readonly unknown[] = [];
    let failure: { readonly error: unknown } | undefined;
    const arrived = arriving.then(
      (all) => void (answers = all),
      (error: unknown) => void (failure = { error }),
    );
    try {
      await this.#run.unlessStopped(arrived);
    } catch (stopped) {
      this.#shared.behind(arrived, () => this.#giveBack());
      throw stopped;
    }
    const fitting = failure === undefined ? await decide(answers) : this.#unanswered(cap, failure.error);
    try {
      this.#run.assertTakesCalls(this.#label);
    } catch (stopped) {
      this.#giveBack();
      throw stopped;
    }
    return fitting;
  }

  // What is used is read in the same step: a refusal says how much is left of every limit, and when it starts anew.
  #operations(needed: Amounts | undefined): readonly StoreOperation[] {
    const { limits } = this.#shared;
    const read = { op: 'budget.read', budgets: limits.map((each) => this.#shared.keyOf(each)) } as const;
    if (this.#run.isObserved) return [read];
    const soft = limits.filter(({ isHard }) => !isHard);
    const hard = (['token', 'usd'] as const).map((unit) => {
      const ofUnit = limits.filter(({ isHard, limitType }) => isHard && limitType === unit);
      return this.#hold(ofUnit, needed === undefined ? 0 : countedAs(unit, needed), 'charge');
    });
    return [read, ...[this.#hold(soft, SMALLEST, 'release'), ...hard].filter(({ budgets }) => budgets.length > 0)];
  }

  #hold(limits: readonly SharedLimit[], amount: number, lapse: BudgetHold['lapse']): BudgetHold {
    const budgets = limits.map((each) => ({ ...this.#shared.keyOf(each), limit: each.limit }));
    return { op: 'budget.hold', budgets, owner: this.#owner, amount, lapse, observe: false };
  }

  #decide(
    cap: number,
    worst: WorstCase | undefined,
    tries: number,
    asked: number,
    answers: readonly unknown[],
  ): MaybePromise<number> {
    const states = Array.isArray(answers) ? statesIn(answers[0], this.#shared.limits.length) : undefined;
    const holds = Array.isArray(answers) ? (answers.slice(1) as readonly (HoldAnswer | undefined)[]) : [];
    const refused = holds.find((each) => each?.admitted === false);
    const isWhole = holds.every((each) => each?.admitted === true) && holds.length === asked - 1;
    if (states === undefined || (refused === undefined && !isWhole))
      return this.#unanswered(cap, new Error(WRONG_ANSWER));
    this.#shared.learn(states);
    if (refused === undefined && !this.#run.isObserved) {
      this.#isHeld = true;
      return cap;
    }
    if (refused?.full) throw new StoreFullError(this.#label, 'shared budgets');
    const { stopped } = this.#shared;
    if (stopped !== undefined) return this.#refuse(cap, stopped);
    const fitting = worst?.greatest(cap, (smaller) => this.#shortage(worst.amounts(smaller)) === undefined);
    if (worst !== undefined && fitting === undefined)
      return this.#refuse(cap, this.#shortage(worst.amounts(worst.least)) as SharedShortage);
    if (refused === undefined) return cap;
    if (fitting !== undefined && fitting < cap && tries > 0) return this.#take(fitting, worst, tries - 1);
    // Others hold what is left, and took it again and again before this call could.
    const limit = this.#shared.limits.find(({ key }) => key === refused.key);
    if (limit === undefined) return this.#unanswered(cap, new Error(WRONG_ANSWER));
    return this.#refuse(cap, { limit, state: this.#shared.seen(limit), isForNow: true });
  }

  /** The first hard limit that a call does not fit into. */
  #shortage(amounts: Amounts): SharedShortage | undefined {
    for (const limit of this.#shared.limits) {
      if (!limit.isHard) continue;
      const state: BudgetState = this.#shared.seen(limit);
      const needed = countedAs(limit.limitType, amounts);
      if (state.used + state.held + needed <= limit.limit) continue;
      return { limit, state, needed, isForNow: state.used + needed <= limit.limit };
    }
    return undefined;
  }

  #refuse(cap: number, shortage: SharedShortage): number {
    const { limit, state, isForNow } = shortage;
    // What others hold comes back; what is used does not.
    if (!isForNow) this.#shared.stop({ limit, state, isForNow });
    refuseForShared(this.#run, shortage, this.#label);
    return cap;
  }

  // Only the answer may have been lost, so what it may have taken is given back.
  #unanswered(cap: number, error: unknown): number {
    if (this.#run.isObserved) {
      const what = `The state store does not answer for the shared budgets of ${this.#label}`;
      warnOnce(this.#run.core, 'store_unavailable', `${what}: ${messageOfThrown(error)}`);
      return cap;
    }
    this.#giveBack();
    throw error instanceof ToolGuardError ? error : new StoreUnavailableError(this.#label, error);
  }

  #giveBack(): void {
    if (!this.#run.isObserved) this.#shared.book(NO_AMOUNTS, this.#owner);
  }
}

interface HoldAnswer {
  readonly admitted?: unknown;
  readonly full?: boolean;
  readonly key?: string;
}
