import { slope } from './statistics.js';

/** Bytes that something still refers to. */
export function heapInUse(): number {
  if (globalThis.gc === undefined) throw new Error('run node with --expose-gc');
  // What the first one frees may be referred to by what only the second one frees.
  globalThis.gc();
  globalThis.gc();
  // Typed arrays keep their numbers beside the heap.
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes that one more costs: the slope over many samples, so that what a table reserves ahead is counted in full. */
export async function bytesPerOne(add: (index: number) => unknown, most: number, samples = 24): Promise<number> {
  const counts: number[] = [];
  const bytes: number[] = [];
  let index = 0;
  for (let sample = 0; sample <= samples; sample++) {
    const until = Math.round((most * sample) / samples);
    while (index < until) await add(index++);
    if (sample === 0) continue;
    counts.push(index);
    bytes.push(heapInUse());
  }
  return slope(counts, bytes);
}
