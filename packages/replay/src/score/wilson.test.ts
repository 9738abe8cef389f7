import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { wilsonInterval } from './wilson.js';

describe('the interval of a share', () => {
  // R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
  test.each([
    { count: 81, total: 263, low: 0.2553, high: 0.3662 },
    { count: 15, total: 148, low: 0.0624, high: 0.1605 },
    { count: 0, total: 20, low: 0, high: 0.1611 },
    { count: 1, total: 29, low: 0.0061, high: 0.1718 },
  ])('is the published one of $count of $total', ({ count, total, low, high }) => {
    const interval = wilsonInterval(count, total);
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  test('does not exist where nothing was counted', () => {
    expect(wilsonInterval(0, 0)).toBeUndefined();
  });

  test('lies within 0 and 1, holds the share, and is mirrored for the rest', () => {
    const counts = fc.integer({ min: 1, max: 1_000_000 }).chain((total) => fc.tuple(fc.nat(total), fc.constant(total)));
    fc.assert(
      fc.property(counts, ([count, total]) => {
        const { low, high } = wilsonInterval(count, total) ?? { low: Number.NaN, high: Number.NaN };
        const mirrored = wilsonInterval(total - count, total) ?? { low: Number.NaN, high: Number.NaN };
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(count / total + 1e-12);
        expect(high).toBeGreaterThanOrEqual(count / total - 1e-12);
        expect(mirrored.low).toBeCloseTo(1 - high, 10);
      }),
    );
  });
});
