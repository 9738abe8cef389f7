import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Painter, printable, wrapped } from './terminal-text.js';

describe('a text of a recording', () => {
  test('cannot steer the terminal', () => {
    expect(printable('\u001b[31mred\u001b[0m\r\n\u202eevil\u0007')).toBe('[31mred[0m evil');
  });

  test('is cut where it is long, however it is made', () => {
    expect(printable('abcdef', 4)).toBe('abc…');
    expect(printable('𝒳𝒳𝒳𝒳', 3)).toBe('𝒳𝒳…');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, length) => {
        const shown = printable(text, length);
        expect([...shown].length).toBeLessThanOrEqual(length);
        expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

test('words are broken into lines that fit', () => {
  expect(wrapped('one two three four', 10, '  ')).toEqual(['one two', '  three', '  four']);
  expect(wrapped('unbreakable', 4, '')).toEqual(['unbreakable']);
});

test('colours are only where they are asked for', () => {
  expect(new Painter(false).paint('bold', 'text')).toBe('text');
  expect(new Painter(true).paint('bold', 'text')).toBe('\u001b[1mtext\u001b[22m');
});
