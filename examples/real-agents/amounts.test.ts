import { describe, expect, test } from '@jest/globals';
import { centsIn, spellingsOf } from './amounts.js';

describe('centsIn', () => {
  test.each([
    ['Due: $1235.6.', [123_560]],
    ['1,235.60 EUR', [123_560]],
    ['1.235,60 EUR', [123_560]],
    ["CHF 1'235.60", [123_560]],
    ['12 and 3.50', [1200, 1200, 350]],
    ['1.235', [124, 123_500]],
    ['none', []],
  ])('%j says %j', (text, cents) => {
    expect([...new Set(centsIn(text))].sort()).toEqual([...new Set(cents)].sort());
  });
});

test.each(['1070.5', '1070.50', '1,070.50', '1.070,50'])('1070.5 may be written %s', (text) => {
  expect(spellingsOf(1070.5)).toContain(text);
});
