import type { LimitType } from '../errors/budget-errors.js';
import { aboutRun } from '../events/about-run.js';
import type { BudgetEventBase, EventBase } from '../events/event.js';
import { LIMIT_TYPES } from './amounts.js';
import type { BudgetNode } from './budget-node.js';
import type { BudgetRun } from './budget-run.js';
import { usdOf } from './money.js';

/** Tells that scopes have come to their warning share. */
export function tellWarnings(run: BudgetRun, warned: readonly BudgetNode[]): void {
  const { events } = run.core;
  if (!events.listensTo('budget.warning')) return;
  for (const node of warned) {
    const limitType = nearestLimit(node);
    const { warnAt } = node;
    events.emit({
      ...aboutRun(run, 'budget', '', 'warning'),
      ...limitFacts(node, limitType),
      name: 'budget.warning',
      warnAt,
    });
  }
}

/** What an event says about a limit: of which budget, and how much of it is used. */
export type LimitFacts = Omit<BudgetEventBase, keyof EventBase>;

/** Tells that a budget refused a call, or would have. */
export function tellBudgetBlocked(run: BudgetRun, about: LimitFacts, refused: string, error: Error): void {
  const { events } = run.core;
  if (!events.listensTo('budget.blocked') || !events.isNews(error)) return;
  const [severity, outcome] = run.isObserved ? (['', 'observed'] as const) : (['error', 'blocked'] as const);
  events.emit({
    ...aboutRun(run, 'budget', severity, outcome),
    ...about,
    name: 'budget.blocked',
    refused,
    error,
  });
}

/** What every event of a budget says of its scope. */
export function scopeFacts(node: BudgetNode) {
  return {
    scopeId: node.id,
    scopeName: node.name,
    scopeKind: node.kind,
    parentScopeId: node.parent?.id,
    rootScopeId: node.root.id,
    planKey: node.planKey,
  };
}

/** An amount as it is read: tokens, USD or cost units. */
export function readableAmount(type: LimitType, amount: bigint): number {
  return type === 'usd' ? usdOf(amount) : Number(amount);
}

/** What every event says of a limit of a scope. */
export function limitFacts(node: BudgetNode, limitType: LimitType): LimitFacts {
  return {
    ...scopeFacts(node),
    limitType,
    used: readableAmount(limitType, node.used[limitType]),
    limit: readableAmount(limitType, node.limits[limitType] ?? 0n),
  };
}

/** The limit of which the greatest share is used. */
export function nearestLimit(node: BudgetNode): LimitType {
  let nearest: LimitType = 'token';
  let share = -1;
  for (const type of LIMIT_TYPES) {
    const limit = node.limits[type];
    if (limit === undefined) continue;
    const used = Number(node.used[type]) / Number(limit);
    if (used > share) [nearest, share] = [type, used];
  }
  return nearest;
}
