import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { captured, capturedText, KEPT, KEPT_BEFORE } from './captured.js';

describe('a captured value', () => {
  test('stays what it was when the value changes', () => {
    const order = { id: 'o1', items: ['book'], at: new Date(0) };
    const kept = captured(order);
    order.id = 'o2';
    order.items.push('lamp');
    order.at.setTime(1);
    expect(kept).toEqual({ id: 'o1', items: ['book'], at: '1970-01-01T00:00:00.000Z' });
  });

  test('runs no code of the value', () => {
    let ran = 0;
    const value = {
      get secret() {
        ran++;
        return 'read';
      },
      toJSON: () => ran++,
      hostile: new Proxy(
        {},
        {
          getPrototypeOf: () => {
            throw new Error('asked');
          },
        },
      ),
    };
    expect(captured(value)).toBe('[unreadable]');
    expect(
      captured({
        get secret() {
          return ran++;
        },
        toJSON: () => ran++,
      }),
    ).toEqual({
      secret: '[computed]',
      toJSON: '[function]',
    });
    expect(ran).toBe(0);
  });

  test('names what is no plain data', () => {
    class Connection {}
    const kept = captured([new Connection(), new Map(), Symbol('s'), 12n, Number.NaN, undefined, new Error('no')]);
    expect(kept).toEqual(['[Connection]', '[Map]', '[symbol]', '12', 'NaN', null, '[error]']);
  });

  test('ends where a value holds itself', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(captured(loop)).toEqual({ self: { self: { self: { self: '[object]' } } } });
  });

  test('says how much was left out', () => {
    expect(captured('x'.repeat(1000))).toBe(`${'x'.repeat(KEPT.text - 1)}…`);
    expect((captured(Array.from({ length: 1000 }, (_, index) => index)) as unknown[]).at(-1)).toBe('… 976 more');
    const wide = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, index]));
    expect(captured(wide)).toMatchObject({ k23: 23, '…': '76 more' });
  });

  test('is small whatever the value is, goes through JSON, and is not cut twice', () => {
    fc.assert(
      fc.property(
        fc.anything({ maxDepth: 6, maxKeys: 40, withBigInt: true, withDate: true, withMap: true }),
        (value) => {
          const kept = captured([value]);
          const json = JSON.stringify(kept);
          expect(json.length).toBeLessThan((KEPT.entriesInAll + 2 * KEPT.entries) * (KEPT.text + 64) * 6);
          expect(captured(kept, KEPT_BEFORE)).toEqual(kept);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('has no prototype put upon it by a name', () => {
    const kept = captured(JSON.parse('{"__proto__": {"admin": true}}')) as { admin?: boolean };
    expect(kept.admin).toBeUndefined();
    expect(JSON.stringify(kept)).toBe('{"__proto__":{"admin":true}}');
  });
});

test('a cut text holds no half character', () => {
  const kept = capturedText(`${'x'.repeat(8)}😀${'y'.repeat(8)}`, 10);
  expect(() => encodeURIComponent(kept)).not.toThrow();
  expect(kept).toHaveLength(10);
});
