import { budgetRefusal } from '../budget/blocked.js';
import type { BudgetNode } from '../budget/budget-node.js';
import { sharedRefusal } from '../budget/shared-blocked.js';
import { tellObserved } from './call-events.js';
import { Refused } from './refused.js';
import type { ToolCall } from './tool-call.js';

const BUDGET = { kind: 'budget' };

/**
 * Whether a budget that the call is made in, or that its run shares, is used up. Asked behind all guards, so that a call that is
 * refused for another reason is not told to be out of budget.
 */
export function refusedByBudget(call: ToolCall): Refused | undefined {
  const { budget, run } = call;
  const refused = budget && byScopes(call, budget);
  return refused ?? (run.sharedBudgets && refusedFor(call, sharedRefusal(run.budgets.run, call.tool)));
}

function byScopes(call: ToolCall, budget: BudgetNode): Refused | undefined {
  const { run, tool } = call;
  const open = run.budgets.openFrom(budget);
  return refusedFor(call, open && budgetRefusal(run.budgets.run, open, tool));
}

function refusedFor(call: ToolCall, make: (() => Error) | undefined): Refused | undefined {
  if (make === undefined) return undefined;
  if (!call.run.isObserved) return Refused.by(make, BUDGET.kind);
  tellObserved(call, BUDGET, make());
  return undefined;
}
