import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldLoosely } from './loose-match.js';

describe('foldLoosely', () => {
  it.each([
    ['ORD-1', 'ord-1'],
    [' \t o1\n', 'o1'],
    ['#123', '123'],
    ['# 123', '123'],
    ['o1.', 'o1'],
    ['o1?!', 'o1'],
    ['https://www.Example.com/', 'example.com'],
    ['http://example.com', 'example.com'],
    ['example.com/', 'example.com'],
    ['www.example.com/a/b/.', 'example.com/a/b'],
    ['http://localhost:80/', 'localhost:80'],
  ])('takes %p for %p', (text, folded) => {
    expect(foldLoosely(text)).toBe(folded);
  });

  it.each([
    ['\u0430dmin', 'admin', 'a Cyrillic letter'],
    ['\u00c9cole', '\u00e9cole', 'case beyond ASCII'],
    ['caf\u00e9', 'cafe', 'an accent'],
    ['\uff4f\uff11', 'o1', 'full-width forms'],
    ['o\u200b1', 'o1', 'a zero-width space'],
    ['\u00a0o1', 'o1', 'a no-break space'],
    ['\u212a1', 'k1', 'the Kelvin sign'],
    ['ftp://example.com', 'example.com', 'another scheme'],
    ['/data/', '/data', 'the slash of a path'],
    ['o1-', 'o1', 'a hyphen'],
    ['1 000', '1000', 'space inside'],
    ['example.com/A', 'example.com/', 'a path'],
  ])('keeps %p and %p apart: %3$s', (one, other) => {
    expect(foldLoosely(one)).not.toBe(foldLoosely(other));
  });

  it('does not make all decoration one id', () => {
    expect(foldLoosely('#')).toBe('#');
    expect(foldLoosely('...')).toBe('...');
    expect(foldLoosely('WWW.')).toBe('www.');
    expect(foldLoosely(' ')).toBe('');
  });

  it('changes nothing when done twice', () => {
    const piece = fc.constantFrom(
      '#',
      'http://',
      'HTTPS://',
      'www.',
      'a.b',
      'a',
      ':8',
      '/',
      '.',
      '?',
      ' ',
      '\n',
      'É',
      '\u0130',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (value) => {
        const folded = foldLoosely(value);
        expect(foldLoosely(folded)).toBe(folded);
      }),
      { numRuns: 2000 },
    );
  });

  it('folds a text of a million signs', () => {
    expect(foldLoosely(`${'#'.repeat(1_000_000)}x${'.'.repeat(1_000_000)}`)).toBe('x');
    expect(foldLoosely(`${'www.'.repeat(250_000)}x`)).toBe('x');
  });
});
