import { highest } from './amounts.js';
import { picosOf } from './money.js';
import { BUCKETS, inputTokensOf, type TokenUsage } from './token-usage.js';

/** Prices in USD per million tokens. A bucket without a price costs what its nearest kin costs, as said at each. */
export interface TokenRates {
  /** USD per million tokens of input that no other rate is for. */
  readonly input: number;
  /** USD per million tokens of output that no other rate is for; 0 for a model that writes none, such as one for embeddings. */
  readonly output: number;
  /** USD per million tokens read from a prompt cache. @default the price of input */
  readonly cachedInput?: number;
  /** USD per million tokens written to a prompt cache that lives for about 5 minutes. @default the price of input */
  readonly cacheWrite5m?: number;
  /** USD per million tokens written to a prompt cache that lives for an hour or longer. @default the price of cacheWrite5m */
  readonly cacheWrite1h?: number;
  /** USD per million tokens of sound that go in. @default the price of input */
  readonly audioInput?: number;
  /** USD per million tokens that the model thinks and does not show. @default the price of output */
  readonly reasoning?: number;
  /** USD per million tokens of sound that come out. @default the price of output */
  readonly audioOutput?: number;
}

/** What a model costs: rates in USD per million tokens, and what each call costs on top. */
export interface ModelPrice extends TokenRates {
  /**
   * Rates of calls with more tokens of input than `aboveInputTokens`, cached ones included: they hold for the whole call, output
   * as well.
   *
   * @default none
   */
  readonly longContext?: TokenRates & { readonly aboveInputTokens: number };
  /** USD per call on top. @default 0 */
  readonly perCall?: number;
  /** USD per web search that the provider makes. @default not known */
  readonly perWebSearch?: number;
}

/** A model as its price is asked for. */
export interface PricedModel {
  /** Such as `openai`: the `provider` of the meter. */
  readonly provider: string;
  /** Id of the model as the request asks for it, with its tier where that costs more: `gpt-5:priority`. */
  readonly model: string;
  /** When the call is made, in epoch milliseconds: prices change. */
  readonly at: number;
}

/** Knows what models cost. */
export interface PriceSource {
  /** The price, or `undefined` where it is not known. A price that is only similar is not known. */
  priceOf(model: PricedModel): ModelPrice | undefined;
}

type Rates = Readonly<Record<keyof TokenUsage, bigint>>;

/** A price as it is computed with: picodollars a token. */
export class CompiledPrice {
  readonly #rates: Rates;
  readonly #long: { readonly above: number; readonly rates: Rates } | undefined;
  readonly #perCall: bigint;
  readonly #perWebSearch: bigint | undefined;

  constructor(price: ModelPrice) {
    this.#rates = ratesOf(price);
    this.#long = price.longContext && {
      above: price.longContext.aboveInputTokens,
      rates: ratesOf(price.longContext),
    };
    this.#perCall = picosOf(price.perCall ?? 0);
    this.#perWebSearch = price.perWebSearch === undefined ? undefined : picosOf(price.perWebSearch);
  }

  /** Picodollars of a call. */
  costOf(usage: TokenUsage): bigint {
    const isLong = this.#long !== undefined && inputTokensOf(usage) > this.#long.above;
    const rates = isLong ? this.#long.rates : this.#rates;
    let picos = this.#perCall;
    for (const bucket of BUCKETS) if (usage[bucket] > 0) picos += BigInt(usage[bucket]) * rates[bucket];
    return picos;
  }

  /** Picodollars of so many web searches; `undefined` where their price is not known. */
  webSearches(count: number): bigint | undefined {
    return count === 0 ? 0n : this.#perWebSearch && this.#perWebSearch * BigInt(count);
  }

  /** The most that a call with so many tokens can cost, whichever buckets they fall into. */
  worstCase(inputTokens: number, outputTokens: number): bigint {
    const tables = [
      this.#rates,
      ...(this.#long !== undefined && inputTokens > this.#long.above ? [this.#long.rates] : []),
    ];
    let worst = 0n;
    for (const rates of tables) {
      const input = highest(rates.input, rates.cachedInput, rates.cacheWrite5m, rates.cacheWrite1h, rates.audioInput);
      const output = highest(rates.output, rates.reasoning, rates.audioOutput);
      worst = highest(worst, BigInt(inputTokens) * input + BigInt(outputTokens) * output);
    }
    return this.#perCall + worst;
  }
}

function ratesOf(rates: TokenRates): Rates {
  const { input, output, cachedInput = input, cacheWrite5m = input, cacheWrite1h = cacheWrite5m } = rates;
  const { audioInput = input, reasoning = output, audioOutput = output } = rates;
  return {
    input: perToken(input),
    cachedInput: perToken(cachedInput),
    cacheWrite5m: perToken(cacheWrite5m),
    cacheWrite1h: perToken(cacheWrite1h),
    audioInput: perToken(audioInput),
    output: perToken(output),
    reasoning: perToken(reasoning),
    audioOutput: perToken(audioOutput),
  };
}

function perToken(usdPerMillion: number): bigint {
  return picosOf(usdPerMillion / 1_000_000);
}
