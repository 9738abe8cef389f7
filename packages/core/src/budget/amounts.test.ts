import { describe, expect, it } from '@jest/globals';
import { type Amounts, highest, minus, NO_AMOUNTS, plus, times } from './amounts.js';

const FEW: Amounts = { token: 1n, usd: 20n, cost: 300n };

describe('amounts', () => {
  it('add up, come apart and multiply by kind', () => {
    expect(plus(FEW, { token: 5n, usd: 6n, cost: 7n })).toEqual({ token: 6n, usd: 26n, cost: 307n });
    expect(minus(FEW, FEW)).toEqual(NO_AMOUNTS);
    expect(times(FEW, 3)).toEqual({ token: 3n, usd: 60n, cost: 900n });
  });

  it('stay exact beyond what a number can count', () => {
    const many: Amounts = { ...NO_AMOUNTS, usd: 2n ** 60n };
    expect(plus(many, FEW).usd - 2n ** 60n).toBe(20n);
  });

  it('leave nothing as it is', () => {
    plus(NO_AMOUNTS, FEW);
    expect(NO_AMOUNTS).toEqual({ token: 0n, usd: 0n, cost: 0n });
  });

  it('know the highest', () => {
    expect(highest(2n)).toBe(2n);
    expect(highest(2n, 9n, 3n)).toBe(9n);
  });
});
