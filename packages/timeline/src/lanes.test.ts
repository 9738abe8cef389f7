import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lanesFor } from './lanes.js';

const span = fc.tuple(fc.nat(60), fc.nat(20)).map(([first, length]) => ({ first, last: first + length }));

test('spans that share a line never share a lane, and no more lanes are taken than there must be', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 40 }), (spans) => {
      const lanes = lanesFor(spans, Number.POSITIVE_INFINITY);
      let most = 0;
      for (let line = 0; line <= 80; line++) {
        const here = spans.flatMap(({ first, last }, index) => (first <= line && line <= last ? [lanes[index]] : []));
        expect(new Set(here).size).toBe(here.length);
        most = Math.max(most, here.length);
      }
      expect(Math.max(-1, ...lanes.map((lane) => lane ?? -1)) + 1).toBe(most);
    }),
  );
});

test('a lane is free again on the line after its span', () => {
  const spans = [
    { first: 0, last: 4 },
    { first: 4, last: 6 },
    { first: 5, last: 9 },
  ];
  expect(lanesFor(spans, 6)).toEqual([0, 1, 0]);
});

test('what finds no lane has none', () => {
  const spans = Array.from({ length: 4 }, (_, first) => ({ first, last: 9 }));
  expect(lanesFor(spans, 2)).toEqual([0, 1, undefined, undefined]);
});
