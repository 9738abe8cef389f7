import type { ModelPrice, PricedModel, PriceSource, TokenRates } from '@actguard/core';
import { calcPrice, type MatchLogic, type ModelInfo, type TieredPrices } from '@pydantic/genai-prices';

/** Names of the package for providers that meters name otherwise. */
const PROVIDERS: Readonly<Record<string, string>> = { gemini: 'google', vertex: 'google', xai: 'x-ai' };

/** What a date or `latest` behind a model id looks like: the same model, pinned. */
const PINNED = /[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/** Prices change from day to day, and some within a day, at full and half hours. */
const SLOT_MS = 30 * 60_000;
/** Names come from requests: a loop over made-up ones must not fill the memory. */
const MAX_MODELS = 1000;
const MAX_PROVIDERS = 10;

/** What was looked up for a provider in a time in which prices stay. */
interface KnownPrices {
  readonly slot: number;
  readonly prices: Map<string, ModelPrice | undefined>;
}

/**
 * Prices of the package `@pydantic/genai-prices`, dated and without a network. The package matches ids by prefix; here only the
 * very model has a price, also with a date behind its id: the price of a similar model is not a price.
 */
export function packagedPrices(): PriceSource {
  const known = new Map<string, KnownPrices>();
  const knownOf = (provider: string, slot: number): KnownPrices['prices'] => {
    const found = known.get(provider);
    if (found?.slot === slot && found.prices.size < MAX_MODELS) return found.prices;
    if (known.size >= MAX_PROVIDERS) known.clear();
    const prices: KnownPrices['prices'] = new Map();
    known.set(provider, { slot, prices });
    return prices;
  };
  return {
    priceOf({ provider, model, at }: PricedModel): ModelPrice | undefined {
      const prices = knownOf(provider, Math.floor(at / SLOT_MS));
      let price = prices.get(model);
      if (price !== undefined || prices.has(model)) return price;
      price = lookUp(provider, model, at);
      prices.set(model, price);
      return price;
    },
  };
}

function lookUp(provider: string, model: string, at: number): ModelPrice | undefined {
  const providerId = Object.hasOwn(PROVIDERS, provider) ? PROVIDERS[provider] : provider;
  let found: ReturnType<typeof calcPrice>;
  try {
    found = calcPrice({ input_tokens: 1 }, model, {
      ...(providerId !== undefined && { providerId }),
      timestamp: new Date(at),
    });
  } catch {
    return undefined;
  }
  if (found === null || !isVery(found.model, model)) return undefined;
  return isForSound(found.model) && !hasSoundRates(found.model_price) ? undefined : priceFrom(found.model_price);
}

// Sound costs many times what text does: a price that does not know it is none.
function isForSound({ id }: ModelInfo): boolean {
  return /audio|realtime/i.test(id);
}

function hasSoundRates(price: Price): boolean {
  return price['input_audio_mtok'] !== undefined || price['output_audio_mtok'] !== undefined;
}

function isVery(found: ModelInfo, asked: string): boolean {
  const name = asked.toLowerCase();
  const names = [name, name.replace(PINNED, '')];
  const listed = [found.id.toLowerCase(), ...equalsIn(found.match)];
  return names.some((each) => listed.includes(each));
}

function equalsIn(match: MatchLogic): readonly string[] {
  if ('equals' in match) return [match.equals.toLowerCase()];
  if ('or' in match) return match.or.flatMap(equalsIn);
  return [];
}

type Rate = number | TieredPrices | undefined;
type Price = Readonly<Record<string, Rate>>;

function priceFrom(price: Price): ModelPrice | undefined {
  const base = ratesFrom(price, (rate) => (isTiered(rate) ? rate.base : rate));
  if (base === undefined) return undefined;
  const fees = {
    ...perThousand('perCall', price['requests_kcount']),
    ...perThousand('perWebSearch', price['web_searches_kcount']),
  };
  const tiers = Object.values(price).flatMap((rate) => (isTiered(rate) ? rate.tiers : []));
  if (tiers.length === 0) return { ...base, ...fees };
  // Of several tiers the dearest counts from the first one on: too much rather than too little.
  const long = ratesFrom(price, (rate) =>
    isTiered(rate) ? Math.max(rate.base, ...rate.tiers.map((tier) => tier.price)) : rate,
  );
  const aboveInputTokens = Math.min(...tiers.map(({ start }) => start));
  return { ...base, ...fees, ...(long && { longContext: { ...long, aboveInputTokens } }) };
}

// The data are no instances of the class that they are declared as.
function isTiered(rate: Rate): rate is TieredPrices {
  return typeof rate === 'object' && rate !== null;
}

function perThousand(name: 'perCall' | 'perWebSearch', rate: Rate): Partial<ModelPrice> {
  return typeof rate === 'number' ? { [name]: rate / 1000 } : {};
}

function ratesFrom(price: Price, read: (rate: Rate) => number | undefined): TokenRates | undefined {
  const input = read(price['input_mtok']);
  // Embeddings have no output.
  const output = read(price['output_mtok']) ?? 0;
  if (input === undefined) return undefined;
  const optional: { -readonly [Rate in keyof TokenRates]?: number | undefined } = {
    cachedInput: read(price['cache_read_mtok']),
    cacheWrite5m: read(price['cache_write_mtok']),
    cacheWrite1h: read(price['cache_write_1h_mtok']),
    audioInput: read(price['input_audio_mtok']),
    reasoning: read(price['output_reasoning_mtok']),
    audioOutput: read(price['output_audio_mtok']),
  };
  const given = Object.entries(optional).filter(([, rate]) => rate !== undefined);
  return { input, output, ...Object.fromEntries(given) };
}
