import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { picosOf } from './money.js';
import { checkTariff, costUnitsOf, costUnitsOfMoney, type Tariff, tariffPrices, worstCostUnits } from './tariff.js';
import { tokenUsage } from './token-usage.js';

const TARIFF: Tariff = {
  version: 'v1',
  cuPerUsd: 1000,
  default: { inputCuPer1k: 1, outputCuPer1k: 4, cachedCuPer1k: 1 },
  providers: {
    openai: {
      models: {
        'text-embedding-3-small': { inputCuPer1m: 20 },
        partly: { outputCuPer1k: 9 },
        free: { inputCuPer1k: 0, outputCuPer1k: 0, cachedCuPer1k: 0 },
      },
    },
  },
};
const cost = (model: string, counts: Parameters<typeof tokenUsage>[0]) =>
  costUnitsOf(TARIFF, 'openai', model, tokenUsage(counts));

describe('costUnitsOf()', () => {
  it.each<[string, Parameters<typeof tokenUsage>[0], bigint]>([
    ['gpt', { input: 1000, output: 250, cachedInput: 100 }, 3n],
    ['gpt', { input: 100, output: 50 }, 2n],
    ['gpt', { input: 1, output: 1 }, 2n],
    ['gpt', {}, 0n],
    ['text-embedding-3-small', { input: 1_000_000 }, 20n],
    ['text-embedding-4', { input: 1_000_000 }, 1000n],
    ['partly', { input: 1001, output: 1001 }, 12n],
    ['free', { input: 9999, output: 9999, cachedInput: 9999 }, 0n],
  ])('rounds each part of a call of %s up: %j', (model, usage, units) => {
    expect(cost(model, usage)).toBe(units);
  });

  it('charges cached input once, not as input again (D-10)', () => {
    expect(cost('gpt', { cachedInput: 1000 })).toBe(1n);
    expect(cost('gpt', { input: 1000, cachedInput: 1000 })).toBe(2n);
  });

  it('counts what is written to a cache, and audio, as input; thinking as output', () => {
    expect(cost('gpt', { cacheWrite5m: 1000, cacheWrite1h: 1000, audioInput: 1000 })).toBe(3n);
    expect(cost('gpt', { reasoning: 500, audioOutput: 500 })).toBe(4n);
  });

  it.each(['constructor', '__proto__', 'toString'])(
    'takes the default for a model or provider of the name %s',
    (name) => {
      expect(cost(name, { input: 1000 })).toBe(1n);
      expect(costUnitsOf(TARIFF, name, 'gpt', tokenUsage({ input: 1000 }))).toBe(1n);
    },
  );
});

