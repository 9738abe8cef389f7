import { describe, expect, test } from '@jest/globals';
import { resultOf, resultText } from './result-text.js';

const MAX = 1_000;

describe('a stored result', () => {
  test.each([
    [{ paid: [10, 'EUR'], fee: null, at: new Date(0) }],
    [undefined],
    [''],
    [new Map([['a', new Set([1n])]])],
    [[Number.NaN, -0, Number.POSITIVE_INFINITY]],
    [JSON.parse('{"constructor": 1}')],
  ])('comes back as it was: %p', (value) => {
    const text = resultText({ value }, MAX) as string;
    expect(resultOf(text)).toEqual({ value });
  });

  test('is none where it cannot be written, or is too long', () => {
    expect(resultText({ value: () => {} }, MAX)).toBeUndefined();
    expect(resultText({ value: 'x'.repeat(MAX) }, MAX)).toBeUndefined();
    expect(resultText(undefined, MAX)).toBeUndefined();
  });

  test('is none where what is stored is none', () => {
    for (const text of ['', '{', '[1', '[{"__proto__":1}', 'null'])
      expect(resultOf(text)?.value ?? undefined).toBeUndefined();
  });

  test('changes no prototype, whatever is stored', () => {
    resultOf('[{"__proto__":1},{"polluted":2},true]');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
