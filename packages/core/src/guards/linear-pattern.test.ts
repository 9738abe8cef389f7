import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LinearPattern, MAX_PATTERN_INPUT } from './linear-pattern.js';

// For what the compiler or the linter would not leave as written.
const regex = (source: string, flags = '') => new RegExp(source, flags);
const matches = (pattern: RegExp | string, text: string) => new LinearPattern(pattern).test(text) === 'match';

describe('LinearPattern', () => {
  it('finds a pattern anywhere in a text', () => {
    const pattern = new LinearPattern(/\.\.\//);
    expect(pattern.test('a/../b')).toBe('match');
    expect(pattern.test('a/b')).toBe('no-match');
    expect(pattern.source).toBe('\\.\\.\\/');
    expect(new LinearPattern('rm -rf').source).toBe('rm -rf');
  });

  it.each([
    [/DROP/i, 'drop', true],
    [/DROP/, 'drop', false],
    [/^b/m, 'a\nb', true],
    [/^b/, 'a\nb', false],
    [/a.b/s, 'a\nb', true],
    [/a.b/, 'a\nb', false],
    [/^.$/u, '\u{1f600}', true],
    [/\p{Script=Greek}/u, 'α', true],
    [regex('\\p{Lu}', 'v'), 'A', true],
  ])('heeds the flags of %s in %j', (pattern, text, isMatch) => {
    expect(matches(pattern, text)).toBe(isMatch);
  });

  it('gives the same answer each time: g and y are dropped', () => {
    const pattern = new LinearPattern(/a/dgy);
    expect([pattern.test('xa'), pattern.test('xa')]).toEqual(['match', 'match']);
  });

  it.each([
    [/a(?=b)/, 'a lookahead (?=…)'],
    [/a(?!b)/, 'a negative lookahead (?!…)'],
    [/(?<=a)b/, 'a lookbehind (?<=…)'],
    [/(?<!a)b/, 'a negative lookbehind (?<!…)'],
    [/(a)\1/, 'the backreference \\1'],
    [/(?<x>a)\k<x>/, 'the backreference \\k'],
    [/a{1,2000}/, '{1,2000}'],
    [regex('[[a-z]--[aeiou]]', 'v'), 'set operation'],
    [regex('[\\w--\\d]', 'v'), 'set operation --'],
    [regex('[\\w&&\\d]', 'v'), 'set operation &&'],
    [/[\ud800-\udbff]/, 'half a character'],
    [regex('\\p{L}'), 'needs the u flag'],
    ['(a', 'Unterminated group'],
  ])('refuses %s and names the reason', (pattern, reason) => {
    expect(() => new LinearPattern(pattern)).toThrow(reason);
  });

  it('says what to use instead', () => {
    expect(() => new LinearPattern(/a(?=b)/)).toThrow(/rule\(/);
    expect(() => new LinearPattern(/a{1,2000}/)).toThrow(/rule\(/);
  });

  it('does not take brackets in a class, or an escaped one, for a lookahead', () => {
    expect(matches(/[(?=]/, '=')).toBe(true);
    expect(matches(/\(?=/, '=')).toBe(true);
    expect(matches(/\\(?:=)/, '\\=')).toBe(true);
  });

  it.each([
    ['full-width letters', '\uff52\uff4d -rf'],
    ['a zero-width space', 'r\u200bm -rf'],
    ['a soft hyphen', 'r\u00adm -rf'],
    ['a bidirectional control', 'r\u202em -rf'],
    ['a variation selector', 'r\ufe0fm -rf'],
    ['a combining grapheme joiner', 'r\u034fm -rf'],
    ['a byte order mark', 'rm\ufeff -rf'],
    ['a tag character', 'rm\u{e0041} -rf'],
    ['a no-break space', 'rm\u00a0-rf'],
    ['a control character', 'r\u0001m -rf'],
    ['a backspace', 'r\u0008m -rf'],
    ['an old control character', 'r\u0090m -rf'],
    ['a braille cell without dots', 'r\u2800m -rf'],
    ['half a character', 'r\ud800m -rf'],
    ['both at once', '\uff52\u2060\uff4d\u2003-rf'],
  ])('sees through %s', (_, text) => {
    expect(matches(/rm -rf/, text)).toBe(true);
  });

  it('keeps what breaks lines and words', () => {
    expect(matches(/rmrf/, 'rm\nrf\u0001')).toBe(false);
    expect(matches(/rmrf/, 'rm\trf\u0001')).toBe(false);
  });

  it('takes an escaped surrogate pair for the one character that it is', () => {
    expect(matches(regex('^[\\ud83d\\ude00-\\ud83d\\ude4f]+$', 'u'), '\u{1f600}\u{1f64f}')).toBe(true);
    expect(matches(regex('\\ud83d\\ude00'), '\u{1f601}')).toBe(false);
  });

  it('still sees what is there: patterns for invisible or full-width characters work', () => {
    expect(matches(/\u200b/, 'a\u200bb')).toBe(true);
    expect(matches(/\uff52/, '\uff52')).toBe(true);
  });

  it('knows every line separator as the end of a line', () => {
    for (const end of ['\n', '\r', '\r\n', '\u2028', '\u2029']) expect(matches(/^rm$/m, `a${end}rm${end}b`)).toBe(true);
  });

  it('refuses to test text beyond its bound, also where only its compatibility form is longer', () => {
    const pattern = new LinearPattern(/b/);
    expect(pattern.test('a'.repeat(MAX_PATTERN_INPUT))).toBe('no-match');
    expect(pattern.test('a'.repeat(MAX_PATTERN_INPUT + 1))).toBe('too-long');
    expect(pattern.test('b'.repeat(MAX_PATTERN_INPUT + 1))).toBe('too-long');
    expect(pattern.test('\ufdfa'.repeat(MAX_PATTERN_INPUT))).toBe('too-long');
  });

  it.each([/(a+)+$/, /(a|a)*c/, /^(?:a?){500}b/, /([a-z]+)*\d/])('ends on the text that %s explodes on', (pattern) => {
    expect(new LinearPattern(pattern).test(`${'a'.repeat(50_000)}!`)).toBe('no-match');
  });

  it('takes text that is no well-formed Unicode', () => {
    expect(matches(/b/, '\ud83d\udc00\ud83d')).toBe(false);
    expect(matches(/b/, '\ud83db')).toBe(true);
  });

  it('matches whatever the native engine matches', () => {
    const atoms =
      String.raw`a b K . \d \w \s \S \W \b \B ^ $ [ab] [^ab] [\s-x] [^\S] [^\s] [\d-] [\b] [\]a] [[a] [^] [] \A \z \a \Q \E \h \v
      \u0041 \x41 \cA \. \- \/ \@ é { x{2} (?:ab|) (?<n>a) && -- \0 [^\w\s] [\s\S] (?i:k)`.split(/\s+/);
    const quantified = fc.tuple(fc.constantFrom(...atoms), fc.constantFrom('', '', '*', '+', '?', '{1,2}', '*?'));
    const source = fc.array(quantified, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.flat().join(''));
    const signs = 'aabAKkx 1-.éÉ[]()QEzh{&_@/\t\v\n\r\b\0\x01\u00a0\ufeff\u3000';
    const text = fc.array(fc.constantFrom(...signs), { maxLength: 6 }).map((chars) => chars.join(''));
    fc.assert(
      fc.property(source, fc.constantFrom('', 'i', 'm', 's'), text, (pattern, flags, sample) => {
        let native: RegExp;
        try {
          native = regex(pattern, flags);
        } catch {
          return;
        }
        if (native.test(sample)) expect(matches(native, sample)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
