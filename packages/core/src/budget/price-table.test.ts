import { describe, expect, it } from '@jest/globals';
import { AgentHost, HostConfigurationError, type ModelPrice } from '../index.js';
import { type PriceTable, priceTable } from './price-table.js';

const PRICE: ModelPrice = { input: 1, output: 2 };
const source = (table: PriceTable) =>
  priceTable(table, (option, value, message) => {
    throw new Error(`${option} ${String(value)} ${message}`);
  });
const asked = (provider: string, model: string) => ({ provider, model, at: 0 });

describe('priceTable()', () => {
  it('knows a model by its id, and of one provider only where it says so', () => {
    const prices = source({ m: PRICE, 'azure/m': { input: 3, output: 4 } });
    expect(prices.priceOf(asked('openai', 'm'))).toMatchObject({ input: 1 });
    expect(prices.priceOf(asked('azure', 'm'))).toMatchObject({ input: 3 });
  });

  it.each(['m-2026-01-01', 'M', 'm ', 'constructor', '__proto__', ''])(
    'does not take %j for a model that is listed',
    (model) => {
      expect(source({ m: PRICE }).priceOf(asked('openai', model))).toBeUndefined();
    },
  );

  it('keeps its prices, whatever becomes of the table', () => {
    const table = { m: { ...PRICE } };
    const prices = source(table);
    table.m.input = 0;
    expect(prices.priceOf(asked('openai', 'm'))).toEqual(PRICE);
  });

  it.each<[string, unknown, string]>([
    ['no price', null, 'prices["m"]'],
    ['no output', { input: 1 }, 'prices["m"].output'],
    ['a rate below nothing', { ...PRICE, cachedInput: -1 }, 'prices["m"].cachedInput'],
    ['a rate that is a text', { ...PRICE, input: '1' }, 'prices["m"].input'],
    ['a rate that is no number', { ...PRICE, reasoning: Number.NaN }, 'prices["m"].reasoning'],
    ['a misspelt rate', { ...PRICE, cachedinput: 0.1 }, 'prices["m"].cachedinput'],
    ['a price of a call that is none', { ...PRICE, perCall: -0.01 }, 'prices["m"].perCall'],
    ['a price of a search that is none', { ...PRICE, perWebSearch: '0.01' }, 'prices["m"].perWebSearch'],
    ['rates of long input that are none', { ...PRICE, longContext: 5 }, 'prices["m"].longContext'],
    [
      'a line that is none',
      { ...PRICE, longContext: { ...PRICE, aboveInputTokens: 1.5 } },
      'prices["m"].longContext.aboveInputTokens',
    ],
    [
      'a wrong rate of long input',
      { ...PRICE, longContext: { aboveInputTokens: 1, input: 1 } },
      'prices["m"].longContext.output',
    ],
  ])('finds %s, when the host is created', async (_, price, option) => {
    const created = AgentHost.create({ prices: { m: price } as PriceTable });
    const error = await created.then(
      () => undefined,
      (thrown: HostConfigurationError) => thrown,
    );
    expect(error).toBeInstanceOf(HostConfigurationError);
    expect(error?.problems.map((problem) => problem.option)).toContain(`create.${option}`);
  });
});
