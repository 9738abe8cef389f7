import type { Alarm } from './alarm.js';
import { type Expiring, ExpiryQueue } from './expiry-queue.js';
import type {
  BudgetCharge,
  BudgetHold,
  BudgetKey,
  BudgetRead,
  BudgetSettle,
  BudgetState,
  StoreAnswers,
} from './operations.js';

interface Budget extends Expiring {
  readonly key: string;
  used: number;
  readonly holds: Map<string, number>;
  held: number;
  /** Start and end of its period, in epoch milliseconds; `undefined` for a total. */
  period: Period | undefined;
}

interface Period {
  readonly start: number;
  readonly end: number;
}

const NOTHING = { used: 0, held: 0 };

/**
 * What is used and held of each budget. Amounts are integers of one unit.
 *
 * A total stays as long as something of it is used or held. A budget of periods goes when the period after the last one that it
 * was used in is over: so long it is remembered which periods are past, for callers whose clock steps back.
 */
export class BudgetLedger {
  readonly #budgets = new Map<string, Budget>();
  readonly #expiry: ExpiryQueue<Budget>;
  readonly #maxBudgets: number;

  constructor(maxBudgets: number, alarm?: Alarm) {
    this.#maxBudgets = maxBudgets;
    this.#expiry = new ExpiryQueue((budget) => {
      if (this.#budgets.get(budget.key) === budget) this.#budgets.delete(budget.key);
    }, alarm);
  }

  /** Holds the amount in every budget, or in none. */
  hold({ budgets, owner, amount }: BudgetHold, now: number): StoreAnswers['budget.hold'] {
    for (const share of budgets) {
      const { used, held } = this.#present(share, now) ?? NOTHING;
      if (used + held + amount > share.limit) return { admitted: false, key: share.key, used, held };
    }
    if (!this.#hasRoomFor(budgets, now)) return { admitted: false, full: true };
    for (const share of budgets) {
      const budget = this.#opened(share, now);
      budget.holds.set(owner, (budget.holds.get(owner) ?? 0) + amount);
      budget.held += amount;
    }
    return { admitted: true };
  }

  /** Replaces the owner's hold by what was used. */
  settle({ budgets, owner, used }: BudgetSettle, now: number): void {
    for (const each of budgets) {
      const budget = this.#present(each, now);
      const held = budget?.holds.get(owner);
      if (budget === undefined || held === undefined) continue;
      budget.holds.delete(owner);
      budget.held -= held;
      book(budget, used);
      this.#dropEmpty(budget);
    }
  }

  /** Books what was used without a hold. */
  charge({ budgets, used }: BudgetCharge, now: number): void {
    if (used === 0) return;
    for (const each of budgets) if (this.#hasRoomFor([each], now)) book(this.#opened(each, now), used);
  }

  /** What is used and held of each. */
  read({ budgets }: BudgetRead, now: number): StoreAnswers['budget.read'] {
    return { budgets: budgets.map((each) => this.#stateOf(each, now)) };
  }

  /** Takes a hold back, and only it: the owner may have held something before. */
  takeBack({ budgets, owner, amount }: BudgetHold, now: number): void {
    for (const each of budgets) {
      const budget = this.#present(each, now);
      const held = budget?.holds.get(owner);
      if (budget === undefined || held === undefined) continue;
      if (held > amount) budget.holds.set(owner, held - amount);
      else budget.holds.delete(owner);
      budget.held -= Math.min(held, amount);
      this.#dropEmpty(budget);
    }
  }

  /** Drops budgets whose periods are over. */
  sweep(now: number): void {
    this.#expiry.sweep(now);
  }

  /** Used and held amounts, by budget. */
  snapshot(): Record<string, unknown> {
    return Object.fromEntries([...this.#budgets].map(([key, { used, held }]) => [key, { used, held }]));
  }

  #stateOf(each: BudgetKey, now: number): BudgetState {
    const budget = this.#present(each, now);
    const { used, held } = budget ?? NOTHING;
    const end = (budget?.period ?? periodOf(each))?.end;
    return { used, held, ...(end !== undefined && { resetsAt: end }) };
  }

  /** The budget in its present period; `undefined` where the store does not know it. */
  #present(each: BudgetKey, now: number): Budget | undefined {
    const budget = this.#budgets.get(each.key);
    if (budget === undefined) return undefined;
    const period = periodOf(each);
    // Only forward: for a clock that stepped back the past must not begin anew.
    if (period !== undefined && (budget.period === undefined || period.start > budget.period.start)) {
      budget.used = 0;
      budget.held = 0;
      budget.holds.clear();
      this.#begin(budget, each, now);
    }
    return budget;
  }

  #opened(each: BudgetKey, now: number): Budget {
    const { key } = each;
    const known = this.#present(each, now);
    if (known !== undefined) return known;
    const budget: Budget = {
      key,
      used: 0,
      holds: new Map(),
      held: 0,
      period: undefined,
      expiresAt: Number.POSITIVE_INFINITY,
    };
    this.#budgets.set(key, budget);
    this.#begin(budget, each, now);
    return budget;
  }

  // The caller saw the period begun, so it is over at the latest when its length has gone by from now.
  #begin(budget: Budget, { boundaries }: BudgetKey, now: number): void {
    if (boundaries === undefined) return;
    const [, start = 0, end = start, nextEnd = end] = boundaries;
    budget.period = { start, end };
    budget.expiresAt = now + (nextEnd - start);
    this.#expiry.add(budget, nextEnd - start);
  }

  #hasRoomFor(budgets: readonly BudgetKey[], now: number): boolean {
    const isFull = (): boolean => {
      const newOnes = budgets.filter(({ key }) => !this.#budgets.has(key)).length;
      return newOnes > 0 && this.#budgets.size + newOnes > this.#maxBudgets;
    };
    if (isFull()) this.#expiry.sweep(now, Number.POSITIVE_INFINITY);
    return !isFull();
  }

  // One of periods stays, empty or not: it knows which of them are past.
  #dropEmpty({ key, used, holds, period }: Budget): void {
    if (used === 0 && holds.size === 0 && period === undefined) this.#budgets.delete(key);
  }
}

// A store of one process has the clock of its caller: the present period is the second.
function periodOf({ boundaries }: BudgetKey): Period | undefined {
  const [, start, end] = boundaries ?? [];
  return start === undefined || end === undefined ? undefined : { start, end };
}

// Never beyond what a number counts exactly: what is used up stays used up.
function book(budget: Budget, used: number): void {
  budget.used = Math.min(budget.used + used, Number.MAX_SAFE_INTEGER);
}
