import { shown } from '../errors/shown.js';
import type { ModelPrice, PricedModel, PriceSource, TokenRates } from './model-price.js';

/**
 * Prices by model: USD per million tokens. A key is a model id, or `provider/model` where providers differ. An id that is not
 * listed has no price: a similar one is another model.
 */
export type PriceTable = Readonly<Record<string, ModelPrice>>;

const RATES = [
  'input',
  'output',
  'cachedInput',
  'cacheWrite5m',
  'cacheWrite1h',
  'audioInput',
  'reasoning',
  'audioOutput',
] as const satisfies readonly (keyof TokenRates)[];

/** A source of the prices in a table, which is copied. What is wrong with it goes to `problem`. */
export function priceTable(
  table: PriceTable,
  problem: (option: string, value: unknown, message: string) => void,
): PriceSource {
  const prices = new Map<string, ModelPrice>();
  for (const [model, price] of Object.entries(table)) {
    checkRates(price, `prices["${model}"]`, problem);
    if (price?.longContext !== undefined) {
      const { aboveInputTokens } = price.longContext;
      checkRates(price.longContext, `prices["${model}"].longContext`, problem);
      if (!Number.isSafeInteger(aboveInputTokens) || aboveInputTokens < 0)
        problem(`prices["${model}"].longContext.aboveInputTokens`, aboveInputTokens, 'must be an integer from 0');
    }
    prices.set(model, structuredClone(price));
  }
  return {
    priceOf: ({ provider, model }: PricedModel) => prices.get(`${provider}/${model}`) ?? prices.get(model),
  };
}

function checkRates(
  rates: TokenRates,
  option: string,
  problem: (option: string, value: unknown, message: string) => void,
): void {
  if (typeof rates !== 'object' || rates === null) {
    problem(option, rates, 'must be a price: { input, output } in USD per million tokens');
    return;
  }
  for (const rate of RATES) {
    const value: unknown = rates[rate];
    if (value === undefined && rate !== 'input' && rate !== 'output') continue;
    if (typeof value !== 'number' || !(value >= 0) || value > 1_000_000)
      problem(`${option}.${rate}`, shown(value), 'must be USD per million tokens, from 0');
  }
}
