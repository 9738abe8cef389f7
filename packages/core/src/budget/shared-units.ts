import type { Amounts } from './amounts.js';

/** What a shared budget can limit. */
export type SharedUnit = 'token' | 'usd';

const PICOS_PER_NANO = 1000n;
const NANOS_PER_USD = 1_000_000_000;

/** Nano-dollars of picodollars: what a store counts in. */
export function nanosOf(picos: bigint, rounding: 'up' | 'down'): number {
  return exact(rounding === 'up' ? (picos + PICOS_PER_NANO - 1n) / PICOS_PER_NANO : picos / PICOS_PER_NANO);
}

/** An amount as a store counts it: tokens, or nano-dollars, rounded up. */
export function countedAs(unit: SharedUnit, amounts: Amounts): number {
  return unit === 'usd' ? nanosOf(amounts.usd, 'up') : exact(amounts.token);
}

/** What a store counts, as it is read: tokens or USD. */
export function readableCount(unit: SharedUnit, count: number): number {
  return unit === 'usd' ? count / NANOS_PER_USD : count;
}

// What is beyond an exact number fits into no limit either.
function exact(amount: bigint): number {
  return amount > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(amount);
}
