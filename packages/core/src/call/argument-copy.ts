import { ToolInputError } from '../errors/guard-errors.js';

const MAX_DEPTH = 64;
const MAX_VALUES = 1_000_000;

/**
 * The plain data of a call's arguments, copied once and frozen: what the guards check is what the method gets, and nobody
 * else can reach it. Each property is read exactly once, so that a getter cannot change its answer in between.
 *
 * Texts, numbers, bigints, booleans, `null`, `undefined`, dates, lists and objects are plain data; an object of a class
 * becomes a plain one with its own properties.
 *
 * @throws {ToolInputError} at functions, symbols, lists with holes, cycles, more than 64 levels or a million values, an own
 * `__proto__`, other built-in objects, and arguments that are no object
 */
export function copyArguments(tool: string, args: unknown): object {
  if (args === undefined) return NO_ARGUMENTS;
  try {
    if (typeof args !== 'object' || args === null || Array.isArray(args))
      throw new NotPlain(
        typeof args === 'string'
          ? 'the arguments must be one object, and this text is no JSON object'
          : 'the arguments must be one object',
      );
    return copyWithCount(args);
  } catch (error) {
    if (error instanceof NotPlain) throw new ToolInputError(tool, [{ path: error.path(), message: error.what }]);
    // A getter or a proxy that throws.
    throw new ToolInputError(tool, [{ path: '', message: 'the arguments could not be read' }], error);
  }
}

const NO_ARGUMENTS = Object.freeze({});

/** A date that cannot be set: freezing an object does not reach the time inside. */
class FrozenDate extends Date {}

for (const name of Object.getOwnPropertyNames(Date.prototype).filter((each) => each.startsWith('set'))) {
  Object.defineProperty(FrozenDate.prototype, name, {
    value() {
      throw new TypeError(`${name}: the arguments of a tool are frozen; copy the date first`);
    },
  });
}

/** Thrown where a value is no plain data; on its way out it learns where that is. */
class NotPlain {
  readonly what: string;
  readonly #names: (string | number)[] = [];

  constructor(what: string) {
    this.what = what;
  }

  within(name: string | number): this {
    this.#names.unshift(name);
    return this;
  }

  path(): string {
    return this.#names
      .map((name, index) => (typeof name === 'number' ? `[${name}]` : `${index === 0 ? '' : '.'}${name}`))
      .join('');
  }
}

const isOwn = Object.prototype.hasOwnProperty;

// Values that may still be copied. Not an object per call: arguments are few and small.
let left = 0;

// A getter may call another tool, whose arguments have a count of their own.
function copyWithCount(args: object): object {
  const outer = left;
  left = MAX_VALUES;
  try {
    return copyObject(args, 0);
  } finally {
    left = outer;
  }
}

function copyObject(value: object, depth: number): object {
  if (depth === MAX_DEPTH) throw tooDeep();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    if (value instanceof Date) return Object.freeze(new FrozenDate(value.getTime()));
    const tag = Object.prototype.toString.call(value);
    if (tag !== '[object Object]') throw new NotPlain(`is ${tag.slice(8, -1)}, not plain data`);
  }
  const copy: Record<string, unknown> = {};
  // Faster than a list of the names; what a prototype adds is no part of the data.
  for (const name in value) {
    if (!isOwn.call(value, name)) continue;
    if (name === '__proto__') throw new NotPlain('holds a property named __proto__');
    const part = (value as Record<string, unknown>)[name];
    copy[name] = typeof part === 'string' && --left >= 0 ? part : copyPart(part, name, depth);
  }
  return Object.freeze(copy);
}

function copyList(list: readonly unknown[], depth: number): readonly unknown[] {
  if (depth === MAX_DEPTH) throw tooDeep();
  const copy: unknown[] = [];
  const { length } = list;
  for (let index = 0; index < length; index++) {
    if (!(index in list)) throw new NotPlain('is a hole in a list').within(index);
    copy.push(copyPart(list[index], index, depth));
  }
  return Object.freeze(copy);
}

function copyPart(value: unknown, name: string | number, depth: number): unknown {
  if (--left < 0) throw new NotPlain(`the arguments hold more than ${MAX_VALUES} values`);
  switch (typeof value) {
    case 'object':
      return value === null ? null : copyWithin(value, name, depth + 1);
    case 'function':
    case 'symbol':
      throw new NotPlain(`is a ${typeof value}, not plain data`).within(name);
    default:
      return value;
  }
}

function copyWithin(value: object, name: string | number, depth: number): unknown {
  try {
    return Array.isArray(value) ? copyList(value, depth) : copyObject(value, depth);
  } catch (error) {
    throw error instanceof NotPlain ? error.within(name) : error;
  }
}

function tooDeep(): NotPlain {
  return new NotPlain(`lies deeper than ${MAX_DEPTH} levels, or in a cycle`);
}
