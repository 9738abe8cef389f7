import { UsageError } from '@actguard/core';
import { expect, test } from '@jest/globals';
import { meteringOf } from './metering.js';

test('the name of the provider is that of the options, or else the given one', () => {
  expect(meteringOf('openai', {}).provider).toBe('openai');
  expect(meteringOf('openai', { provider: 'mine' }).provider).toBe('mine');
});

test('prices can be a table or a source', () => {
  const price = { input: 1, output: 2 };
  const asked = { provider: 'p', model: 'm', at: 0 };
  expect(meteringOf('p', { prices: { m: price } }).prices?.priceOf(asked)).toEqual(price);
  expect(meteringOf('p', { prices: { priceOf: () => price } }).prices?.priceOf(asked)).toBe(price);
  expect(meteringOf('p', {}).prices).toBeUndefined();
  expect(
    meteringOf('p', {}).defaultPrices.priceOf({ provider: 'openai', model: 'gpt-4o', at: Date.UTC(2026, 0) }),
  ).toBeDefined();
});

test.each([
  ['options', null],
  ['budgte', { budgte: 1 }],
  ['outside', { outside: 'x' }],
  ['provider', { provider: '' }],
  ['maxAttachmentTokens', { maxAttachmentTokens: 1.5 }],
  ['defaultOutputTokens', { defaultOutputTokens: 0 }],
  ['maxServerToolUsd', { maxServerToolUsd: -1 }],
  ['maxServerToolUsd', { maxServerToolUsd: Number.NaN }],
  ['maxServerToolTokens', { maxServerToolTokens: -1 }],
  ['maxServerToolTokens', { maxServerToolTokens: 0.5 }],
  ['prices', { prices: 3 }],
  ['prices\\["m"\\]', { prices: { m: { input: 1 } } }],
])('%s is named where it is wrong', (name, options) => {
  expect(() => meteringOf('p', options as never)).toThrow(UsageError);
  expect(() => meteringOf('p', options as never)).toThrow(new RegExp(`^meter: ${name}`));
});

test('a meter can have options of its own', () => {
  expect(() => meteringOf('p', { own: 1 } as never, ['own'])).not.toThrow();
});
