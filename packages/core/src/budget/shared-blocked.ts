import { BudgetExceededError } from '../errors/budget-errors.js';
import { type LimitFacts, tellBudgetBlocked } from './budget-events.js';
import type { BudgetRun } from './budget-run.js';
import type { SharedShortage } from './run-shared-budgets.js';
import type { SharedLimit } from './shared-budget.js';
import { readableCount } from './shared-units.js';

/** Makes the refusal of a tool call in a run that a shared budget stops; `undefined` where it may go on. */
export function sharedRefusal(run: BudgetRun, tool: string): (() => Error) | undefined {
  const stopped = run.sharedBudgets?.stopped;
  return stopped && (() => exceededError(run, stopped, tool));
}

/**
 * Refuses the call of a model for a shared budget, or reports it where limits only observe.
 *
 * @throws {BudgetExceededError}
 */
export function refuseForShared(run: BudgetRun, shortage: SharedShortage, refused: string): void {
  refuseSharedCall(run, shortage, refused, exceededError(run, shortage, refused));
}

/** Refuses a call with the error that says why a shared budget cannot take it, or reports it where limits only observe. */
export function refuseSharedCall(
  run: BudgetRun,
  { limit, state: { used } }: Pick<SharedShortage, 'limit' | 'state'>,
  refused: string,
  error: Error,
): void {
  tellBudgetBlocked(run, limitFactsOf(limit, used), refused, error);
  if (!run.isObserved) throw error;
}

function limitFactsOf({ budget, limitType, limit }: SharedLimit, used: number): LimitFacts {
  return {
    scopeId: budget.id,
    scopeName: budget.name,
    scopeKind: 'root',
    parentScopeId: undefined,
    rootScopeId: budget.id,
    planKey: undefined,
    limitType,
    used: readableCount(limitType, used),
    limit: readableCount(limitType, limit),
  };
}

function exceededError(run: BudgetRun, { limit, state, needed, isForNow }: SharedShortage, tool: string): Error {
  const { limitType } = limit;
  const resetsAt = isForNow ? undefined : state.resetsAt;
  return new BudgetExceededError({
    ...limitFactsOf(limit, state.used),
    tool,
    userId: run.userId,
    needed: needed === undefined ? undefined : readableCount(limitType, needed),
    ...(isForNow && { held: readableCount(limitType, state.held) }),
    ...(resetsAt !== undefined && { resetsAt, retryAfterMs: Math.max(0, resetsAt - run.core.clock.wall()) }),
    retryable: isForNow || resetsAt !== undefined,
  });
}
