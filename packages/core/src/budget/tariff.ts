import { highest } from './amounts.js';
import type { ModelPrice, PriceSource } from './model-price.js';
import { inputTokensOf, outputTokensOf, type TokenUsage } from './token-usage.js';

/** Cost units (CU) per thousand tokens; input may be priced per million instead. */
export interface TariffRates {
  /** Cost units per thousand tokens of input that were not read from a cache. @default that of the tariff */
  readonly inputCuPer1k?: number;
  /** The same per million tokens, for what costs less than a unit per thousand; only one of the two. @default none */
  readonly inputCuPer1m?: number;
  /** Cost units per thousand tokens of output, hidden reasoning included. @default that of the tariff */
  readonly outputCuPer1k?: number;
  /** Cost units per thousand tokens of input that were read from a prompt cache. @default that of the tariff */
  readonly cachedCuPer1k?: number;
}

/** How tokens become cost units: the tariff of a gateway, or one of the application's own. All numbers are whole, from 0. */
export interface Tariff {
  /** Names this state of the tariff, for those who read the configuration: nothing is computed from it. */
  readonly version: string;
  /** Cost units per USD, for what `addCost` charges; rounded of the sum, half to even. */
  readonly cuPerUsd: number;
  /** Cost units per thousand tokens of input, of output, and of input that was read from a prompt cache, of every model. */
  readonly default: { readonly inputCuPer1k: number; readonly outputCuPer1k: number; readonly cachedCuPer1k: number };
  /**
   * Rates of single models, by provider and model id. What a model does not say is taken from the default.
   *
   * @default no exceptions
   */
  readonly providers?: Readonly<Record<string, { readonly models: Readonly<Record<string, TariffRates>> }>>;
}

/**
 * Cost units of one call: input, output and cached input each rounded up by itself. Cached input is not charged as input
 * again; what is written to a cache is input.
 */
export function costUnitsOf(tariff: Tariff, provider: string, model: string, usage: TokenUsage): bigint {
  const rates = ratesOf(tariff, provider, model);
  const cached = usage.cachedInput;
  return (
    part(inputTokensOf(usage) - cached, rates.input, rates.inputPer) +
    part(outputTokensOf(usage), rates.output, 1000) +
    part(cached, rates.cached, 1000)
  );
}

/** The most that a call with so many tokens can cost, whichever buckets they fall into. */
export function worstCostUnits(
  tariff: Tariff,
  provider: string,
  model: string,
  inputTokens: number,
  outputTokens: number,
): bigint {
  const rates = ratesOf(tariff, provider, model);
  const asInput = part(inputTokens, rates.input, rates.inputPer);
  const asCached = part(inputTokens, rates.cached, 1000);
  // Both parts are rounded up, so a call with some of each may cost one unit more than the dearer of the two.
  const mixed = rates.cached > 0 && rates.input > 0 && inputTokens > 1 ? 1n : 0n;
  return highest(asInput, asCached) + mixed + part(outputTokens, rates.output, 1000);
}

/** The prices that follow from a tariff: USD per million tokens. */
export function tariffPrices(tariff: Tariff): PriceSource {
  const prices = new Map<string, ModelPrice>();
  return {
    priceOf({ provider, model }) {
      if (tariff.cuPerUsd === 0) return undefined;
      const key = JSON.stringify([provider, model]);
      let price = prices.get(key);
      if (price === undefined) {
        const rates = ratesOf(tariff, provider, model);
        const perMillion = (rate: number, per: number): number => (rate * 1_000_000) / per / tariff.cuPerUsd;
        price = {
          input: perMillion(rates.input, rates.inputPer),
          output: perMillion(rates.output, 1000),
          cachedInput: perMillion(rates.cached, 1000),
        };
        // Names come from requests: made-up ones must not fill the memory.
        if (prices.size >= MAX_PRICES) prices.clear();
        prices.set(key, price);
      }
      return price;
    },
  };
}

const MAX_PRICES = 10_000;

/** Cost units of an amount in picodollars, rounded half to even. */
export function costUnitsOfMoney(tariff: Tariff, picos: bigint): bigint {
  const scaled = picos * BigInt(tariff.cuPerUsd);
  const one = 1_000_000_000_000n;
  const whole = scaled / one;
  const twice = (scaled % one) * 2n;
  const isUp = twice > one || (twice === one && whole % 2n === 1n);
  return isUp ? whole + 1n : whole;
}

const RATE_NAMES = ['inputCuPer1k', 'inputCuPer1m', 'outputCuPer1k', 'cachedCuPer1k'] as const;

/** Checks a tariff; what is wrong goes to `problem`. */
export function checkTariff(
  tariff: unknown,
  problem: (option: string, value: unknown, message: string) => void,
): asserts tariff is Tariff {
  const { version, cuPerUsd, default: fallback, providers = {} } = recordOf(tariff, 'tariff', problem);
  if (typeof version !== 'string' || version === '')
    problem('tariff.version', version, 'must be a text that is not empty');
  if (!isWhole(cuPerUsd)) problem('tariff.cuPerUsd', cuPerUsd, 'must be an integer from 0');
  const base = recordOf(fallback, 'tariff.default', problem);
  for (const name of ['inputCuPer1k', 'outputCuPer1k', 'cachedCuPer1k'])
    if (!isWhole(base[name])) problem(`tariff.default.${name}`, base[name], 'must be an integer from 0');
  for (const [provider, listed] of Object.entries(recordOf(providers, 'tariff.providers', problem))) {
    const { models } = recordOf(listed, `tariff.providers["${provider}"]`, problem);
    for (const [model, rates] of Object.entries(recordOf(models, `tariff.providers["${provider}"].models`, problem))) {
      const option = `tariff.providers["${provider}"].models["${model}"]`;
      const given = recordOf(rates, option, problem);
      for (const name of RATE_NAMES) {
        const value = given[name];
        if (value !== undefined && !isWhole(value)) problem(`${option}.${name}`, value, 'must be an integer from 0');
      }
      if (given['inputCuPer1k'] !== undefined && given['inputCuPer1m'] !== undefined)
        problem(option, undefined, 'must have one rate for input: per thousand or per million tokens');
    }
  }
}

function recordOf(
  value: unknown,
  option: string,
  problem: (option: string, value: unknown, message: string) => void,
): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  problem(option, value, 'must be an object');
  return {};
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

interface Rates {
  readonly input: number;
  readonly inputPer: number;
  readonly output: number;
  readonly cached: number;
}

function ratesOf(tariff: Tariff, provider: string, model: string): Rates {
  const models = own(tariff.providers, provider)?.models;
  const { inputCuPer1k, inputCuPer1m, outputCuPer1k, cachedCuPer1k }: TariffRates = own(models, model) ?? {};
  const { default: fallback } = tariff;
  return {
    input: inputCuPer1m ?? inputCuPer1k ?? fallback.inputCuPer1k,
    inputPer: inputCuPer1m === undefined ? 1000 : 1_000_000,
    output: outputCuPer1k ?? fallback.outputCuPer1k,
    cached: cachedCuPer1k ?? fallback.cachedCuPer1k,
  };
}

// Names come from responses of a provider: `constructor` is no model.
function own<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

function part(tokens: number, rate: number, per: number): bigint {
  const scaled = BigInt(tokens) * BigInt(rate);
  const unit = BigInt(per);
  return (scaled + unit - 1n) / unit;
}
