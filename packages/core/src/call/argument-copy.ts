import { asRefusal, MAX_DEPTH, MAX_VALUES, NotPlain, oneObject, refuseOther, tooDeep } from './plain-data.js';

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
  try {
    return copyObject(oneObject(args), 0, undefined);
  } catch (error) {
    throw asRefusal(tool, error);
  }
}

/** A copy for those who only watch: `undefined` where it cannot be made. */
export function shownArguments(args: object): object | undefined {
  try {
    return copyObject(args, 0, undefined);
  } catch {
    return undefined;
  }
}

/** A date that cannot be set: freezing an object does not reach the time inside. */
class FrozenDate extends Date {}

for (const name of Object.getOwnPropertyNames(Date.prototype).filter((each) => each.startsWith('set'))) {
  Object.defineProperty(FrozenDate.prototype, name, {
    value() {
      throw new TypeError(`${name}: the arguments of a tool are frozen; copy the date first`);
    },
  });
}

const isOwn = Object.prototype.hasOwnProperty;

/** How many values may still be copied. Made where something lies within the arguments: most are flat. */
interface Left {
  values: number;
}

function copyObject(value: object, depth: number, shared: Left | undefined): object {
  if (depth === MAX_DEPTH) throw tooDeep();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    if (value instanceof Date) return Object.freeze(new FrozenDate(value.getTime()));
    refuseOther(value);
  }
  const copy: Record<string, unknown> = {};
  let left = shared;
  let flat = 0;
  // Faster than a list of the names; what a prototype adds is no part of the data.
  for (const name in value) {
    if (!isOwn.call(value, name)) continue;
    const part = (value as Record<string, unknown>)[name];
    if (name === '__proto__') throw new NotPlain('holds a property named __proto__');
    const isFlat = (typeof part === 'string' || typeof part === 'number') && ++flat <= MAX_VALUES;
    copy[name] = isFlat ? part : copyPart(part, name, depth, (left ??= { values: MAX_VALUES }));
  }
  if (left !== undefined && (left.values -= flat) < 0) throw tooMany();
  return Object.freeze(copy);
}

function copyList(list: readonly unknown[], depth: number, left: Left): readonly unknown[] {
  if (depth === MAX_DEPTH) throw tooDeep();
  const copy: unknown[] = [];
  const { length } = list;
  for (let index = 0; index < length; index++) {
    if (!(index in list)) throw new NotPlain('is a hole in a list').within(index);
    copy.push(copyPart(list[index], index, depth, left));
  }
  return Object.freeze(copy);
}

function copyPart(value: unknown, name: string | number, depth: number, left: Left): unknown {
  if (--left.values < 0) throw tooMany();
  switch (typeof value) {
    case 'object':
      return value === null ? null : copyWithin(value, name, depth + 1, left);
    case 'function':
    case 'symbol':
      throw new NotPlain(`is a ${typeof value}, not plain data`).within(name);
    default:
      return value;
  }
}

function tooMany(): NotPlain {
  return new NotPlain(`the arguments hold more than ${MAX_VALUES} values`);
}

function copyWithin(value: object, name: string | number, depth: number, left: Left): unknown {
  try {
    return Array.isArray(value) ? copyList(value, depth, left) : copyObject(value, depth, left);
  } catch (error) {
    throw error instanceof NotPlain ? error.within(name) : error;
  }
}
