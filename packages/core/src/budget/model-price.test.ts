import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CompiledPrice, type ModelPrice } from './model-price.js';
import { usdOf } from './money.js';
import { BUCKETS, inputTokensOf, outputTokensOf, tokenUsage } from './token-usage.js';

const MILLION = 1_000_000;
const usd = (price: ModelPrice, counts: Parameters<typeof tokenUsage>[0]) =>
  usdOf(new CompiledPrice(price).costOf(tokenUsage(counts)));

describe('costOf()', () => {
  const full: ModelPrice = {
    ...{ input: 2, cachedInput: 0.2, cacheWrite5m: 2.5, cacheWrite1h: 4, audioInput: 10 },
    ...{ output: 8, reasoning: 9, audioOutput: 20 },
  };

  it.each([
    ['input', 2],
    ['cachedInput', 0.2],
    ['cacheWrite5m', 2.5],
    ['cacheWrite1h', 4],
    ['audioInput', 10],
    ['output', 8],
    ['reasoning', 9],
    ['audioOutput', 20],
  ] as const)('prices %s by its own rate', (bucket, rate) => {
    expect(usd(full, { [bucket]: MILLION })).toBe(rate);
  });

  it.each([
    ['cachedInput', 1],
    ['cacheWrite5m', 1],
    ['cacheWrite1h', 1],
    ['audioInput', 1],
    ['reasoning', 5],
    ['audioOutput', 5],
  ] as const)('prices %s like its kin where it has no rate', (bucket, rate) => {
    expect(usd({ input: 1, output: 5 }, { [bucket]: MILLION })).toBe(rate);
  });

  it('prices a long-lived cache like the short-lived one', () => {
    expect(usd({ input: 1, output: 5, cacheWrite5m: 1.25 }, { cacheWrite1h: MILLION })).toBe(1.25);
  });

  it('does not bill cached input as input too (D-10)', () => {
    expect(usd({ input: 1, output: 0, cachedInput: 0.1 }, { input: 500_000, cachedInput: 500_000 })).toBe(0.55);
  });

  it('is exact for a single token, however cheap', () => {
    expect(new CompiledPrice({ input: 0.000_001, output: 0.075 }).costOf(tokenUsage({ input: 1, output: 1 }))).toBe(
      75_001n,
    );
  });

  it('takes the rates of long input for the whole call, beyond the line', () => {
    const price: ModelPrice = {
      input: 1,
      output: 2,
      perCall: 0.5,
      longContext: { aboveInputTokens: 1000, input: 10, output: 20 },
    };
    expect(usd(price, { input: 400, cachedInput: 600, output: 1000 })).toBeCloseTo(0.5 + 0.003, 12);
    expect(usd(price, { input: 401, cachedInput: 600, output: 1000 })).toBeCloseTo(0.5 + 0.030_01, 12);
  });

  it('charges a call its fixed part even without tokens', () => {
    expect(usd({ input: 1, output: 1, perCall: 0.01 }, {})).toBe(0.01);
  });
});

describe('webSearches()', () => {
  it('prices each search, and knows no price where there is none', () => {
    expect(new CompiledPrice({ input: 1, output: 1, perWebSearch: 0.01 }).webSearches(3)).toBe(30_000_000_000n);
    expect(new CompiledPrice({ input: 1, output: 1, perWebSearch: 0 }).webSearches(3)).toBe(0n);
    expect(new CompiledPrice({ input: 1, output: 1 }).webSearches(3)).toBeUndefined();
    expect(new CompiledPrice({ input: 1, output: 1 }).webSearches(0)).toBe(0n);
  });
});

describe('worstCase()', () => {
  const rate = fc.nat({ max: 30 });
  const rates = fc.record(
    {
      ...{ input: rate, output: rate, cachedInput: rate, cacheWrite5m: rate, cacheWrite1h: rate },
      ...{ audioInput: rate, reasoning: rate, audioOutput: rate },
    },
    { requiredKeys: ['input', 'output'] },
  );
  const counts = fc.record(Object.fromEntries(BUCKETS.map((bucket) => [bucket, fc.nat({ max: 2000 })])));

  it('is never less than what a call within the bound costs, in whichever buckets', () => {
    fc.assert(
      fc.property(rates, rates, fc.nat(5000), counts, fc.nat(3000), (base, long, aboveInputTokens, given, spare) => {
        const price = new CompiledPrice({
          ...base,
          perCall: 0.25,
          longContext: { ...long, aboveInputTokens },
        } as ModelPrice);
        const usage = tokenUsage(given);
        return price.costOf(usage) <= price.worstCase(inputTokensOf(usage) + spare, outputTokensOf(usage) + spare);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not fear long input where the bound is short', () => {
    const price = new CompiledPrice({
      input: 1,
      output: 1,
      longContext: { aboveInputTokens: 10, input: 100, output: 100 },
    });
    expect(price.worstCase(10, 10)).toBe(20_000_000n);
    expect(price.worstCase(11, 10)).toBe(2_100_000_000n);
  });
});
