import { describe, expect, it } from '@jest/globals';
import { NO_AMOUNTS } from './amounts.js';
import { BudgetNode } from './budget-node.js';
import { type BudgetOptions, readBudgetOptions } from './budget-options.js';
import { picosOf } from './money.js';
import type { Charge } from './usage-breakdown.js';

const CHARGE: Charge = {
  place: { scopeName: undefined, tool: undefined },
  what: { type: 'custom', name: 'x' },
  usd: 0n,
  cost: 0n,
};

const node = (options: BudgetOptions, parent?: BudgetNode) =>
  new BudgetNode(readBudgetOptions('m', options, true), parent);
const spend = (on: BudgetNode, amounts: Partial<typeof NO_AMOUNTS>) => on.charge({ ...NO_AMOUNTS, ...amounts }, CHARGE);

describe('a limit', () => {
  it('is used up when it is reached, not when it is passed', () => {
    const root = node({ costLimit: 2 });
    spend(root, { cost: 1n });
    expect(root.exceeded()).toBeUndefined();
    spend(root, { cost: 1n });
    expect(root.exceeded()).toEqual({ node: root, limitType: 'cost' });
  });

  it.each([
    ['token', { token: 10n }],
    ['usd', { usd: picosOf(1) }],
    ['cost', { cost: 5n }],
  ] as const)('of %s stops a scope that has others too', (limitType, amounts) => {
    const root = node({ tokenLimit: 10, usdLimit: 1, costLimit: 5 });
    spend(root, amounts);
    expect(root.exceeded()?.limitType).toBe(limitType);
  });

  it('is looked for from the inside out', () => {
    const root = node({ tokenLimit: 5 });
    const middle = node({ tokenLimit: 5 }, root);
    const inner = node({ tokenLimit: 50 }, middle);
    spend(inner, { token: 5n });
    expect(inner.exceeded()?.node).toBe(middle);
    expect(root.exceeded()?.node).toBe(root);
  });

  it('stays the reason, whatever else is reached later', () => {
    const root = node({ tokenLimit: 5, usdLimit: 1 });
    spend(root, { usd: picosOf(1) });
    expect(root.exceeded()?.limitType).toBe('usd');
    spend(root, { token: 5n });
    expect(root.exceeded()?.limitType).toBe('usd');
  });

  it('of a child may be higher than that of its parent', () => {
    const root = node({ tokenLimit: 5 });
    const inner = node({ tokenLimit: 50 }, root);
    spend(inner, { token: 5n });
    expect(inner.exceeded()?.node).toBe(root);
  });
});

describe('holds', () => {
  it('count in the scope and in all around it, and leave nothing', () => {
    const root = node({ tokenLimit: 10 });
    const inner = node({ tokenLimit: 8 }, root);
    const amounts = { ...NO_AMOUNTS, token: 3n };
    inner.hold(amounts);
    expect([root.remaining('token'), inner.remaining('token'), inner.remaining('usd')]).toEqual([7n, 5n, undefined]);
    inner.release(amounts);
    expect([root.held, inner.held]).toEqual([NO_AMOUNTS, NO_AMOUNTS]);
  });

  it('do not stop a scope: they may come back', () => {
    const root = node({ tokenLimit: 10, enforcement: 'hard' });
    root.hold({ ...NO_AMOUNTS, token: 10n });
    expect(root.exceeded()).toBeUndefined();
  });
});

describe('the warning', () => {
  it('comes once in each scope, at its own share', () => {
    const root = node({ tokenLimit: 100 });
    const inner = node({ tokenLimit: 100, warnAt: 0.5 }, root);
    expect(spend(inner, { token: 49n })).toEqual([]);
    expect(spend(inner, { token: 1n })).toEqual([inner]);
    expect(spend(inner, { token: 29n })).toEqual([]);
    expect(spend(inner, { token: 1n })).toEqual([root]);
    expect(spend(inner, { token: 900n })).toEqual([]);
  });

  it('comes from any limit', () => {
    const root = node({ tokenLimit: 100, usdLimit: 1, warnAt: 1 });
    expect(spend(root, { usd: picosOf(0.999_999) })).toEqual([]);
    expect(spend(root, { usd: picosOf(0.000_001) })).toEqual([root]);
  });

  it('does not come where nothing is limited', () => {
    expect(spend(node({}), { token: 10n ** 12n })).toEqual([]);
  });
});
