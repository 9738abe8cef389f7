import { type PriceSource, priceTable, UsageError } from '@actguard/core';
import type { MeterOptions } from './meter-options.js';
import { packagedPrices } from './packaged-prices.js';

/** What a meter knows of its client. */
export interface Metering {
  /** Name of the provider in events, breakdowns and prices, such as `openai`. */
  readonly provider: string;
  /** The options that the client was metered with, checked. */
  readonly options: MeterOptions;
  /** The user's own prices. */
  readonly prices: PriceSource | undefined;
  /** Prices of the package. */
  readonly defaultPrices: PriceSource;
}

const OPTIONS = [
  'budget',
  'outside',
  'prices',
  'provider',
  'maxAttachmentTokens',
  'maxServerToolUsd',
  'maxServerToolTokens',
  'defaultOutputTokens',
] as const satisfies readonly (keyof MeterOptions)[];

let packaged: PriceSource | undefined;

/**
 * Checks the options of a meter.
 *
 * @param provider name of the provider where the options have none
 * @param more names of options that this meter has besides those of every meter
 * @throws {UsageError} naming the option and its value
 */
export function meteringOf(provider: string, options: MeterOptions, more: readonly string[] = []): Metering {
  const given = options as Readonly<Record<string, unknown>>;
  if (typeof given !== 'object' || given === null) throw problem('options', given, 'must be an object of options');
  const known = [...OPTIONS, ...more];
  for (const name of Object.keys(given))
    if (!known.includes(name)) throw problem(name, given[name], `is no option; the options are ${known.join(', ')}`);
  const { outside, provider: name, maxServerToolUsd, maxServerToolTokens } = given;
  if (outside !== undefined && outside !== 'pass' && outside !== 'refuse')
    throw problem('outside', outside, "must be 'pass' or 'refuse'");
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw problem('provider', name, 'must be a text that is not empty');
  for (const option of ['maxAttachmentTokens', 'defaultOutputTokens'] as const) {
    const value = given[option];
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 1))
      throw problem(option, value, 'must be an integer from 1');
  }
  if (maxServerToolUsd !== undefined && !(typeof maxServerToolUsd === 'number' && maxServerToolUsd >= 0))
    throw problem('maxServerToolUsd', maxServerToolUsd, 'must be an amount of USD from 0');
  if (
    maxServerToolTokens !== undefined &&
    !(Number.isSafeInteger(maxServerToolTokens) && Number(maxServerToolTokens) >= 0)
  )
    throw problem('maxServerToolTokens', maxServerToolTokens, 'must be an integer from 0');
  packaged ??= packagedPrices();
  return { provider: options.provider ?? provider, options, prices: sourceOf(options.prices), defaultPrices: packaged };
}

function sourceOf(prices: MeterOptions['prices']): PriceSource | undefined {
  if (prices === undefined) return undefined;
  if (typeof prices !== 'object' || prices === null) throw problem('prices', prices, 'must be a table of prices');
  if (typeof prices.priceOf === 'function') return prices as PriceSource;
  return priceTable(prices as Exclude<typeof prices, PriceSource>, (option, value, message) => {
    throw problem(option, value, message);
  });
}

function problem(option: string, value: unknown, message: string): UsageError {
  return new UsageError(`meter: ${option} ${message}`, { code: 'usage.meter', details: { option, value } });
}
