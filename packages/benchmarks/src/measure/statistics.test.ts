import { describe, expect, it } from '@jest/globals';
import { median, pairedDifferences, pairedRatios, quantile, shuffled, slope, spread } from './statistics.js';

describe('quantile', () => {
  it('interpolates between neighbours, whatever the order', () => {
    expect(quantile([40, 10, 30, 20], 0.5)).toBe(25);
    expect(quantile([10, 20, 30], 0.99)).toBeCloseTo(29.8);
    expect(quantile([7], 0.1)).toBe(7);
  });

  it('sorts numbers as numbers, and leaves the list as it was', () => {
    const values = [9, 100, 11];
    expect(median(values)).toBe(11);
    expect(values).toEqual([9, 100, 11]);
  });

  it('says that no values have none', () => {
    expect(median([])).toBeNaN();
  });
});

it('a spread tells the ends too', () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, lowest: 1, highest: 3, count: 3 });
});

describe('pairs', () => {
  it('drift of the machine does not move the ratio', () => {
    // Twice as slow from turn to turn, for both alike.
    const base = [1, 2, 4, 8, 16];
    const times = [3, 6, 12, 24].map((time) => time * Math.SQRT2);
    expect(median(pairedRatios(times, base.slice(0, -1), base.slice(1)))).toBeCloseTo(3 * 1.06, 1);
  });

  it('equal things come out as equal, also where slow samples are many', () => {
    const skewed = (index: number): number => ((index * 7919) % 97 < 30 ? 10 : 1);
    const all = Array.from({ length: 4001 }, (_, index) => skewed(index));
    const times = all.filter((_, index) => index % 2 === 1);
    const base = all.filter((_, index) => index % 2 === 0);
    expect(median(pairedRatios(times, base.slice(0, -1), base.slice(1)))).toBe(1);
    expect(median(pairedDifferences(times, base.slice(0, -1), base.slice(1)))).toBe(0);
  });
});

it('a slope is what one more costs, whatever is there from the start', () => {
  expect(slope([1, 2, 3, 4], [105, 110, 115, 120])).toBeCloseTo(5);
});

it('shuffling keeps every item once', () => {
  const items = Array.from({ length: 50 }, (_, index) => index);
  const order = shuffled(items);
  expect(order).not.toEqual(items);
  expect(order.toSorted((a, b) => a - b)).toEqual(items);
});
