import { describe, expect, it } from '@jest/globals';
import { NO_AMOUNTS } from './amounts.js';
import { countedAs, nanosOf, readableCount } from './shared-units.js';

describe('what a store counts of a shared budget', () => {
  it('is whole nano-dollars: what is used rounded up, what is allowed rounded down', () => {
    expect([nanosOf(1n, 'up'), nanosOf(1000n, 'up'), nanosOf(1001n, 'up'), nanosOf(0n, 'up')]).toEqual([1, 1, 2, 0]);
    expect([nanosOf(999n, 'down'), nanosOf(1999n, 'down')]).toEqual([0, 1]);
    expect(countedAs('usd', { ...NO_AMOUNTS, token: 7n, usd: 1_000_001n })).toBe(1001);
    expect(countedAs('token', { ...NO_AMOUNTS, token: 7n, usd: 1_000_001n })).toBe(7);
  });

  it('is never more than a number counts exactly', () => {
    expect(countedAs('token', { ...NO_AMOUNTS, token: 2n ** 60n })).toBe(Number.MAX_SAFE_INTEGER);
    expect(countedAs('usd', { ...NO_AMOUNTS, usd: 2n ** 80n })).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('is read in USD and tokens', () => {
    expect([readableCount('usd', 1_500_000_000), readableCount('token', 12)]).toEqual([1.5, 12]);
  });
});
