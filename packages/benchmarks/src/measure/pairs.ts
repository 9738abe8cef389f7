import { type Call, type Loop, loopOf } from './loop.js';
import type { Readings, TimeBudget } from './readings.js';
import { median, pairedDifferences, pairedRatios, quantile } from './statistics.js';

/** Length of a slice: long beside reading the clock, short beside the drift of the machine. */
const SLICE_MS = 0.05;
const LONGEST_WARM_UP_MS = 2500;
const LEAST_WARM_UP_CALLS = 300;

/**
 * Times a call against another one, in turns of a twentieth of a millisecond.
 *
 * `ratio`: median over the turns of the time of a call in multiples of the other; `ns`, `baseNs`: of one call, the median; `p99`: of
 * one call in the slowest hundredth of the turns;
 * `overNs`: what the call takes longer than the other; `mean`: ratio of all the time, pauses of the garbage collector included;
 * `bytes`: heap that one call allocates.
 */
export async function measurePairs(call: Call, base: Call, { warmUpMs, measureMs }: TimeBudget): Promise<Readings> {
  const loop = loopOf(call);
  const baseLoop = loopOf(base);
  const { count, baseCount } = await warmUp(loop, baseLoop, warmUpMs);
  const times: number[] = [];
  const before: number[] = [];
  const after: number[] = [];
  const until = performance.now() + measureMs;
  let last = await timeOf(baseLoop, baseCount);
  do {
    before.push(last);
    times.push(await timeOf(loop, count));
    last = await timeOf(baseLoop, baseCount);
    after.push(last);
  } while (performance.now() < until || times.length < 20);
  return {
    ratio: median(pairedRatios(times, before, after)),
    mean: sum(times) / ((sum(before) + sum(after)) / 2),
    ns: median(times),
    p99: quantile(times, 0.99),
    baseNs: median(before),
    overNs: median(pairedDifferences(times, before, after)),
    bytes: await bytesOf(loop, count),
  };
}

async function warmUp(loop: Loop, baseLoop: Loop, warmUpMs: number): Promise<{ count: number; baseCount: number }> {
  let count = 1;
  let baseCount = 1;
  const start = performance.now();
  for (let calls = 0; ; calls += count) {
    const time = await timeOf(loop, count);
    const baseTime = await timeOf(baseLoop, baseCount);
    const spent = performance.now() - start;
    if ((spent > warmUpMs && calls >= LEAST_WARM_UP_CALLS) || spent > LONGEST_WARM_UP_MS) break;
    count = callsIn(time, count);
    baseCount = callsIn(baseTime, baseCount);
  }
  return { count, baseCount };
}

// Follows what it sees slowly, so that one slow slice does not make all the following ones short.
function callsIn(nsPerCall: number, previous: number): number {
  const wanted = (SLICE_MS * 1e6) / nsPerCall;
  return Math.max(1, Math.round(previous + (wanted - previous) / 4));
}

async function timeOf(loop: Loop, count: number): Promise<number> {
  const start = performance.now();
  await loop(count);
  return ((performance.now() - start) * 1e6) / count;
}

async function bytesOf(loop: Loop, count: number): Promise<number> {
  const calls = Math.max(10, count);
  const bytes: number[] = [];
  for (let sample = 0; sample < 40; sample++) {
    const before = process.memoryUsage().heapUsed;
    await loop(calls);
    const allocated = process.memoryUsage().heapUsed - before;
    // Less than before: the garbage collector was here.
    if (allocated > 0) bytes.push(allocated / calls);
  }
  return median(bytes);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