describe('worstCostUnits()', () => {
  it('is never less than what a call within the bound costs', () => {
    const count = fc.nat({ max: 5000 });
    const rate = fc.nat({ max: 9 });
    const call = fc.record({
      input: count,
      cachedInput: count,
      output: count,
      spareIn: fc.nat(50),
      spareOut: fc.nat(50),
    });
    const rates = fc.record({ inputCuPer1k: rate, outputCuPer1k: rate, cachedCuPer1k: rate });
    fc.assert(
      fc.property(
        call,
        rates,
        fc.boolean(),
        ({ input, cachedInput, output, spareIn, spareOut }, base, isPerMillion) => {
          const models = { m: isPerMillion ? { inputCuPer1m: base.inputCuPer1k * 300 } : {} };
          const tariff: Tariff = { version: 'v', cuPerUsd: 1, default: base, providers: { p: { models } } };
          const real = costUnitsOf(tariff, 'p', 'm', tokenUsage({ input, cachedInput, output }));
          const worst = worstCostUnits(tariff, 'p', 'm', input + cachedInput + spareIn, output + spareOut);
          return real <= worst;
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is what the call costs where there is nothing to mix', () => {
    const noCache: Tariff = { ...TARIFF, default: { inputCuPer1k: 1, outputCuPer1k: 4, cachedCuPer1k: 0 } };
    expect(worstCostUnits(noCache, 'openai', 'gpt', 1000, 250)).toBe(2n);
    expect(worstCostUnits(TARIFF, 'openai', 'gpt', 1, 0)).toBe(1n);
  });
});

describe('costUnitsOfMoney()', () => {
  it.each<[number, bigint]>([
    [0.05, 50n],
    [0.0004, 0n],
    [0.0005, 0n],
    [0.000_500_1, 1n],
    [0.0015, 2n],
    [0.0025, 2n],
    [0.0035, 4n],
    [0, 0n],
  ])('rounds %d USD half to even', (usd, units) => {
    expect(costUnitsOfMoney(TARIFF, picosOf(usd))).toBe(units);
  });
});

describe('checkTariff()', () => {
  const problemsOf = (tariff: unknown): string[] => {
    const options: string[] = [];
    checkTariff(tariff, (option) => void options.push(option));
    return options;
  };
  const withModel = (model: unknown) => ({ ...TARIFF, providers: { p: { models: { m: model } } } });

  it('takes a good one', () => {
    expect(problemsOf(TARIFF)).toEqual([]);
    const { providers: _, ...plain } = TARIFF;
    expect(problemsOf(plain)).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['no version', { ...TARIFF, version: '' }, 'tariff.version'],
    ['a price of money that is no whole number', { ...TARIFF, cuPerUsd: 1.5 }, 'tariff.cuPerUsd'],
    [
      'a rate below nothing',
      { ...TARIFF, default: { ...TARIFF.default, inputCuPer1k: -1 } },
      'tariff.default.inputCuPer1k',
    ],
    [
      'a rate that is a text',
      { ...TARIFF, default: { ...TARIFF.default, outputCuPer1k: '4' } },
      'tariff.default.outputCuPer1k',
    ],
    ['providers that are none', { ...TARIFF, providers: 'x' }, 'tariff.providers'],
    ['a provider that is none', { ...TARIFF, providers: { p: 1 } }, 'tariff.providers["p"]'],
    ['models that are none', { ...TARIFF, providers: { p: {} } }, 'tariff.providers["p"].models'],
    ['a model that is none', withModel(null), 'tariff.providers["p"].models["m"]'],
    ['a wrong rate of a model', withModel({ cachedCuPer1k: 0.5 }), 'tariff.providers["p"].models["m"].cachedCuPer1k'],
    ['two rates of input', withModel({ inputCuPer1k: 1, inputCuPer1m: 1 }), 'tariff.providers["p"].models["m"]'],
  ])('finds %s', (_, tariff, option) => {
    expect(problemsOf(tariff)).toContain(option);
  });

  it.each([[null], ['v1'], [1]])('says what %p is not', (tariff) => {
    expect(problemsOf(tariff)).toContain('tariff');
  });
});

describe('tariffPrices()', () => {
  const priceOf = (model: string, tariff = TARIFF) =>
    tariffPrices(tariff).priceOf({ provider: 'openai', model, at: 0 });

  it('says what cost units are worth in USD per million tokens', () => {
    expect(priceOf('gpt')).toEqual({ input: 1, output: 4, cachedInput: 1 });
    expect(priceOf('text-embedding-3-small')).toEqual({ input: 0.02, output: 4, cachedInput: 1 });
    expect(priceOf('gpt', { ...TARIFF, cuPerUsd: 500 })).toEqual({ input: 2, output: 8, cachedInput: 2 });
  });

  it('has no price where cost units are worth nothing', () => {
    expect(priceOf('gpt', { ...TARIFF, cuPerUsd: 0 })).toBeUndefined();
  });

  it('answers with the same object for the same model, so that it is compiled once', () => {
    const source = tariffPrices(TARIFF);
    const model = { provider: 'openai', model: 'gpt', at: 0 };
    expect(source.priceOf(model)).toBe(source.priceOf(model));
  });
});
