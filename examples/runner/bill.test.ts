import { expect, test } from '@jest/globals';
import { Bill, packagedPrice } from './bill.js';
import { budgetText, filledBar } from './budget-bar.js';

const PRICE = { input: 5, output: 20, cachedInput: 0.5 };
const usage = (input: number, output: number, cached = 0) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached },
});

test('adds up what the provider says was used, cached input at its own price', () => {
  const bill = new Bill(PRICE);
  bill.add(usage(100_000, 10_000));
  bill.add(usage(100_000, 0, 80_000));
  expect(bill.calls).toBe(2);
  expect(bill.usdBeforeLast).toBeCloseTo(0.7, 10);
  expect(bill.usd).toBeCloseTo(0.84, 10);
});

test('without a price counts calls alone', () => {
  const bill = new Bill(undefined);
  bill.add(usage(1, 1));
  expect([bill.calls, bill.usd, bill.usdBeforeLast]).toEqual([1, undefined, undefined]);
});

test('knows no sum once a provider has not said what a call used', () => {
  const bill = new Bill(PRICE);
  bill.add(usage(1, 1));
  bill.add(undefined);
  expect([bill.calls, bill.usd]).toEqual([2, undefined]);
});

test('knows the price of a real model, and of no made-up one', () => {
  expect(packagedPrice('gpt-5.4-mini')).toMatchObject({ input: expect.any(Number), output: expect.any(Number) });
  expect(packagedPrice('scripted')).toBeUndefined();
});

test('a bar is full only when the limit is reached, and never longer', () => {
  expect(filledBar(0, 4)).toBe('░░░░');
  expect(filledBar(0.99, 4)).toBe('▓▓▓░');
  expect(filledBar(1, 4)).toBe('▓▓▓▓');
  expect(filledBar(7, 4)).toBe('▓▓▓▓');
  expect(budgetText(0.36, 0.5, 10)).toBe('▓▓▓▓▓▓▓░░░ USD 0.36 of 0.50');
});
