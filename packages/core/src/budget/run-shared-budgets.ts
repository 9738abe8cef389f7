import { messageOfThrown } from '../errors/thrown.js';
import { warnOnce } from '../events/warn-once.js';
import type { BudgetKey, BudgetState, StoreOperation } from '../store/operations.js';
import { isThenable } from '../store/thenable.js';
import type { Amounts } from './amounts.js';
import type { BudgetRun } from './budget-run.js';
import type { ReadSharedBudget, SharedLimit } from './shared-budget.js';
import { countedAs, type SharedUnit } from './shared-units.js';

/** A limit that refuses, with what is known of it. */
export interface SharedShortage {
  readonly limit: SharedLimit;
  readonly state: BudgetState;
  /** The least that the call needs; absent where the limit is used up. */
  readonly needed?: number | undefined;
  /** It would fit, were it not for what is held for other calls. */
  readonly isForNow: boolean;
}

const UNITS: readonly SharedUnit[] = ['token', 'usd'];
const NOTHING: BudgetState = { used: 0, held: 0 };

/** The shared budgets of one run: what its calls use is booked in all of them. */
export class RunSharedBudgets {
  readonly #run: BudgetRun;
  /** Each once. */
  readonly limits: readonly SharedLimit[];
  /** What the store said last. */
  readonly #seen = new Map<SharedLimit, BudgetState>();
  /** Limits that refuse all calls of the run, until their period ends. */
  readonly #stopping = new Map<SharedLimit, SharedShortage>();
  readonly #sending = new Set<Promise<void>>();

  private constructor(run: BudgetRun, limits: readonly SharedLimit[]) {
    this.#run = run;
    this.limits = limits;
  }

  /** @returns `undefined` where there are none, so that they cost nothing */
  static of(run: BudgetRun, budgets: readonly ReadSharedBudget[]): RunSharedBudgets | undefined {
    if (budgets.length === 0) return undefined;
    const limits = new Map<string, SharedLimit>();
    for (const limit of budgets.flatMap((each) => each.limits)) {
      const same = limits.get(limit.key);
      limits.set(limit.key, same === undefined ? limit : stricter(same, limit));
    }
    return new RunSharedBudgets(run, [...limits.values()]);
  }

  /** A limit as the store is asked for it now. */
  keyOf({ key, budget }: SharedLimit): BudgetKey {
    const boundaries = budget.calendar?.around(this.#run.core.clock.wall());
    return boundaries === undefined ? { key } : { key, boundaries };
  }

  /** What the store said last of a limit. */
  seen(limit: SharedLimit): BudgetState {
    return this.#seen.get(limit) ?? NOTHING;
  }

  /** Takes in what the store says of all limits. What is used up stops the run until its period ends. */
  learn(states: readonly BudgetState[]): void {
    for (const [index, state] of states.entries()) {
      const limit = this.limits[index];
      if (limit === undefined) continue;
      this.#seen.set(limit, state);
      if (state.used >= limit.limit) this.stop({ limit, state, isForNow: false });
    }
  }

  /** The run makes no more calls until the period ends: whoever swallows the refusal must not go on in smaller ones. */
  stop(shortage: SharedShortage): void {
    this.#stopping.set(shortage.limit, shortage);
  }

  /** The limit that stops the run. */
  get stopped(): SharedShortage | undefined {
    if (this.#stopping.size === 0) return undefined;
    const now = this.#run.core.clock.wall();
    for (const [limit, shortage] of this.#stopping) {
      if ((shortage.state.resetsAt ?? Number.POSITIVE_INFINITY) > now) return shortage;
      this.#stopping.delete(limit);
    }
    return undefined;
  }

  /** Books what was used: in place of what `owner` holds, or where it holds nothing on top. */
  book(amounts: Amounts, owner: string | undefined): void {
    const operations = UNITS.flatMap((unit): StoreOperation[] => {
      const budgets = this.limits.filter(({ limitType }) => limitType === unit).map((each) => this.keyOf(each));
      const used = countedAs(unit, amounts);
      if (budgets.length === 0) return [];
      if (owner !== undefined) return [{ op: 'budget.settle', budgets, owner, used }];
      return used === 0 ? [] : [{ op: 'budget.charge', budgets, used }];
    });
    if (operations.length > 0) this.#send(operations);
  }

  /** Resolves once the store has been told all that was used; `undefined` where it has. Never rejects. */
  idle(): Promise<void> | undefined {
    return this.#sending.size === 0 ? undefined : this.#drained();
  }

  // What is given back is sent only once it is known that it was taken.
  async #drained(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending);
  }

  /** Does something behind an answer that nobody waits for any more; the end of the run waits for it. */
  behind(arriving: PromiseLike<unknown>, act: () => void): void {
    this.#track(Promise.resolve(arriving).then(act, act));
  }

  #send(operations: readonly StoreOperation[]): void {
    const { store, clock } = this.#run.core;
    const failed = (error: unknown): void =>
      warnOnce(
        this.#run.core,
        'shared_budget',
        `The state store was not told how a call that holds of a shared budget ended: ${messageOfThrown(error)}`,
      );
    try {
      // What is left is asked in the same trip: tools stop at once, not behind one more call of a model.
      const answers = store.apply(
        [...operations, { op: 'budget.read', budgets: this.limits.map((each) => this.keyOf(each)) }],
        clock.now(),
      );
      if (isThenable(answers))
        this.#track(
          Promise.resolve(answers)
            .then((all) => this.#learnLast(all))
            .catch(failed),
        );
      else this.#learnLast(answers);
    } catch (error) {
      failed(error);
    }
  }

  #learnLast(answers: readonly unknown[]): void {
    const states = statesIn(answers.at(-1), this.limits.length);
    if (states !== undefined) this.learn(states);
  }

  #track(sent: Promise<void>): void {
    this.#sending.add(sent);
    void sent.finally(() => this.#sending.delete(sent));
  }
}

/** What a store answers to `budget.read`; `undefined` where it is no such answer. */
export function statesIn(answer: unknown, count: number): readonly BudgetState[] | undefined {
  const { budgets } = (answer ?? {}) as { readonly budgets?: readonly Partial<BudgetState>[] };
  if (!Array.isArray(budgets) || budgets.length !== count) return undefined;
  const isState = (each: Partial<BudgetState> | undefined): boolean =>
    typeof each?.used === 'number' && typeof each.held === 'number';
  return budgets.every(isState) ? (budgets as readonly BudgetState[]) : undefined;
}

// Named twice, by the host and by the run, or by two definitions that differ.
function stricter(first: SharedLimit, second: SharedLimit): SharedLimit {
  return { ...first, limit: Math.min(first.limit, second.limit), isHard: first.isHard || second.isHard };
}
