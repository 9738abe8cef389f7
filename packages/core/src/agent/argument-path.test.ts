import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_READ_ITEMS, parseArgumentPath, replaceAt } from './argument-path.js';

const read = (path: string, value: unknown) => parseArgumentPath(path).read(value);
const broken = () => {
  throw new Error('trap');
};

describe('parseArgumentPath', () => {
  it.each([
    ['orderId', 'orderId', false, true],
    ['customer.id', 'customer', false, true],
    ['to[]', 'to', true, false],
    ['flights[].number', 'flights', true, false],
    ['a[][].b', 'a', true, false],
    ['[].id', undefined, true, false],
    ['[][].flight', undefined, true, false],
    ['variants.$keys', 'variants', false, false],
    ['[].recipients[]', undefined, true, false],
    ['$keys', undefined, false, false],
    ['kebab-case.$ref.größe', 'kebab-case', false, true],
  ])('knows root and shape of %s', (path, root, hasArray, isSingle) => {
    expect(parseArgumentPath(path)).toMatchObject({ path, root, hasArray, isSingle });
  });

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a[0]',
    'a[',
    'a]',
    'a[]b',
    'a.[]',
    'a b',
    ' a',
    'a[ ]',
    '$keys.a',
    'a.$keys[]',
    'a.$keys.b',
    7,
    null,
    ['a'],
  ])('rejects %p as a syntax error', (path) => {
    expect(() => parseArgumentPath(path as string)).toThrow(SyntaxError);
  });

  it('says what is wrong with which path', () => {
    expect(() => parseArgumentPath('flights[0].number')).toThrow(/"flights\[0\]\.number" .*"flights\[0\]"/);
    expect(() => parseArgumentPath('a.$keys.b')).toThrow(/\$keys must be the end/);
  });
});

