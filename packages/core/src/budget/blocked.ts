import { BudgetExceededError } from '../errors/budget-errors.js';
import { limitFacts, readableAmount, tellBudgetBlocked } from './budget-events.js';
import type { BudgetNode, Exceeded } from './budget-node.js';
import type { BudgetRun } from './budget-run.js';

/** What a call needs where a limit is not used up but too little is left. */
export interface Shortage extends Exceeded {
  readonly needed: bigint;
  /** It would fit, were it not for what is held for other calls. */
  readonly isForNow: boolean;
}

/**
 * Makes the refusal of a tool call that starts in a budget which is used up, or which a gateway denied; `undefined` where it may
 * go on.
 */
export function budgetRefusal(run: BudgetRun, node: BudgetNode, tool: string): (() => Error) | undefined {
  const denied = node.root.reservation?.failure;
  if (denied !== undefined) return () => denied;
  const exceeded = node.exceeded();
  return exceeded && (() => exceededError(run, exceeded, tool));
}

/**
 * Refuses a call for a budget, or reports it where limits only observe.
 *
 * @throws {BudgetExceededError}
 */
export function refuseForBudget(run: BudgetRun, exceeded: Exceeded | Shortage, refused: string): void {
  refuseCall(run, exceeded, refused, exceededError(run, exceeded, refused));
}

/** Refuses a call with the error that says why the scope cannot take it, or reports it where limits only observe. */
export function refuseCall(run: BudgetRun, { node, limitType }: Exceeded, refused: string, error: Error): void {
  tellBudgetBlocked(run, limitFacts(node, limitType), refused, error);
  if (!run.isObserved) throw error;
}

function exceededError(run: BudgetRun, exceeded: Exceeded | Shortage, tool: string): BudgetExceededError {
  const { node, limitType } = exceeded;
  const shortage = 'needed' in exceeded ? exceeded : undefined;
  return new BudgetExceededError({
    tool,
    limitType,
    used: readableAmount(limitType, node.used[limitType]),
    limit: readableAmount(limitType, node.limits[limitType] ?? 0n),
    scopeId: node.id,
    scopeName: node.name,
    scopeKind: node.kind,
    parentScopeId: node.parent?.id,
    rootScopeId: node.root.id,
    planKey: node.planKey,
    userId: run.userId,
    needed: shortage && readableAmount(limitType, shortage.needed),
    ...(shortage?.isForNow && { held: readableAmount(limitType, node.held[limitType]) }),
    retryable: shortage?.isForNow ?? false,
  });
}
