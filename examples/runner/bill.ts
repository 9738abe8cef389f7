import type { ModelPrice } from '@actguard/core';
import { packagedPrices } from '@actguard/metering';
import type OpenAI from 'openai';

/** What the calls of a run cost by what the provider said was used: added up here, apart from what a meter charges. */
export class Bill {
  #price: ModelPrice | undefined;
  readonly #costs: number[] = [];

  /** @param price USD per million tokens; `undefined` where it is not known */
  constructor(price: ModelPrice | undefined) {
    this.#price = price;
  }

  add(usage: OpenAI.CompletionUsage | undefined): void {
    // A call of which nobody says what it used did not cost nothing: from now on the sum is not known.
    if (usage === undefined) this.#price = undefined;
    this.#costs.push(this.#price === undefined || usage === undefined ? 0 : costOf(usage, this.#price));
  }

  /** Calls of the model that were answered. */
  get calls(): number {
    return this.#costs.length;
  }

  /** `undefined` where the price is not known, or what a call has used. */
  get usd(): number | undefined {
    return this.#price && sum(this.#costs);
  }

  /** What had been spent when the last call was made; `undefined` as well. */
  get usdBeforeLast(): number | undefined {
    return this.#price && sum(this.#costs.slice(0, -1));
  }
}

/** The price of a real model, as the meters know it; `undefined` where they do not. */
export function packagedPrice(model: string): ModelPrice | undefined {
  return packagedPrices().priceOf({ provider: 'openai', model, at: Date.now() });
}

/** USD with two decimals. */
export function usdText(usd: number): string {
  return `USD ${usd.toFixed(2)}`;
}

function costOf(usage: OpenAI.CompletionUsage, { input, output, cachedInput = input }: ModelPrice): number {
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  const fresh = usage.prompt_tokens - cached;
  return (fresh * input + cached * cachedInput + usage.completion_tokens * output) / 1_000_000;
}

function sum(costs: readonly number[]): number {
  return costs.reduce((total, cost) => total + cost, 0);
}
