import type { BudgetNode } from '../budget/budget-node.js';
import { type BudgetScope, HeldScope } from '../budget/budget-scope.js';
import { RunBudgets } from '../budget/run-budgets.js';
import { UsageError } from '../errors/usage-errors.js';
import { frameAround } from '../run/ambient.js';
import type { CallRun } from '../run/call-run.js';

/** Whose budget a call is charged to. */
export interface ChargedScope {
  readonly budgets: RunBudgets;
  /** The open scope; `undefined` where the run has none around the caller. */
  readonly node: BudgetNode | undefined;
  /** There was a scope, and neither it nor one around it is open. */
  readonly isClosed: boolean;
}

/**
 * The scope that a call of the caller's is charged to: the one given, or one around the caller that lies inside it, or the one
 * around the caller.
 *
 * @returns `undefined` outside a run; one that has ended counts as long as there was a scope in it
 * @throws {UsageError} where `given` is no scope
 */
export function chargedScope(given: BudgetScope | undefined): ChargedScope | undefined {
  const frame = frameAround();
  const around = frame && (frame.run as Partial<CallRun>).budgets;
  if (given !== undefined) {
    const node = HeldScope.nodeOf(given);
    const owner = HeldScope.ownerOf(given);
    if (node === undefined || !(owner instanceof RunBudgets))
      throw new UsageError('budget must be a scope that run.budget returned', { code: 'usage.argument' });
    const inner = around === owner ? frame?.budget : undefined;
    const isInside = inner?.outward((each) => each === node) !== undefined;
    return resolved(owner, isInside ? inner : node);
  }
  if (frame === undefined || around === undefined) return undefined;
  if (frame.budget !== undefined) return resolved(around, frame.budget);
  // What is left running of a run with shared budgets must not go on without them.
  if (frame.run.isEnded && around.run.sharedBudgets === undefined) return undefined;
  return { budgets: around, node: undefined, isClosed: frame.run.isEnded };
}

function resolved(budgets: RunBudgets, node: BudgetNode): ChargedScope {
  const open = budgets.openFrom(node);
  return { budgets, node: open, isClosed: open === undefined };
}
