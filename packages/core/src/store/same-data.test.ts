import { expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalText } from './canonical-text.js';
import { sameData } from './same-data.js';

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(undefined, null, true, 0, -0, Number.NaN, 1, 1n, '1', 'null', '', [], {}),
    fc.date({ noInvalidDate: false }),
    fc.constantFrom(new Date(0), new Date(0)),
    fc.double(),
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', '1'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

/** A copy with the names the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (value instanceof Date) return new Date(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, each]) => [name, turned(each)]),
  );
}

it('tells the same data apart as canonical texts do', () => {
  fc.assert(
    fc.property(plain, plain, (a, b) => {
      expect(sameData(a, b)).toBe(canonicalText(a) === canonicalText(b));
      expect(sameData({ a, b }, turned({ a, b }))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test.each([
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [{ a: 1 }, { a: 1, b: 1 }],
  [[], {}],
  [[1], { 0: 1 }],
  [new Date(0), {}],
  [new Date(0), 0],
  [[new Date(0)], [new Date(1)]],
  [1, '1'],
  [1n, 1],
  [null, undefined],
  [{ toString: 1 }, {}],
])('%j and %j differ', (a, b) => {
  expect(sameData(a, b)).toBe(false);
  expect(sameData(b, a)).toBe(false);
});
