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

/**
 * A source of the prices in a table, which is copied. `AgentHost.create` and `meter` take the table itself.
 *
 * @param problem gets what is wrong with the table: the price or rate, its value, and what it must be
 */
export function priceTable(
  table: PriceTable,
  problem: (option: string, value: unknown, message: string) => void,
): PriceSource {
  const prices = new Map<string, ModelPrice>();
  for (const [model, price] of Object.entries(table)) {
    checkRates(price, `prices["${model}"]`, ['perCall', 'perWebSearch', 'longContext'], problem);
    if (typeof price?.longContext === 'object' && price.longContext !== null) {
      const { aboveInputTokens } = price.longContext;
      checkRates(price.longContext, `prices["${model}"].longContext`, ['aboveInputTokens'], problem);
      if (!Number.isSafeInteger(aboveInputTokens) || aboveInputTokens < 0)
        problem(`prices["${model}"].longContext.aboveInputTokens`, aboveInputTokens, 'must be an integer from 0');
    } else if (price?.longContext !== undefined)
      problem(`prices["${model}"].longContext`, price.longContext, 'must be rates with aboveInputTokens');
    for (const name of ['perCall', 'perWebSearch'] as const) {
      const value: unknown = price?.[name];
      if (value !== undefined && !isAmount(value)) problem(`prices["${model}"].${name}`, value, 'must be USD, from 0');
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
  more: readonly string[],
  problem: (option: string, value: unknown, message: string) => void,
): void {
  if (typeof rates !== 'object' || rates === null) {
    problem(option, rates, 'must be a price: { input, output } in USD per million tokens');
    return;
  }
  for (const rate of RATES) {
    const value: unknown = rates[rate];
    if (value === undefined && rate !== 'input' && rate !== 'output') continue;
    if (!isAmount(value)) problem(`${option}.${rate}`, value, 'must be USD per million tokens, from 0');
  }
  // A misspelt rate would be billed as its nearest kin.
  for (const name of Object.keys(rates)) {
    if (!(RATES as readonly string[]).includes(name) && !more.includes(name))
      problem(`${option}.${name}`, undefined, `is no rate; there are ${[...RATES, ...more].join(', ')}`);
  }
}

/** Whether what a source of prices answered can be computed with: nobody has checked it before. */
export function isPrice(price: unknown): price is ModelPrice {
  let isFine = true;
  const problem = (): void => {
    isFine = false;
  };
  try {
    priceTable({ model: price as ModelPrice }, problem);
  } catch {
    return false;
  }
  return isFine;
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1_000_000;
}
