import type { LimitType } from '../errors/budget-errors.js';
import { aboutRun } from '../events/about-run.js';
import { type Amounts, LIMIT_TYPES } from './amounts.js';
import { readableAmount, scopeFacts } from './budget-events.js';
import type { BudgetNode } from './budget-node.js';
import type { BudgetRun } from './budget-run.js';
import { microsOf } from './money.js';

/** Tells that a scope was opened, and what it may use. */
export function tellOpened(run: BudgetRun, node: BudgetNode): void {
  const { events } = run.core;
  if (!events.listensTo('budget.open')) return;
  const limits: Partial<Record<LimitType, number>> = {};
  for (const type of LIMIT_TYPES) {
    const limit = node.limits[type];
    if (limit !== undefined) limits[type] = readableAmount(type, limit);
  }
  events.emit({
    ...aboutRun(run, 'budget', '', ''),
    ...scopeFacts(node),
    name: 'budget.open',
    enforcement: node.isHard ? 'hard' : 'soft',
    limits,
    warnAt: node.warnAt,
  });
}

/** Tells that a cost was charged that no meter sees. */
export function tellCost(run: BudgetRun, node: BudgetNode, costName: string, { usd, cost }: Amounts): void {
  const { events } = run.core;
  if (!events.listensTo('budget.cost')) return;
  events.emit({
    ...aboutRun(run, 'budget', '', ''),
    ...scopeFacts(node),
    name: 'budget.cost',
    costName,
    usdMicros: microsOf(usd),
    costUnits: Number(cost),
    toolName: run.currentTool(),
  });
}
