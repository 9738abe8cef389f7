import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KeyNames } from './key-names.js';

const names = new KeyNames('app:');
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'{}:%~;a0é\u0000\ud800') }));
const tagOf = (key: string): string | undefined => /\{([^}]+)\}/.exec(key)?.[1];

describe('a key', () => {
  test('can be read', () => {
    expect(names.of('rate', 'Orders.list')).toBe('app:rate:{Orders.list}');
    expect(names.of('record', 'run:["a","1"]', 'Bank.pay', 'k 1')).toBe(
      'app:record:{run%3a;["a","1"]}:Bank.pay:k%20;1',
    );
  });

  test('of other parts is another one', () => {
    const pair = fc.tuple(text, text, text);
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const isSame = one.every((part, index) => part === other[index]);
        expect(names.of('record', ...one) === names.of('record', ...other)).toBe(isSame);
      }),
    );
  });

  test('has a hash tag that is of its first part alone', () => {
    fc.assert(
      fc.property(text, text, text, (tag, part, other) => {
        const key = names.of('record', tag, part);
        expect(tagOf(key)).toBeTruthy();
        expect(tagOf(key)).toBe(tagOf(names.of('other', tag, other)));
      }),
    );
  });

  test('is short, and of its parts alone, however long they are', () => {
    const long = 'x'.repeat(5_000);
    expect(names.of('rate', long).length).toBeLessThan(60);
    expect(names.of('rate', long)).not.toBe(names.of('rate', `${long}x`));
    expect(names.of('rate', long)).toBe(names.of('rate', 'x'.repeat(5_000)));
  });
});
