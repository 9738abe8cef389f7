import type { Call } from '../../measure/loop.js';
import { measurePairs } from '../../measure/pairs.js';
import type { Readings, TimeBudget } from '../../measure/readings.js';
import { randomBelow } from './stepping-clock.js';

/** Makes calls of `count` keys, from a list of `objects` arguments. */
export type CallsOf = (count: number, objects?: number) => Promise<Call>;

/**
 * A call among many keys against the same call with one. `handNs` is what as many keys add to a bare lookup in a `Map`: memory that is
 * larger than the caches of the processor is slow for everybody. `lookups`: what they add to our call, in such lookups.
 */
export async function measureGrowth(callsOf: CallsOf, count: number, budget: TimeBudget): Promise<Readings> {
  const readings = await measurePairs(await callsOf(count), await callsOf(1, count), budget);
  if (count < 100_000) return readings;
  const hand = await measurePairs(lookUp(count, count), lookUp(1, count), budget);
  const handNs = hand['overNs'] as number;
  // Nothing can be said in multiples of noise.
  const lookups = handNs > 0 ? (readings['overNs'] as number) / handNs : Number.NaN;
  return { ...readings, handNs, lookups };
}

function lookUp(count: number, objects: number): Call {
  const texts = Array.from({ length: count }, (_, index) => `name-${index}`);
  const entries = new Map(texts.map((text) => [text, { count: 0 }]));
  const asked = Array.from({ length: objects }, (_, index) => ({ text: texts[index % count] as string }));
  const next = randomBelow(objects);
  return async () => {
    const { text } = asked[next()] as { text: string };
    (entries.get(text) as { count: number }).count++;
    return text;
  };
}