describe('read', () => {
  const result = {
    orders: [
      { id: 'o1', items: [{ id: 1 }, { id: 2 }] },
      { id: 'o2', items: [] },
    ],
    variants: { v1: {}, v2: {} },
    none: [],
    zero: 0,
    no: false,
    empty: '',
  };

  it.each([
    ['orders[].id', ['o1', 'o2']],
    ['orders[].items[].id', [1, 2]],
    ['orders[].items', [[{ id: 1 }, { id: 2 }], []]],
    ['variants.$keys', ['v1', 'v2']],
    ['none[]', []],
    ['none[].id', []],
    ['zero', [0]],
    ['no', [false]],
    ['empty', ['']],
  ])('finds all of %s', (path, values) => {
    expect(read(path, result)).toEqual({ values, complete: true });
  });

  it('starts with the elements where the path does', () => {
    expect(read('[].id', [{ id: 1 }, { id: 2 }])).toEqual({ values: [1, 2], complete: true });
    expect(read('[][].flight', [[{ flight: 'A' }], [{ flight: 'B' }]])).toEqual({ values: ['A', 'B'], complete: true });
    expect(read('$keys', { a: 1 })).toEqual({ values: ['a'], complete: true });
  });

  it.each([
    ['a', {}],
    ['a', { a: null }],
    ['a', { a: undefined }],
    ['a', null],
    ['a', 'text'],
    ['a.b', { a: {} }],
    ['a.b', { a: 'text' }],
    ['length', 'text'],
    ['a.length', { a: 'text' }],
    ['a.length', { a: [1] }],
    ['name', () => 1],
    ['a[]', { a: 'text' }],
    ['a[]', { a: { 0: 'x', length: 1 } }],
    ['a[]', { a: new Set(['x']) }],
    ['[]', {}],
    ['a.$keys', { a: ['x'] }],
    ['a.$keys', { a: 'text' }],
    ['__proto__', {}],
    ['constructor', {}],
    ['toString', {}],
    ['a.constructor.name', { a: {} }],
    ['a', Object.create({ a: 1 })],
  ])('finds nothing at %s of %p, and says so', (path, value) => {
    expect(read(path, value)).toEqual({ values: [], complete: false });
    expect(parseArgumentPath(path).readOne(value)).toBeUndefined();
  });

  it('gives what it found beside what is missing', () => {
    expect(read('a[].id', { a: [{ id: 1 }, {}, null, { id: 2 }] })).toEqual({ values: [1, 2], complete: false });
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    expect(read('a[]', { a: [1, , 2] })).toEqual({ values: [1, 2], complete: false });
    expect(read('a[]', { a: [1, null, 2] })).toEqual({ values: [1, 2], complete: false });
  });

  it('takes names that the data has itself, whatever they are', () => {
    expect(read('__proto__', JSON.parse('{"__proto__": "x"}'))).toEqual({ values: ['x'], complete: true });
    expect(read('constructor', { constructor: 'x' })).toEqual({ values: ['x'], complete: true });
  });

  it('reads accessors of a class only where asked to, and never methods', () => {
    class Base {
      get id() {
        return 'b1';
      }
      get secret() {
        return broken();
      }
    }
    class Order extends Base {
      #total = 5;
      get total() {
        return this.#total;
      }
      cancel() {}
    }
    const accessors = (path: string, value: unknown) => parseArgumentPath(path, { accessors: true }).readOne(value);
    expect(parseArgumentPath('id').readOne(new Order())).toBeUndefined();
    expect(accessors('id', new Order())).toBe('b1');
    expect(accessors('total', new Order())).toBe(5);
    expect(parseArgumentPath('[].id', { accessors: true }).read([new Order()]).values).toEqual(['b1']);
    for (const path of ['cancel', 'constructor', '__proto__', 'toString', 'secret']) {
      expect(accessors(path, new Order())).toBeUndefined();
    }
    expect(accessors('id', Object.create({ id: 'inherited' }))).toBeUndefined();
  });

  it('reads one value without a list around it', () => {
    expect(parseArgumentPath('a').readOne({ a: 5 })).toBe(5);
    expect(parseArgumentPath('a.b').readOne({ a: { b: [1] } })).toEqual([1]);
    expect(parseArgumentPath('a[]').readOne({ a: [5] })).toBeUndefined();
    expect(parseArgumentPath('a.$keys').readOne({ a: { k: 1 } })).toBeUndefined();
  });
});

describe('hostile values', () => {
  const throwing = new Proxy(
    {},
    { get: broken, getOwnPropertyDescriptor: broken, getPrototypeOf: broken, ownKeys: broken },
  );
  const { proxy: revoked, revoke } = Proxy.revocable([], {});
  revoke();
  const endlessChain: object = new Proxy({}, { getPrototypeOf: () => endlessChain });
  const huge: unknown[] = [];
  huge.length = 2 ** 32 - 1;

  it.each([
    ['a proxy that throws', throwing],
    ['a revoked proxy', revoked],
    ['an endless chain of prototypes', endlessChain],
    ['a getter that throws', Object.defineProperty({}, 'a', { get: broken, enumerable: true })],
    ['a list of billions', huge],
    ['an inner proxy that throws', { a: throwing }],
    ['an inner revoked proxy', { a: revoked }],
    ['an inner list of billions', { a: huge }],
  ])('are incomplete, not an error: %s', (_, value) => {
    for (const path of ['a', 'a.b', 'a[]', '[].a', '[]', '$keys', 'a.$keys']) {
      const reader = parseArgumentPath(path, { accessors: true });
      const { values, complete } = reader.read(value);
      if (complete) expect(values.length).toBeLessThanOrEqual(1);
      expect(() => reader.readOne(value)).not.toThrow();
      expect(() => reader.replace(value, () => 'x')).not.toThrow();
    }
  });

  it('gives the other elements when one cannot be read', () => {
    const bad = Object.defineProperty({}, 'id', { get: broken, enumerable: true });
    expect(read('[].id', [{ id: 1 }, bad, { id: 2 }])).toEqual({ values: [1, 2], complete: false });
  });

  it('stops at a bound, over all nested lists together', () => {
    const row = Array.from({ length: 1_000 }, () => 1);
    const reading = read(
      '[][]',
      Array.from({ length: 1_000 }, () => row),
    );
    expect(reading.complete).toBe(false);
    expect(reading.values.length).toBeLessThan(MAX_READ_ITEMS);
    expect(
      read(
        '[]',
        Array.from({ length: MAX_READ_ITEMS }, () => 1),
      ).complete,
    ).toBe(true);
  });

  it('never throws, whatever the value', () => {
    const path = fc.constantFrom('a', 'a.b', 'a[]', 'a[].b', '[].a', '$keys', 'a.$keys');
    const key = fc.constantFrom('a', 'b', '__proto__');
    const value = fc.letrec((tie) => ({
      node: fc.oneof(fc.anything(), fc.array(tie('node')), fc.dictionary(key, tie('node'))),
    })).node;
    fc.assert(
      fc.property(path, value, (text, data) => {
        const { values } = parseArgumentPath(text, { accessors: true }).read(data);
        expect(values.every((found) => found !== undefined && found !== null)).toBe(true);
      }),
    );
  });
});

