import { ToolInputError } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withoutArguments } from './argument-mask.js';

describe('a message without arguments', () => {
  test.each([
    ['no order o7 of 4321', { id: 'o7', amount: 4321 }, 'no order [argument] of [argument]'],
    ['no o7, o77, xo7 or o7.', { id: 'o7' }, 'no [argument], o77, xo7 or [argument].'],
    ['found Jane Doe, and Jane', { deep: [{ a: 'Jane' }, { b: 'Jane Doe' }] }, 'found [argument], and [argument]'],
    ['line "a\\nb" failed', { text: 'a\nb' }, 'line "[argument]" failed'],
    ['a cat at a table', { id: 'a' }, '[argument] cat at [argument] table'],
    ['nothing of it', undefined, 'nothing of it'],
    ['is true', { flag: true, none: null, blank: ' ' }, 'is true'],
  ])('has their whole words masked: %s', (message, args, clean) => {
    expect(withoutArguments(message, args, new Error(message))).toBe(clean);
  });

  test('has nothing left that one of our errors quotes', () => {
    const error = new ToolInputError('A.b', [{ path: 'id', message: 'expected number, got "Ja\\"ne D…"' }]);
    expect(withoutArguments(error.message, { id: 'Jane Doe' }, error)).toBe(
      'A.b: arguments refused at id: expected number, got "…"',
    );
  });

  test('never holds an argument between spaces', () => {
    const word = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), fc.string(), (values, between) => {
        const message = values.join(` ${between.replaceAll('[argument]', '')} `);
        const clean = ` ${withoutArguments(message, values, undefined)} `;
        const left = values.filter(
          (value) => !'[argument]'.includes(value) && !between.includes(value.trim()) && clean.includes(` ${value} `),
        );
        expect(left).toEqual([]);
      }),
    );
  });
});
