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
  readonly name: string | undefined;
  readonly parent: BudgetNode | undefined;
  readonly root: BudgetNode;
  limits: Readonly<Partial<Amounts>>;
  readonly planKey: string | undefined;
  readonly isHard: boolean;
  /** The first hard scope on the way out, beginning here. */
  readonly hard: BudgetNode | undefined;
  readonly warnAt: number;
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
  // Of most scopes nobody asks for these, and most tools use no model.
  #id: string | undefined;
  #breakdown: UsageBreakdown | undefined;
  #warnsFrom: Partial<Amounts> | undefined;

  constructor(options: ReadBudgetOptions, parent: BudgetNode | undefined) {
    this.name = options.name;
    this.parent = parent;
    this.root = parent?.root ?? this;
    this.limits = options.limits;
    this.planKey = options.planKey ?? parent?.planKey;
    this.isHard = options.enforcement === 'hard';
    this.hard = this.isHard ? this : parent?.hard;
    this.warnAt = options.warnAt ?? DEFAULT_WARN_AT;
  }

  get id(): string {
    this.#id ??= randomUUID();
    return this.#id;
  }

  get breakdown(): UsageBreakdown {
    this.#breakdown ??= new UsageBreakdown();
    return this.#breakdown;
  }

  get kind(): 'root' | 'nested' {
    return this.parent === undefined ? 'root' : 'nested';
  }

  /** The first scope on the way out, beginning here, of which something is true. */
  outward(isSo: (node: BudgetNode) => boolean): BudgetNode | undefined {
    let node: BudgetNode | undefined = this;
    while (node !== undefined && !isSo(node)) node = node.parent;
    return node;
  }

  /** The first limit on the way out that is used up. Reaching a limit uses it up; from then on the scope stays stopped. */
  exceeded(): Exceeded | undefined {
    for (let node: BudgetNode | undefined = this; node !== undefined; node = node.parent) {
      node.latched ??= node.#reached(node.limits);
      if (node.latched !== undefined) return { node, limitType: node.latched };
    }
    return undefined;
  }

  /** The first of some amounts that was used. */
  #reached(amounts: Partial<Amounts>): LimitType | undefined {
    for (const type of LIMIT_TYPES) {
      const amount = amounts[type];
      if (amount !== undefined && this.used[type] >= amount) return type;
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
    if (this.limits.cost !== undefined) return;
    this.limits = { ...this.limits, cost };
    this.#warnsFrom = undefined;
  }

  hold(amounts: Amounts): void {
    for (let node: BudgetNode | undefined = this; node !== undefined; node = node.parent)
      node.held = plus(node.held, amounts);
  }

  release(amounts: Amounts): void {
    for (let node: BudgetNode | undefined = this; node !== undefined; node = node.parent)
      node.held = minus(node.held, amounts);
  }

  /** Books what was used. Answers the scopes that have come to their warning share by it. */
  charge(amounts: Amounts, charge: Charge): readonly BudgetNode[] {
    this.local = plus(this.local, amounts);
    const warned: BudgetNode[] = [];
    for (let node: BudgetNode | undefined = this; node !== undefined; node = node.parent) {
      node.used = plus(node.used, amounts);
      node.breakdown.add(charge);
      if (node.hasWarned || !node.#isAtWarning()) continue;
      node.hasWarned = true;
      warned.push(node);
    }
    return warned;
  }

  #isAtWarning(): boolean {
    this.#warnsFrom ??= warningsOf(this.limits, this.warnAt);
    return this.#reached(this.#warnsFrom) !== undefined;
  }
}

/** The amounts that come to a share of the limits, rounded up. */
function warningsOf(limits: Partial<Amounts>, warnAt: number): Partial<Amounts> {
  const share = BigInt(Math.round(warnAt * SHARE_PARTS));
  const parts = BigInt(SHARE_PARTS);
  const from: Partial<Record<LimitType, bigint>> = {};
  for (const type of LIMIT_TYPES) {
    const limit = limits[type];
    if (limit !== undefined) from[type] = (limit * share + parts - 1n) / parts;
  }
  return from;
}
