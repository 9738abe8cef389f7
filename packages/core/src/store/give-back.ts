import type { BudgetKey, StoreAnswer, StoreAnswers, StoreOperation } from './operations.js';

/**
 * What gives back exactly what an operation took; `undefined` where it took nothing. For guards that the store has admitted
 * but that are not asked any more, because one before them refused.
 */
export function giveBack(operation: StoreOperation, answer: StoreAnswer): StoreOperation | undefined {
  if (answer === undefined || !('admitted' in answer) || !answer.admitted) return undefined;
  switch (operation.op) {
    case 'rate.take': {
      const { ticket } = answer as { readonly ticket: number };
      return { op: 'rate.giveBack', key: operation.key, ticket };
    }
    case 'breaker.enter': {
      const { name, owner } = operation;
      const { generation } = answer as { readonly generation: number };
      return { op: 'breaker.leave', name, owner, generation, verdict: 'neutral', maxFails: 1 };
    }
    case 'idempotency.begin': {
      const { scope, tool, key, owner, ttlMs } = operation;
      return { op: 'idempotency.finish', scope, tool, key, owner, ttlMs, state: 'refused' };
    }
    case 'fact.require': {
      const { taken } = answer as Extract<StoreAnswers['fact.require'], { admitted: true }>;
      return taken === undefined ? undefined : { op: 'fact.giveBack', session: operation.session, taken };
    }
    case 'session.open':
      return { op: 'session.close', session: operation.session };
    case 'budget.hold': {
      const { budgets, owner } = operation;
      return { op: 'budget.settle', budgets: budgets.map(budgetKey), owner, used: 0 };
    }
    default:
      return undefined;
  }
}

function budgetKey({ key, boundaries }: BudgetKey): BudgetKey {
  return boundaries === undefined ? { key } : { key, boundaries };
}
