import { StoreUnavailableError } from '../errors/guard-errors.js';
import { UsageError } from '../errors/usage-errors.js';
import type { BudgetState } from '../store/operations.js';
import type { StateStore } from '../store/state-store.js';
import { statesIn } from './run-shared-budgets.js';
import { type ReadSharedBudget, readSharedBudget, type SharedBudget } from './shared-budget.js';
import { readableCount, type SharedUnit } from './shared-units.js';

/** What is used of a shared budget in its present period, by all runs together. */
export interface SharedBudgetState {
  /** USD used; `undefined` where they are not limited, and so not counted. */
  readonly usdUsed: number | undefined;
  /** USD held for calls on their way. */
  readonly usdHeld: number | undefined;
  /** USD neither used nor held. */
  readonly usdRemaining: number | undefined;
  /** Tokens used; `undefined` where they are not limited, and so not counted. */
  readonly tokensUsed: number | undefined;
  /** Tokens held for calls on their way. */
  readonly tokensHeld: number | undefined;
  /** Tokens neither used nor held. */
  readonly tokensRemaining: number | undefined;
  /** When it starts anew, in epoch milliseconds; `undefined` for a total that never does. */
  readonly resetsAt: number | undefined;
}

/**
 * Reads what is used of a shared budget.
 *
 * @throws {UsageError} where it is none
 * @throws {StoreUnavailableError} where the store does not answer
 */
export async function readState(
  method: string,
  budget: SharedBudget,
  store: StateStore,
  clock: { now(): number; wall(): number },
): Promise<SharedBudgetState> {
  const read = readSharedBudget(budget);
  if (read === undefined)
    throw new UsageError(`${method}: the budget must be made by sharedBudget(name, { … })`, { code: 'usage.argument' });
  const boundaries = read.calendar?.around(clock.wall());
  const budgets = read.limits.map(({ key }) => (boundaries === undefined ? { key } : { key, boundaries }));
  let states: readonly BudgetState[] | undefined;
  try {
    const [answer] = await store.apply([{ op: 'budget.read', budgets }] as const, clock.now());
    states = statesIn(answer, budgets.length);
  } catch (error) {
    throw new StoreUnavailableError(method, error);
  }
  if (states === undefined)
    throw new StoreUnavailableError(method, new Error('the store answered wrongly to budget.read'));
  return stateOf(read, states);
}

function stateOf({ limits }: ReadSharedBudget, states: readonly BudgetState[]): SharedBudgetState {
  const of = (unit: SharedUnit): readonly (number | undefined)[] => {
    const index = limits.findIndex(({ limitType }) => limitType === unit);
    const [limit, state] = [limits[index], states[index]];
    if (limit === undefined || state === undefined) return [];
    const remaining = Math.max(0, limit.limit - state.used - state.held);
    return [state.used, state.held, remaining].map((amount) => readableCount(unit, amount));
  };
  const [usdUsed, usdHeld, usdRemaining] = of('usd');
  const [tokensUsed, tokensHeld, tokensRemaining] = of('token');
  const { resetsAt } = states[0] as BudgetState;
  return { usdUsed, usdHeld, usdRemaining, tokensUsed, tokensHeld, tokensRemaining, resetsAt };
}
