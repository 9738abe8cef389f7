import type { LimitType } from '../errors/budget-errors.js';

/** The order in which limits of one scope are looked at. */
export const LIMIT_TYPES: readonly LimitType[] = ['token', 'usd', 'cost'];

/** Tokens, picodollars and cost units. Integers without a bound: sums of them are exact. */
export type Amounts = Readonly<Record<LimitType, bigint>>;

/** Nothing of anything. */
export const NO_AMOUNTS: Amounts = Object.freeze({ token: 0n, usd: 0n, cost: 0n });

export function plus(a: Amounts, b: Amounts): Amounts {
  return { token: a.token + b.token, usd: a.usd + b.usd, cost: a.cost + b.cost };
}

export function minus(a: Amounts, b: Amounts): Amounts {
  return { token: a.token - b.token, usd: a.usd - b.usd, cost: a.cost - b.cost };
}

export function times(a: Amounts, factor: number): Amounts {
  const by = BigInt(factor);
  return { token: a.token * by, usd: a.usd * by, cost: a.cost * by };
}

export function highest(first: bigint, ...others: readonly bigint[]): bigint {
  let found = first;
  for (const each of others) if (each > found) found = each;
  return found;
}
