import { expect, test } from '@jest/globals';
import { packagedPrices } from './packaged-prices.js';

const AT = Date.UTC(2026, 6, 1, 12);
const source = packagedPrices();
const priceOf = (provider: string, model: string, at = AT) => source.priceOf({ provider, model, at });

test('a model has its price in USD per million tokens', () => {
  expect(priceOf('openai', 'gpt-4o-mini')).toEqual({
    input: 0.15,
    output: 0.6,
    cachedInput: 0.075,
    perWebSearch: 0.01,
  });
  expect(priceOf('anthropic', 'claude-3-haiku-20240307')).toMatchObject({ input: 0.25, output: 1.25 });
});

test('a date behind the id is the same model', () => {
  expect(priceOf('openai', 'gpt-4o-mini-2024-07-18')).toEqual(priceOf('openai', 'gpt-4o-mini'));
});

test.each([
  ['openai', 'gpt-4o-mini-of-mine'],
  ['openai', 'gpt-4o-minimal'],
  ['openai', 'constructor'],
  ['openai', ''],
  ['anthropic', 'claude-sonnet-4-5-of-tomorrow'],
  ['llm.example.org', 'gpt-4o-mini'],
  ['toString', 'gpt-4o-mini'],
])('%s/%s is similar to something, and has no price', (provider, model) => {
  expect(priceOf(provider, model)).toBeUndefined();
});

test('rates that rise with the input are numbers, with the dearer ones for long input', () => {
  const price = priceOf('google', 'gemini-2.5-pro');
  expect(price).toMatchObject({
    input: 1.25,
    output: 10,
    longContext: { aboveInputTokens: 200_000, input: 2.5, output: 15 },
  });
  expect(Object.values({ ...price, longContext: 0 }).every((rate) => typeof rate === 'number')).toBe(true);
});

test('embeddings cost input alone', () => {
  expect(priceOf('openai', 'text-embedding-3-small')).toEqual({ input: 0.02, output: 0 });
});

test('a price for each call is one', () => {
  expect(priceOf('perplexity', 'sonar')).toMatchObject({ perCall: expect.any(Number) });
});

test('a web search costs what the provider bills for a thousand of them, each a part', () => {
  expect(priceOf('anthropic', 'claude-sonnet-4-5')).toMatchObject({ perWebSearch: 0.01 });
  expect(priceOf('openai', 'text-embedding-3-small')).not.toHaveProperty('perWebSearch');
});

test('a model for sound whose price knows only text has none', () => {
  expect(priceOf('openai', 'gpt-4o-audio-preview')).toBeUndefined();
  expect(priceOf('openai', 'gpt-4o')).toBeDefined();
});

test('what meters name otherwise is found', () => {
  expect(priceOf('gemini', 'gemini-2.5-flash')).toEqual(priceOf('google', 'gemini-2.5-flash'));
});

test('a price that changes within the day is the one of the hour', () => {
  // Cheaper from 16:30 to 00:30 UTC.
  const [day, night] = [Date.UTC(2025, 3, 1, 12), Date.UTC(2025, 3, 1, 20)];
  const same = packagedPrices();
  const at = (time: number) => same.priceOf({ provider: 'deepseek', model: 'deepseek-chat', at: time });
  expect(at(night)!.input).toBeLessThan(at(day)!.input);
  expect(at(day)!.input).toBeGreaterThan(at(night)!.input);
});

test('many names that nobody has do not keep it from answering', () => {
  for (let index = 0; index < 10_100; index++) priceOf('nobody', `model-${index}`);
  expect(priceOf('openai', 'gpt-4o-mini')?.input).toBe(0.15);
});
