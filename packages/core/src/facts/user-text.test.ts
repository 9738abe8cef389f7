import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type SaidOptions, tokenize, UserTextIndex } from './user-text.js';

function indexOf(...turns: string[]): UserTextIndex {
  const index = new UserTextIndex();
  for (const turn of turns) index.add(turn);
  return index;
}

describe('tokenize', () => {
  it.each([
    ['Delete o1, o2 and o3.', ['Delete', 'o1', 'o2', 'and', 'o3']],
    ['write to bob@evil.com!', ['write', 'to', 'bob@evil.com']],
    ['12-34 and 12', ['12-34', 'and', '12']],
    ['see https://x.com/a_b?c=d:', ['see', 'https://x.com/a_b', 'c', 'd']],
    ['C++, C# and /data/ ...', ['C++', 'C#', 'and', '/data/']],
    ['a - b -- ... @ #', ['a', 'b']],
    ['«Größe» 東京 ١٢٣', ['Größe', '東京', '١٢٣']],
    ['हिन्दी', ['हिन्दी']],
    ['', []],
  ])('of %p are %p', (text, tokens) => {
    expect(tokenize(text)).toEqual(tokens);
  });

  it('never drops what is invisible', () => {
    expect(tokenize('ev\u200bil.com e\u0301 a\u00adb')).toEqual(['ev\u200bil.com', 'e\u0301', 'a\u00adb']);
  });

  it('takes a run of any length, beyond the basic plane too', () => {
    const run = '\u{1d49c}'.repeat(3_000_000);
    expect(tokenize(`a ${run} b`)).toEqual(['a', run, 'b']);
  });
});

describe('UserTextIndex', () => {
  it('finds a value as a whole word', () => {
    const index = indexOf('Please delete order o17, not o18.');
    expect(index.mentions('o17')).toBe('o17');
    expect(index.mentions('o18')).toBe('o18');
    expect(index.mentions('o1')).toBeUndefined();
    expect(index.mentions('O17')).toBeUndefined();
  });

  it.each([
    ['evil.com', 'write to bob@evil.com'],
    ['123', 'order 123-456'],
    ['456', 'order 123-456'],
    ['il.com', 'ev\u200bil.com'],
    ['evil.com', 'ev\u200bil.com'],
    ['cafe', 'cafe\u0301'],
    ['admin', '\u0430dmin'],
    ['*.txt', 'a.txt, b.txt'],
    ['abc*', 'abc*def'],
    ['abc;', 'delete abc please'],
    [' abc', 'delete abc please'],
    ['abc\nefg', 'abc efg'],
    ['abc*efg', 'abc efg'],
    ['abc efg', 'abc, efg'],
    ['abc efg', 'abc of efg'],
    ['abc efg', 'efg abc'],
    ['...', 'and so on...'],
    ['', 'abc'],
  ])('does not find %p in %p', (value, text) => {
    expect(indexOf(text).mentions(value)).toBeUndefined();
  });

  it.each([
    ['New York', 'fly to New   York.'],
    ['New York', 'fly to New\nYork'],
    ["O'Brien", "call O'Brien"],
    ['1,000', 'pay 1,000 now'],
    ['AT&T Inc.', 'the bill of AT&T Inc. is late'],
    ['(555) 123-4567', 'my number is (555) 123-4567.'],
    ['$500', 'at most $500!'],
    ['50%', '50% of it'],
    ['What time is it?', 'Search for "What time is it?"\n'],
    ['the the end', 'the the the end'],
  ])('finds %p in %p', (value, text) => {
    expect(indexOf(text).mentions(value)).toBe(value);
  });

  it('does not join two turns', () => {
    const index = indexOf('the town is New', 'York is where he lives');
    expect(index.mentions('New York')).toBeUndefined();
    expect(index.mentions('York is')).toBe('York is');
  });

  it('does not bridge long text without words', () => {
    const gap = '*'.repeat(100);
    expect(indexOf(`abc${gap}efg`).mentions(`abc${gap}efg`)).toBeUndefined();
    expect(indexOf(`abc${' '.repeat(100)}efg`).mentions('abc efg')).toBe('abc efg');
  });

  it('ignores short values unless told otherwise', () => {
    const index = indexOf('12 o1 \u{1d49c}\u{1d49d}');
    expect(index.mentions('12')).toBeUndefined();
    expect(index.mentions('\u{1d49c}\u{1d49d}')).toBeUndefined();
    expect(index.mentions('12', { minLength: 2 })).toBe('12');
    expect(index.mentions('o1', { minLength: 3 })).toBeUndefined();
  });

  describe('loosely', () => {
    const loose = { loose: true };

    it.each([
      ['ord-17', 'cancel ORD-17', 'ORD-17'],
      ['456', 'cancel #456', '#456'],
      ['#456', 'cancel 456', '456'],
      ['https://www.example.com/', 'open Example.com.', 'Example.com'],
      [' abc! ', 'take ABC', 'ABC'],
      ['john smith', 'for Smith, and for John  Smith', 'John Smith'],
      ['Smith John', 'for Smith, John', 'Smith, John'],
    ])('finds %p in %p and gives the spelling of the user', (value, text, spelling) => {
      expect(indexOf(text).mentions(value)).toBeUndefined();
      expect(indexOf(text).mentions(value, loose)).toBe(spelling);
    });

    it.each([
      ['evil.com', 'write to bob@evil.com'],
      ['admin', '\u0430dmin'],
      ['abc', 'a\u200bbc'],
      ['école', 'École'],
      ['*.txt', 'a.txt'],
      ['#12', 'number 12'],
    ])('still does not find %p in %p', (value, text) => {
      expect(indexOf(text).mentions(value, loose)).toBeUndefined();
    });

    it('refuses to choose between two spellings, unless the value is one of them', () => {
      const index = indexOf('take Report.txt, I mean report.txt');
      expect(index.mentions('REPORT.TXT', loose)).toBeUndefined();
      expect(index.mentions('report.txt', loose)).toBe('report.txt');
    });

    it('sees turns that come after the first look-up', () => {
      const index = indexOf('take ABC');
      expect(index.mentions('efg', loose)).toBeUndefined();
      index.add('and EFG');
      expect(index.mentions('efg', loose)).toBe('EFG');
      expect(index.mentions('abc', loose)).toBe('ABC');
    });
  });

  it('stops keeping text at its limit, and says so', () => {
    const index = new UserTextIndex({ maxTokens: 4 });
    expect(index.add('one two three')).toBe(true);
    expect(index.add('four five')).toBe(false);
    expect(index.mentions('four')).toBeUndefined();
    expect(index.add('six')).toBe(true);
    expect(index.add('seven')).toBe(false);
    expect(index.mentions('three')).toBe('three');
    expect(index.mentions('six')).toBe('six');
  });

  it('counts empty turns too', () => {
    const index = new UserTextIndex({ maxTokens: 2 });
    expect([index.add(''), index.add('...'), index.add('')]).toEqual([true, true, false]);
  });

  it('counts long text against the limit even if it has few words', () => {
    const index = new UserTextIndex({ maxTokens: 100 });
    expect(index.add(' '.repeat(10_000))).toBe(false);
    expect(index.add('x'.repeat(10_000))).toBe(false);
    expect(index.add('x'.repeat(1_000))).toBe(true);
  });

  it('takes no part in what is not text', () => {
    const index = indexOf('abc');
    expect(index.add({ length: 1 } as unknown as string)).toBe(false);
    expect(index.mentions(['abc'] as unknown as string)).toBeUndefined();
    expect(index.mentions('x'.repeat(2_000_000))).toBeUndefined();
  });

  it('finds every word of a text, and any words that follow each other', () => {
    const word = fc.stringMatching(/^[a-z0-9][a-z0-9@._/-]{0,8}[a-z0-9]$/);
    const turns = fc.array(fc.array(word, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(turns, fc.nat(), fc.nat(), fc.nat(), (words, turn, from, count) => {
        const index = indexOf(...words.map((said) => said.join(' ')));
        const said = words[turn % words.length] ?? [];
        const start = from % said.length;
        const value = said.slice(start, start + 1 + (count % said.length)).join(' ');
        expect(index.mentions(value, { minLength: 1 })).toBe(value);
      }),
    );
  });

  it('agrees with a search through the words of each turn', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'a-b', 'a@b'), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(words, { maxLength: 4 }), words, (turns, value) => {
        const index = indexOf(...turns.map((turn) => turn.join(' ')));
        const isSaid = turns.some((turn) => ` ${turn.join(' ')} `.includes(` ${value.join(' ')} `));
        expect(index.mentions(value.join(' '), { minLength: 1 }) !== undefined).toBe(isSaid);
      }),
      { numRuns: 500 },
    );
  });
});

