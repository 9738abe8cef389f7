import type { Tariff, TariffRates } from '@actguard/core';
import * as v from 'valibot';

const digits = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number));
const rate = v.pipe(v.union([v.number(), digits]), v.safeInteger(), v.minValue(0));
const name = v.pipe(v.string(), v.nonEmpty());

const RATES = v.pipe(
  v.object({
    input_cu_per_1k: v.nullish(rate),
    input_cu_per_1m: v.nullish(rate),
    output_cu_per_1k: v.nullish(rate),
    cached_cu_per_1k: v.nullish(rate),
  }),
  v.check(
    ({ input_cu_per_1k: perThousand, input_cu_per_1m: perMillion }) =>
      typeof perThousand !== 'number' || typeof perMillion !== 'number',
  ),
);

const TARIFF = v.object({
  tariff_version: name,
  registry_version: name,
  cu_per_usd: rate,
  llm: v.object({
    default: v.object({ input_cu_per_1k: rate, output_cu_per_1k: rate, cached_cu_per_1k: rate }),
    providers: v.nullish(v.record(v.string(), v.object({ models: v.record(v.string(), RATES) }))),
  }),
});

/** The tariff of an answer; `undefined` where it is none. Prices of tools are not read: nothing charges them. */
export function tariffOf(body: unknown): Tariff | undefined {
  const { success, output } = v.safeParse(TARIFF, body);
  if (!success) return undefined;
  const { default: fallback, providers } = output.llm;
  return {
    version: output.tariff_version,
    cuPerUsd: output.cu_per_usd,
    default: {
      inputCuPer1k: fallback.input_cu_per_1k,
      outputCuPer1k: fallback.output_cu_per_1k,
      cachedCuPer1k: fallback.cached_cu_per_1k,
    },
    providers: mapped(providers ?? {}, ({ models }) => ({ models: mapped(models, ratesOf) })),
  };
}

function ratesOf(rates: v.InferOutput<typeof RATES>): TariffRates {
  const { input_cu_per_1k: per1k, input_cu_per_1m: per1m, output_cu_per_1k: output, cached_cu_per_1k: cached } = rates;
  return {
    ...(typeof per1k === 'number' ? { inputCuPer1k: per1k } : {}),
    ...(typeof per1m === 'number' ? { inputCuPer1m: per1m } : {}),
    ...(typeof output === 'number' ? { outputCuPer1k: output } : {}),
    ...(typeof cached === 'number' ? { cachedCuPer1k: cached } : {}),
  };
}

function mapped<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
