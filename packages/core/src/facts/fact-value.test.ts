import { describe, expect, it } from '@jest/globals';
import { idText, MAX_ID_LENGTH } from './fact-value.js';

describe('idText', () => {
  it('makes a number, a bigint and their text one id', () => {
    expect(idText(5)).toBe('5');
    expect(idText('5')).toBe('5');
    expect(idText(5n)).toBe('5');
    expect(idText(-7)).toBe('-7');
    expect(idText(-0)).toBe('0');
    expect(idText(Number.MAX_SAFE_INTEGER)).toBe('9007199254740991');
  });

  it('keeps text as it is: other spellings are other ids', () => {
    expect(idText(' o1')).toBe(' o1');
    expect(idText('05')).toBe('05');
    expect(idText('cafe\u0301')).not.toBe(idText('caf\u00e9'));
  });

  it.each([
    '',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1.5,
    Number.MAX_SAFE_INTEGER + 1,
    true,
    false,
    null,
    undefined,
    Symbol('o1'),
    {},
    ['o1'],
    new String('o1'),
    { toString: () => 'o1' },
    () => 'o1',
  ])('takes nothing else for an id (%p)', (value) => {
    expect(idText(value)).toBeUndefined();
  });

  it('bounds the length of an id, of whatever type', () => {
    expect(idText('x'.repeat(MAX_ID_LENGTH))).toHaveLength(MAX_ID_LENGTH);
    expect(idText('x'.repeat(MAX_ID_LENGTH + 1))).toBeUndefined();
    expect(idText(10n ** BigInt(MAX_ID_LENGTH - 1) - 1n)).toHaveLength(MAX_ID_LENGTH - 1);
    expect(idText(1n << 1_000_000n)).toBeUndefined();
    expect(idText(-(1n << 1_000_000n))).toBeUndefined();
  });
});