describe('whether the user said something', () => {
  it.each<[boolean, string, string, SaidOptions['match']]>([
    [true, 'ord-17', 'Remove ord-17.', 'exact'],
    [false, 'ORD-17', 'Remove ord-17.', 'exact'],
    [true, 'ORD-17', 'Remove ord-17.', 'loose'],
    [true, 'example.com', 'See https://www.example.com/ for more', 'loose'],
    // As a value of an argument it would be ambiguous; that it was said is not.
    [true, 'LUNCH', 'Lunch, or lunch?', 'loose'],
    [true, 'team lunch', 'The Team, lunch at noon', 'loose'],
    [false, 'lunch team', 'The Team, lunch at noon', 'loose'],
    [true, 'mina_k@', 'I am mina_k@example.com.', 'start'],
    [false, 'mina_k@', 'I am not_mina_k@example.com.', 'start'],
    [false, 'Mina_k@', 'I am mina_k@example.com.', 'start'],
    [true, 'ord', 'Remove ord-17.', 'start'],
    [false, 'or', 'Remove ord-17.', 'start'],
    [false, 'Remove ord', 'Remove ord-17.', 'start'],
    [false, '', 'Remove ord-17.', 'start'],
    [false, '', 'Remove ord-17.', 'loose'],
    [false, 'ord-17', 'Remove ord-17.', 'anything' as 'exact'],
  ])('is %p of %p in %p, match %p', (isSaid, value, turn, match) => {
    expect(indexOf(turn).says(value, match === undefined ? {} : { match })).toBe(isSaid);
  });

  it('counts short values only where it is told to', () => {
    expect(indexOf('Order o1.').says('o1')).toBe(false);
    expect(indexOf('Order o1.').says('o1', { minLength: 2 })).toBe(true);
    expect(indexOf('Order o1.').says('O1', { match: 'loose', minLength: 2 })).toBe(true);
    expect(indexOf('Order o1.').says('o', { match: 'start', minLength: 1 })).toBe(true);
  });
});
