import { randomUUID } from 'node:crypto';
import type { LimitType } from '../errors/budget-errors.js';
import type { RootReservation } from '../gateway/root-reservation.js';
import { type Amounts, LIMIT_TYPES, minus, NO_AMOUNTS, plus } from './amounts.js';
import type { ReadBudgetOptions } from './budget-options.js';
import { type Charge, UsageBreakdown } from './usage-breakdown.js';

const DEFAULT_WARN_AT = 0.8;
/** Shares are compared in whole parts of this, since amounts are big integers. */
const SHARE_PARTS = 1_000_000;

/** A limit that was reached, or that a call does not fit into. */
export interface Exceeded {
  readonly node: BudgetNode;
  readonly limitType: LimitType;
}

/**
 * The account of one scope: what was used and is held in it and in the scopes inside it. There is one for each scope, however
 * many tasks work in it; every amount is booked in the scope and in all around it.
 */
export class BudgetNode {
  readonly id = randomUUID();
  readonly name: string | undefined;
  readonly parent: BudgetNode | undefined;
  readonly root: BudgetNode;
  limits: Readonly<Partial<Amounts>>;
  readonly planKey: string | undefined;
  readonly isHard: boolean;
  readonly warnAt: number;
  readonly breakdown = new UsageBreakdown();
  /** Here and in the scopes inside. */
  used: Amounts = NO_AMOUNTS;
  /** Here alone. */
  local: Amounts = NO_AMOUNTS;
  /** Reserved for calls on their way, here and in the scopes inside. */
  held: Amounts = NO_AMOUNTS;
  /** What `addCost` was told, in picodollars: its cost units are rounded of the sum, not of each. */
  customUsd = 0n;
  /** The limit that has stopped this scope for good. */
  latched: LimitType | undefined;
  hasWarned = false;
  /** What a gateway grants it; a root has one where the host has a gateway. */
  reservation: RootReservation | undefined;
  isClosed = false;

  constructor(options: ReadBudgetOptions, parent: BudgetNode | undefined) {
    this.name = options.name;
    this.parent = parent;
    this.root = parent?.root ?? this;
    this.limits = options.limits;
    this.planKey = options.planKey ?? parent?.planKey;
    this.isHard = options.enforcement === 'hard';
    this.warnAt = options.warnAt ?? DEFAULT_WARN_AT;
  }

  get kind(): 'root' | 'nested' {
    return this.parent === undefined ? 'root' : 'nested';
  }

  /** This scope and those around it, innermost first. */
  *chain(): Iterable<BudgetNode> {
    for (let node: BudgetNode | undefined = this; node !== undefined; node = node.parent) yield node;
  }

  /** The first limit on the way out that is used up. Reaching a limit uses it up; from then on the scope stays stopped. */
  exceeded(): Exceeded | undefined {
    for (const node of this.chain()) {
      node.latched ??= LIMIT_TYPES.find((type) => {
        const limit = node.limits[type];
        return limit !== undefined && node.used[type] >= limit;
      });
      if (node.latched !== undefined) return { node, limitType: node.latched };
    }
    return undefined;
  }

  /** What is neither used nor held; `undefined` where there is no limit of the kind. */
  remaining(type: LimitType): bigint | undefined {
    const limit = this.limits[type];
    if (limit === undefined) return undefined;
    const left = limit - this.used[type] - this.held[type];
    return left > 0n ? left : 0n;
  }

  /** Takes over a limit of cost units that a gateway sets, where it has none of its own. */
  adoptCostLimit(cost: bigint): void {
    if (this.limits.cost === undefined) this.limits = { ...this.limits, cost };
  }

  hold(amounts: Amounts): void {
    for (const node of this.chain()) node.held = plus(node.held, amounts);
  }

  release(amounts: Amounts): void {
    for (const node of this.chain()) node.held = minus(node.held, amounts);
  }

  /** Books what was used. Answers the scopes that have come to their warning share by it. */
  charge(amounts: Amounts, charge: Charge): readonly BudgetNode[] {
    this.local = plus(this.local, amounts);
    const warned: BudgetNode[] = [];
    for (const node of this.chain()) {
      node.used = plus(node.used, amounts);
      node.breakdown.add(charge);
      if (node.hasWarned || !node.#isAtWarning()) continue;
      node.hasWarned = true;
      warned.push(node);
    }
    return warned;
  }

  #isAtWarning(): boolean {
    const share = BigInt(Math.round(this.warnAt * SHARE_PARTS));
    return LIMIT_TYPES.some((type) => {
      const limit = this.limits[type];
      return limit !== undefined && this.used[type] * BigInt(SHARE_PARTS) >= limit * share;
    });
  }
}
