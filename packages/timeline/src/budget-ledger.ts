import type { BudgetEventBase, BudgetOpenEvent, BudgetScopeEvent, LimitType } from '@actguard/core';
import type { BudgetAmountModel, BudgetModel } from './budget-model.js';

type Amounts = Readonly<Record<LimitType, number>>;

interface Account {
  readonly scopeId: string;
  name: string | undefined;
  parentScopeId: string | undefined;
  enforcement: 'soft' | 'hard' | undefined;
  warnAt: number;
  isComplete: boolean;
  /** `usd` in millionths, so that sums of many calls stay exact. */
  readonly used: Record<LimitType, number>;
  readonly limits: Partial<Record<LimitType, number>>;
}

const TYPES: readonly LimitType[] = ['token', 'usd', 'cost'];
const MICROS = 1_000_000;
const DEFAULT_WARN_AT = 0.8;
/** Scopes inside each other; made-up events may lie in a circle. */
const MAX_DEPTH = 16;

/** Adds up what events say was used, scope by scope, as the host does. */
export class BudgetLedger {
  readonly #accounts = new Map<string, Account>();

  /** A scope was opened. */
  opened(event: BudgetOpenEvent): void {
    const account = this.#placed(event);
    account.isComplete = true;
    account.enforcement = event.enforcement === 'hard' ? 'hard' : 'soft';
    account.warnAt = amount(event.warnAt) || DEFAULT_WARN_AT;
    for (const type of TYPES) {
      const limit = event.limits?.[type];
      if (limit !== undefined) account.limits[type] = amount(limit);
    }
  }

  /**
   * Something was used in a scope, and so in those around it.
   *
   * @param used `usd` in millionths
   * @returns the scopes as they are now, the innermost first
   */
  charged(scopeId: unknown, scopeName: unknown, used: Amounts): readonly BudgetModel[] {
    if (scopeId === undefined || scopeId === null) return [];
    const charged: BudgetModel[] = [];
    let account: Account | undefined = this.#account(scopeId);
    account.name ??= textOf(scopeName);
    while (account !== undefined && charged.length < MAX_DEPTH) {
      for (const type of TYPES) account.used[type] += used[type];
      charged.push(modelOf(account, used));
      account = account.parentScopeId === undefined ? undefined : this.#accounts.get(account.parentScopeId);
    }
    return charged;
  }

  /** Something was used that an event places itself. */
  chargedAt(event: BudgetScopeEvent, used: Amounts): readonly BudgetModel[] {
    return this.charged(this.#placed(event).scopeId, event.scopeName, used);
  }

  /** The scope that a limit is told of, with that limit alone. What the event says counts more than what was added up. */
  limited(event: BudgetEventBase): BudgetModel {
    const account = this.#placed(event);
    const type = TYPES.includes(event.limitType) ? event.limitType : 'token';
    account.used[type] = amount(event.used) * (type === 'usd' ? MICROS : 1);
    // A call may be refused by a scope for a limit that it does not have: there is none to draw.
    if (amount(event.limit) > 0) account.limits[type] = amount(event.limit);
    const model = modelOf(account);
    return { ...model, amounts: model.amounts.filter((each) => each.type === type) };
  }

  /** All scopes as they are now, in the order in which they were first seen. */
  models(): readonly BudgetModel[] {
    return [...this.#accounts.values()].map((account) => modelOf(account));
  }

  #placed({ scopeId, scopeName, parentScopeId }: BudgetScopeEvent): Account {
    const account = this.#account(scopeId);
    account.name ??= textOf(scopeName);
    account.parentScopeId ??= textOf(parentScopeId);
    return account;
  }

  #account(scopeId: unknown): Account {
    const id = textOf(scopeId) ?? '?';
    let account = this.#accounts.get(id);
    if (account === undefined) {
      account = {
        scopeId: id,
        name: undefined,
        parentScopeId: undefined,
        enforcement: undefined,
        warnAt: DEFAULT_WARN_AT,
        isComplete: false,
        used: { token: 0, usd: 0, cost: 0 },
        limits: {},
      };
      this.#accounts.set(id, account);
    }
    return account;
  }
}

/** A number that is one, from 0: events may be made up. */
export function amount(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

/** A text; `undefined` where there is none. Of what is no text nobody knows what it would say. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : '?';
}

function modelOf(
  { scopeId, name, parentScopeId, enforcement, isComplete, warnAt, used, limits }: Account,
  added?: Amounts,
): BudgetModel {
  const amounts = TYPES.filter((type) => limits[type] !== undefined || used[type] > 0).map(
    (type): BudgetAmountModel => {
      const unit = type === 'usd' ? MICROS : 1;
      return { type, used: used[type] / unit, added: (added?.[type] ?? 0) / unit, limit: limits[type], warnAt };
    },
  );
  return { scopeId, name, parentScopeId, enforcement, isComplete, amounts };
}
