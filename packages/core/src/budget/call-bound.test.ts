import { describe, expect, it } from '@jest/globals';
import { type Amounts, NO_AMOUNTS } from './amounts.js';
import { BudgetNode } from './budget-node.js';
import { type BudgetOptions, readBudgetOptions } from './budget-options.js';
import { type CallBound, type CallRates, type Fit, fit, whyUnbounded } from './call-bound.js';
import { CompiledPrice } from './model-price.js';
import type { Tariff } from './tariff.js';

const TARIFF: Tariff = {
  version: 'v',
  cuPerUsd: 1,
  default: { inputCuPer1k: 1000, outputCuPer1k: 2000, cachedCuPer1k: 0 },
};
const RATES: CallRates = {
  provider: 'lab',
  model: 'm',
  price: new CompiledPrice({ input: 1, output: 2 }),
  tariff: TARIFF,
};
const hard = (options: BudgetOptions, parent?: BudgetNode) =>
  new BudgetNode(readBudgetOptions('m', { enforcement: 'hard', ...options }, true), parent);
const fitted = (node: BudgetNode, bound: CallBound) => fit(node, bound, RATES);
const capOf = (node: BudgetNode, bound: CallBound) => (fitted(node, bound) as Fit).outputCap;
const used = (node: BudgetNode, amounts: Partial<Amounts>) => {
  node.used = { ...NO_AMOUNTS, ...amounts };
  return node;
};

describe('fit()', () => {
  it('leaves the cap of the request where it fits', () => {
    expect(fitted(hard({ tokenLimit: 100 }), { inputTokens: 40, outputTokens: 60 })).toEqual({
      perAttempt: { token: 100n, usd: 160_000_000n, cost: 160n },
      attempts: 1,
      outputCap: 60,
    });
  });

  it.each<[string, BudgetOptions, number]>([
    ['tokens', { tokenLimit: 99 }, 59],
    ['USD', { usdLimit: 0.000_1 }, 30],
    ['cost units', { costLimit: 100 }, 30],
    ['the scarcest of them', { tokenLimit: 99, usdLimit: 0.000_15, costLimit: 50 }, 5],
  ])('clamps the cap to what is left of %s', (_, limits, cap) => {
    expect(capOf(hard(limits), { inputTokens: 40, outputTokens: 60 })).toBe(cap);
  });

  it.each<[string, CallBound, number]>([
    ['what the meter says', { inputTokens: 10, defaultOutputTokens: 300 }, 300],
    ['4096 otherwise', { inputTokens: 10 }, 4096],
  ])('caps the output of a request that does not: %s', (_, bound, cap) => {
    expect(capOf(hard({ tokenLimit: 100_000 }), bound)).toBe(cap);
  });

  it('gives a call without output no cap', () => {
    expect(fitted(hard({ tokenLimit: 10 }), { inputTokens: 10, outputTokens: 0 })).toMatchObject({
      outputCap: undefined,
      perAttempt: { token: 10n },
    });
  });

  it('multiplies the output by the choices, and all by the attempts', () => {
    const bound = { inputTokens: 10, outputTokens: 100, choices: 3, attempts: 2 };
    // 2 × (10 + 3 × cap) ≤ 200
    expect(fitted(hard({ tokenLimit: 200 }), bound)).toMatchObject({
      outputCap: 30,
      attempts: 2,
      perAttempt: { token: 100n },
    });
  });

  it('counts what is not billed by token', () => {
    expect(capOf(hard({ usdLimit: 1 }), { inputTokens: 0, outputTokens: 100, extraUsd: 0.9999 })).toBe(50);
    expect(fitted(hard({ usdLimit: 1 }), { inputTokens: 0, outputTokens: 100, extraUsd: 1.5 })).toMatchObject({
      limitType: 'usd',
    });
  });

  it('refuses rather than to cap below what the provider takes', () => {
    const node = hard({ tokenLimit: 100 });
    const bound = { inputTokens: 80, outputTokens: 500, minOutputTokens: 16 };
    expect(capOf(node, bound)).toBe(20);
    expect(fitted(used(node, { token: 5n }), bound)).toEqual({
      node,
      limitType: 'token',
      needed: 96n,
      isForNow: false,
    });
    expect(capOf(node, { ...bound, outputTokens: 10 })).toBe(10);
  });

  it('says whether only what others hold is in the way', () => {
    const node = hard({ tokenLimit: 100 });
    node.hold({ ...NO_AMOUNTS, token: 60n });
    expect(fitted(node, { inputTokens: 50, outputTokens: 10 })).toMatchObject({ isForNow: true, needed: 51n });
    expect(fitted(node, { inputTokens: 100, outputTokens: 10 })).toMatchObject({ isForNow: false, needed: 101n });
  });

  it('looks at every hard scope around, and at no soft one', () => {
    const root = hard({ tokenLimit: 50 });
    const soft = hard({ tokenLimit: 20, enforcement: 'soft' }, root);
    const inner = hard({ tokenLimit: 80 }, soft);
    expect(capOf(inner, { inputTokens: 10, outputTokens: 90 })).toBe(40);
    expect(fitted(inner, { inputTokens: 60, outputTokens: 90 })).toMatchObject({ node: root });
    expect(fitted(inner, { inputTokens: 90, outputTokens: 90 })).toMatchObject({ node: inner });
  });
});

describe('whyUnbounded()', () => {
  it.each<[string, CallBound]>([
    ['conversation state', { inputTokens: 1, unbounded: 'conversation state of the provider' }],
    ['inputTokens', { inputTokens: Number.POSITIVE_INFINITY }],
    ['inputTokens', { inputTokens: Number.NaN }],
    ['inputTokens', { inputTokens: -1 }],
    ['inputTokens', { inputTokens: 1.5 }],
    ['outputTokens', { inputTokens: 1, outputTokens: Number.POSITIVE_INFINITY }],
    ['outputTokens', { inputTokens: 1, outputTokens: '100' as never }],
    ['choices', { inputTokens: 1, choices: 0 }],
    ['attempts', { inputTokens: 1, attempts: 0 }],
    ['attempts', { inputTokens: 1, attempts: Number.POSITIVE_INFINITY }],
    ['extraUsd', { inputTokens: 1, extraUsd: Number.POSITIVE_INFINITY }],
    ['extraUsd', { inputTokens: 1, extraUsd: -5 }],
  ])('names %s in %j', (name, bound) => {
    expect(whyUnbounded(bound)).toContain(name);
  });

  it('says nothing of a bound', () => {
    expect(whyUnbounded({ inputTokens: 0, outputTokens: 0, choices: 2, attempts: 3, extraUsd: 0.5 })).toBeUndefined();
    expect(whyUnbounded({ inputTokens: 5 })).toBeUndefined();
  });
});
