import { describe, expect, it } from '@jest/globals';
import { addUsage, BUCKETS, inputTokensOf, outputTokensOf, tokensOf, tokenUsage } from './token-usage.js';

describe('tokenUsage()', () => {
  it('has every bucket, empty where nothing is given', () => {
    expect(Object.keys(tokenUsage({}))).toEqual([...BUCKETS]);
    expect(tokensOf(tokenUsage({}))).toBe(0);
  });

  it.each<[string, unknown]>([
    ['less than nothing', -5],
    ['a part of a token', 1.5],
    ['no number', Number.NaN],
    ['without end', Number.POSITIVE_INFINITY],
    ['more than can be counted', 2 ** 60],
    ['a text', '12'],
    ['nothing', null],
    ['an object', { valueOf: () => 12 }],
  ])('takes no count that is %s', (_, count) => {
    expect(tokenUsage({ input: count as number, output: 3 })).toEqual(tokenUsage({ output: 3 }));
  });

  it('ignores buckets that are none', () => {
    expect(tokenUsage({ input: 1, total: 99 } as never)).toEqual(tokenUsage({ input: 1 }));
  });
});

describe('a usage', () => {
  const usage = tokenUsage({
    ...{ input: 1, cachedInput: 2, cacheWrite5m: 4, cacheWrite1h: 8, audioInput: 16 },
    ...{ output: 32, reasoning: 64, audioOutput: 128 },
  });

  it('counts every bucket once', () => {
    expect([inputTokensOf(usage), outputTokensOf(usage), tokensOf(usage)]).toEqual([31, 224, 255]);
  });

  it('adds up by bucket', () => {
    expect(addUsage(usage, tokenUsage({ input: 9, audioOutput: 2 }))).toEqual({
      ...usage,
      input: 10,
      audioOutput: 130,
    });
  });
});
