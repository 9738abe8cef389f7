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
      if (budget.used === 0 && budget.holds.size === 0) this.#budgets.delete(key);
    }
  }

  /** Used and held amounts, by budget. */
  snapshot(): Record<string, unknown> {
    return Object.fromEntries([...this.#budgets].map(([key, { used, held }]) => [key, { used, held }]));
  }
}
