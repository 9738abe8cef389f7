import { describe, expect, it } from '@jest/globals';
import { microsOf, picosOf, usdOf, usdText } from './money.js';

describe('picosOf()', () => {
  it.each<[number, bigint]>([
    [0, 0n],
    [1, 1_000_000_000_000n],
    [0.1, 100_000_000_000n],
    [0.000_001, 1_000_000n],
    [1e-12, 1n],
    [4e-13, 0n],
    [6e-13, 1n],
    [2.675, 2_675_000_000_000n],
    [1_000_000_000, 1_000_000_000_000_000_000_000n],
  ])('counts %d USD exactly', (usd, picos) => {
    expect(picosOf(usd)).toBe(picos);
  });

  it('sums what floating numbers would not', () => {
    expect(0.1 + 0.2).not.toBe(0.3);
    expect(usdOf(picosOf(0.1) + picosOf(0.2))).toBe(0.3);
  });

  it('reads back what was given', () => {
    for (const usd of [0, 0.07, 1.005, 12.345678, 999_999.99]) expect(usdOf(picosOf(usd))).toBe(usd);
  });
});

describe('microsOf()', () => {
  it('rounds half up', () => {
    expect([0n, 499_999n, 500_000n, 1_499_999n, 1_500_000n].map(microsOf)).toEqual([0, 0, 1, 1, 2]);
  });
});

describe('usdText()', () => {
  it.each([
    [0, 'USD 0.00'],
    [1, 'USD 1.00'],
    [0.0125, 'USD 0.0125'],
    [1.5, 'USD 1.50'],
    [0.000_001, 'USD 0.000001'],
    [0.000_000_4, 'USD 0.00'],
    [1234.5, 'USD 1234.50'],
  ])('writes %d', (usd, text) => {
    expect(usdText(picosOf(usd))).toBe(text);
  });
});