describe('replaceAt', () => {
  const upper = (leaf: unknown) => String(leaf).toUpperCase();

  it('replaces what the path leads to and shares the rest', () => {
    const args = { to: [{ id: 'a', x: {} }, { id: 'b' }], other: {} };
    const replaced = replaceAt(args, 'to[].id', upper) as typeof args;
    expect(replaced).toEqual({ to: [{ id: 'A', x: {} }, { id: 'B' }], other: {} });
    expect(args.to[0]?.id).toBe('a');
    expect(replaced.other).toBe(args.other);
    expect(replaced.to[0]?.x).toBe(args.to[0]?.x);
  });

  it('works on frozen data, and freezes what is new', () => {
    const args = Object.freeze({ a: Object.freeze(['x', 'y']), b: 1 });
    const replaced = replaceAt(args, 'a[]', upper) as typeof args;
    expect(replaced).toEqual({ a: ['X', 'Y'], b: 1 });
    expect(Object.isFrozen(replaced)).toBe(true);
    expect(Object.isFrozen(replaced.a)).toBe(true);
  });

  it('copies only the branch that changed', () => {
    const args = { list: [{ id: 'a' }, { id: 'B' }] };
    const replaced = replaceAt(args, 'list[].id', upper) as typeof args;
    expect(replaced.list[1]).toBe(args.list[1]);
    expect(replaceAt(args, 'list[].id', (leaf) => leaf)).toBe(args);
  });

  it.each([
    ['a', {}],
    ['a.b', { a: null }],
    ['a[]', { a: 'text' }],
    ['a.$keys', { a: { k: 1 } }],
    ['__proto__', {}],
    ['toString', {}],
  ])('leaves alone what reading %s would not find in %p', (path, value) => {
    expect(replaceAt(value, path, () => 'x')).toBe(value);
  });

  it('keeps a name that would change the prototype a mere name', () => {
    const replaced = replaceAt(JSON.parse('{"__proto__": "x", "b": {"__proto__": "y"}}'), '__proto__', upper) as object;
    expect(Object.getPrototypeOf(replaced)).toBe(Object.prototype);
    expect(JSON.stringify(replaced)).toBe('{"__proto__":"X","b":{"__proto__":"y"}}');
  });

  it('keeps the class of what it copies, and takes a parsed path', () => {
    class Money {
      amount = 'x';
    }
    const replaced = replaceAt(new Money(), parseArgumentPath('amount'), upper);
    expect(replaced).toBeInstanceOf(Money);
    expect(replaced).toEqual({ amount: 'X' });
  });

  it('lets an error of the map through', () => {
    expect(() => replaceAt({ a: 1 }, 'a', broken)).toThrow('trap');
  });
});
