import { describe, expect, it, test } from '@jest/globals';
import { GuardRefusedError, HostConfigurationError, ToolInputError, UsageError } from '../index.js';
import { ActGuardError } from './actguard-error.js';
import { cut, quoted } from './refusal.js';
import { shown } from './usage-errors.js';

// JavaScript passes anything; so do these tests.
type Anything = any;

function jsonOf(details: Record<string, unknown>): { text: string; details: Anything } {
  const text = JSON.stringify(new ActGuardError('m', { code: 'guard.x', details }));
  return { text, details: JSON.parse(text).details };
}

test.each(['“', '”', '„', '«', '»', '＂', '"'])('a quoted value holds no quote of its own: %s', (mark) => {
  expect(quoted(`a${mark}b`)).toBe(`"a'b"`);
});

describe('toJSON()', () => {
  it('keeps plain details as they are', () => {
    const details = { tool: 'A.b', list: [1, 'two', { three: null, four: true }] };
    expect(new ActGuardError('m', { code: 'guard.x_y', details }).toJSON()).toEqual({
      name: 'ActGuardError',
      code: 'guard.x_y',
      reason: 'x_y',
      message: 'm',
      retryable: false,
      details,
    });
  });

  it('writes what JSON has no word for', () => {
    const values = {
      big: 10n,
      nan: Number.NaN,
      symbol: Symbol('s'),
      fn: function named() {},
      map: new Map([[1, 2]]),
      date: new Date(0),
      never: new Date(Number.NaN),
      error: Object.assign(new TypeError('secret'), { code: 'E_X' }),
    };
    expect(jsonOf(values).details).toEqual({
      big: '10',
      nan: 'NaN',
      symbol: 'Symbol(s)',
      fn: '[function named]',
      map: '[object]',
      date: '1970-01-01T00:00:00.000Z',
      never: 'Invalid Date',
      error: { name: 'TypeError', code: 'E_X' },
    });
  });

  it('survives cycles, getters that throw, proxies, and a toJSON of its own', () => {
    const cyclic: Anything = { name: 'c' };
    cyclic.self = cyclic;
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const thrower = {
      get a() {
        throw new Error('no');
      },
    };
    const toJSON = () => {
      throw new Error('no');
    };
    const { details } = jsonOf({ cyclic, proxy, thrower, own: { toJSON }, proto: JSON.parse('{"__proto__":{"a":1}}') });
    expect(details).toMatchObject({ thrower: '[object]', proxy: '[object]', cyclic: { name: 'c' } });
    expect(details.own.toJSON).toBe('[function toJSON]');
    expect(Object.keys(details.proto)).toEqual(['__proto__']);
  });

  it('stays small whatever it holds', () => {
    const megabyte = 'x'.repeat(1_000_000);
    const wide = (depth: number): unknown =>
      depth === 0 ? 'x'.repeat(1000) : Array.from({ length: 50 }, () => wide(depth - 1));
    const keys = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`${megabyte}${index}`, index]).slice(0, 3),
    );
    const { text, details } = jsonOf({ megabyte, wide: wide(2), many: Array(1e6).fill(1), keys });
    expect(text.length).toBeLessThan(100_000);
    expect(details.megabyte).toHaveLength(256);
    const message = new ActGuardError(megabyte, { code: 'guard.x' });
    expect(JSON.stringify(message).length).toBeLessThan(5000);
    expect(message.message).toHaveLength(1_000_000);
  });

  it('says how much it left out, and leaves the details alone', () => {
    const many = Array.from({ length: 50 }, (_, index) => index);
    const error = new UsageError('m', { details: { many } });
    const copy = error.toJSON()['details'] as { many: unknown[] };
    expect(copy.many).toHaveLength(37);
    expect(copy.many.at(-1)).toBe('… 14 more');
    expect(error.details['many']).toBe(many);
  });

  it('keeps the message of a host with several problems', () => {
    const problem = {
      code: 'usage.x',
      option: 'A.b',
      value: 1n,
      message: 'is wrong in a way that takes some words to say',
    };
    const error = new HostConfigurationError(Array(8).fill(problem));
    expect(error.toJSON()['message']).toBe(error.message);
    expect(() => JSON.stringify(error)).not.toThrow();
  });
});

describe('toPrompt()', () => {
  it.each([undefined, null, 42, {}, '', '  '])('has a sentence where a guard gave %p', (because: Anything) => {
    const refusal = new GuardRefusedError({ tool: 'A.b', guard: 'g', because, tryInstead: because ?? 7 }).toPrompt();
    expect(refusal.because).toBe('The call was refused.');
    expect(refusal.tryInstead).toBe('Do the task in another way, or tell the user.');
  });

  it.each(['a', 'é', '漢', '😀', 'a😀', '\u{1F468}\u200D\u{1F469}'])(
    'bounds sentences of %s in characters and bytes',
    (unit) => {
      for (let shift = 0; shift < 4; shift++) {
        const because = `${'.'.repeat(shift)}${unit.repeat(500)}`;
        const refusal = new GuardRefusedError({ tool: 'A.b', guard: 'g', because, tryInstead: because }).toPrompt();
        for (const sentence of [refusal.because, refusal.tryInstead]) {
          expect(sentence.length).toBeLessThanOrEqual(150);
          expect(new TextEncoder().encode(sentence).length).toBeLessThanOrEqual(240);
          expect((sentence as Anything).isWellFormed()).toBe(true);
          expect(sentence.endsWith('…')).toBe(true);
        }
      }
    },
  );

  it('keeps 90 characters of what a schema said, within the same bytes', () => {
    const refusal = new ToolInputError('A.b', [{ path: 'id', message: 'm'.repeat(500) }]).toPrompt();
    expect(refusal.because).toContain('m'.repeat(89));
    const wide = new ToolInputError('A.b', [{ path: '漢'.repeat(40), message: '漢'.repeat(500) }]).toPrompt();
    expect(new TextEncoder().encode(wide.because).length).toBeLessThanOrEqual(240);
  });
});

describe('texts', () => {
  it('are never cut within a character', () => {
    for (let length = 1; length < 8; length++) {
      expect((cut('😀😀😀😀😀', length) as Anything).isWellFormed()).toBe(true);
      expect((quoted('a😀😀😀😀😀', length) as Anything).isWellFormed()).toBe(true);
    }
    expect(cut('😀😀', 4)).toBe('😀😀');
  });

  it('show anything', () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    expect([proxy, Symbol('s'), 1n, Object.create(null), () => {}].map(shown)).toEqual([
      '[object]',
      'Symbol(s)',
      '1',
      '[object]',
      '[function anonymous]',
    ]);
  });
});
