import type { BudgetHold, BudgetSettle, StoreAnswers } from './operations.js';

interface Budget {
  used: number;
  readonly holds: Map<string, number>;
  held: number;
}

/** What is used and held of each budget. Amounts are integers of one unit. */
export class BudgetLedger {
  readonly #budgets = new Map<string, Budget>();
  readonly #maxBudgets: number;

  constructor(maxBudgets: number) {
    this.#maxBudgets = maxBudgets;
  }

  /** Holds the amount in every budget of the chain, or in none. */
  hold({ budgets, owner, amount }: BudgetHold): StoreAnswers['budget.hold'] {
    for (const { key, limit } of budgets) {
      const { used = 0, held = 0 } = this.#budgets.get(key) ?? {};
      if (used + held + amount > limit) return { admitted: false, key, used, held };
    }
    const newOnes = budgets.filter(({ key }) => !this.#budgets.has(key)).length;
    if (this.#budgets.size + newOnes > this.#maxBudgets) return { admitted: false, full: true };
    for (const { key } of budgets) {
      const budget = this.#budgets.get(key) ?? { used: 0, held: 0, holds: new Map() };
      budget.holds.set(owner, (budget.holds.get(owner) ?? 0) + amount);
      budget.held += amount;
      this.#budgets.set(key, budget);
    }
    return { admitted: true };
  }

  /** Replaces the owner's hold by what was used. */
  settle({ budgets, owner, used }: BudgetSettle): void {
    for (const { key } of budgets) {
      const budget = this.#budgets.get(key);
      const held = budget?.holds.get(owner);
      if (budget === undefined || held === undefined) continue;
      budget.holds.delete(owner);
      budget.held -= held;
      budget.used += used;
      this.#dropEmpty(key, budget);
    }
  }

  /** Takes a hold back, and only it: the owner may have held something before. */
  takeBack({ budgets, owner, amount }: BudgetHold): void {
    for (const { key } of budgets) {
      const budget = this.#budgets.get(key);
      const held = budget?.holds.get(owner);
      if (budget === undefined || held === undefined) continue;
      if (held > amount) budget.holds.set(owner, held - amount);
      else budget.holds.delete(owner);
      budget.held -= Math.min(held, amount);
      this.#dropEmpty(key, budget);
    }
  }

  /** Used and held amounts, by budget. */
  snapshot(): Record<string, unknown> {
    return Object.fromEntries([...this.#budgets].map(([key, { used, held }]) => [key, { used, held }]));
  }

  #dropEmpty(key: string, { used, holds }: Budget): void {
    if (used === 0 && holds.size === 0) this.#budgets.delete(key);
  }
}
