import { describe, expect, test } from '@jest/globals';
import { intervalText, percentText } from './measures.js';

describe('a share', () => {
  test.each([
    [98, 102, '96.1%', '96%'],
    [0, 7, '0%', '0%'],
    [7, 7, '100%', '100%'],
    [9999, 10_000, '99.9%', '99%'],
    [1, 10_000, '0.1%', '1%'],
    [0, 0, '', ''],
  ])('of %i of %i is shown as %s: only all is 100 %%, only none 0 %%', (count, total, exact, short) => {
    expect(percentText({ count, total }, 1)).toBe(exact);
    expect(percentText({ count, total }, 0)).toBe(short);
  });

  test('has an interval in whole per cent', () => {
    expect(intervalText({ count: 81, total: 263 })).toBe('[26–37]');
    expect(intervalText({ count: 0, total: 0 })).toBe('');
  });
});
