import { foldLoosely, UserTextIndex } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Pseudonyms } from './pseudonyms.js';

describe('a pseudonym', () => {
  const names = new Pseudonyms();

  test('looks like what it stands for', () => {
    expect(names.of('Bob O’Neil <bob@example.com>, ORD-17!')).toMatch(
      /^[A-Z][a-z]{2} [A-Z]’[A-Z][a-z]{3} <[a-z]{3}@[a-z]{7}\.[a-z]{3}>, [A-Z]{3}-\d{2}!$/,
    );
    expect(names.of('https://www.example.com/a?b=1')).toMatch(/^https:\/\/www\.[a-z]{7}\.[a-z]{3}\/[a-z]\?[a-z]=\d$/);
    expect(names.of('')).toBe('');
    expect(names.of(' … ')).toBe(' … ');
  });

  test('is the same for the same word, wherever it stands, and another for whom has another key', () => {
    expect(names.of('pay Bob Miller')).toBe(`${names.of('pay')} ${names.of('Bob')} ${names.of('Miller')}`);
    const word = 'somebodywithalongname';
    expect(names.of(word)).toBe(names.of(word));
    expect(new Pseudonyms().of(word)).not.toBe(names.of(word));
  });

  test('of no two short words is the same', () => {
    for (const words of [
      Array.from({ length: 10 }, (_, digit) => String(digit)),
      Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0')),
      Array.from({ length: 26 }, (_, letter) => String.fromCharCode(97 + letter)),
      Array.from(
        { length: 260 },
        (_, number) => `${String.fromCharCode(97 + (number % 26))}${Math.floor(number / 26)}`,
      ),
    ]) {
      const made = new Set(words.map((word) => names.of(word)));
      expect(made.size).toBe(words.length);
      expect(words.filter((word) => names.of(word) === word).length).toBeLessThan(words.length);
    }
  });

  test('keeps whole numbers that must stay, and meets none of them', () => {
    const kept = new Set(['17', '42']);
    const all = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));
    const made = all.map((digits) => names.of(digits, (each) => kept.has(each)));
    expect(new Set(made).size).toBe(100);
    expect([made[17], made[42]]).toEqual(['17', '42']);
  });

  test('of a number has as many digits, as a text and as a number', () => {
    for (const number of [7, 10, 4711, 987_654_321]) {
      expect(String(names.ofNumber(number))).toBe(names.of(String(number)));
      expect(String(names.ofNumber(number))).toHaveLength(String(number).length);
    }
  });

  test.each([15, 16])('of a number of %i digits is exact, and the same as of its text, under any key', (length) => {
    for (let number = 8 * 10 ** (length - 1); number < 8 * 10 ** (length - 1) + 100; number++) {
      const some = new Pseudonyms();
      const made = some.ofNumber(number);
      expect(Number.isSafeInteger(made)).toBe(true);
      expect(String(made)).toHaveLength(length);
      expect(some.of(`no. ${number}`)).toBe(`${some.of('no')}. ${made}`);
      expect(some.of(`0${number}`)).toMatch(/^0\d+$/);
    }
  });

  test('of a day is a day, of a UUID a UUID; times of day stay', () => {
    const day = names.of('2026-02-28');
    expect(new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10)).toBe(day);
    expect(names.of('on 2026-02-28, 18:30')).toBe(`${names.of('on')} ${day}, 18:30`);
    expect(names.of('2026-02-28T18:30:00.5+02:00')).toBe(`${day}T18:30:00.5+02:00`);
    const uuid = names.of('3F2504E0-4F89-41D3-9A0C-0305E82C3301');
    expect(uuid).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-9[0-9A-F]{3}-[0-9A-F]{12}$/);
    expect(uuid).not.toContain('3F2504E0');
  });
});

describe('what core decides by', () => {
  const word = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9]{1,6}([-_.@/:#+][A-Za-z0-9]{1,6}){0,2}$/),
    fc.constantFrom('Ünal', 'ünal', '王', '李', 'école', 'École', 'a\u200bb', '2026-01-15', '12:30', '𝒜b'),
  );

  test('equality, and equality but for case, stay', () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        const names = new Pseudonyms();
        expect(names.of(one) === names.of(other)).toBe(one === other);
        expect(foldLoosely(names.of(one)) === foldLoosely(names.of(other))).toBe(
          foldLoosely(one) === foldLoosely(other),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('what the user mentioned stays mentioned, and nothing else becomes it', () => {
    const gap = fc.constantFrom(' ', ', ', '. ', ' “', '” ', '; (', ')\n', '   ');
    const said = fc.array(fc.tuple(word, gap), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(said, word, fc.nat(), fc.nat(), (parts, other, from, count) => {
        const names = new Pseudonyms();
        const text = parts.map(([each, space]) => each + space).join('');
        const values = [
          other,
          parts
            .slice(from % parts.length, (from % parts.length) + 1 + (count % 3))
            .map(([w]) => w)
            .join(' '),
        ];
        const [before, after] = [new UserTextIndex(), new UserTextIndex()];
        before.add(text);
        after.add(names.of(text));
        for (const value of values) {
          const minLength = 1;
          expect(after.mentions(names.of(value), { minLength }) !== undefined).toBe(
            before.mentions(value, { minLength }) !== undefined,
          );
        }
      }),
      { numRuns: 500 },
    );
  });
});
