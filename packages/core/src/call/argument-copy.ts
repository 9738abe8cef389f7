import { type InputIssue, ToolInputError } from '../errors/guard-errors.js';

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
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw refused(tool, '', 'the arguments must be one object');
  }
  const copier = new Copier(tool);
  try {
    return copier.copy(args, '', 0) as object;
  } catch (error) {
    if (error instanceof ToolInputError) throw error;
    // A getter or a proxy that throws.
    throw refused(tool, '', 'the arguments could not be read', error);
  }
}

const NO_ARGUMENTS = Object.freeze({});

class Copier {
  readonly #tool: string;
  #left = MAX_VALUES;

  constructor(tool: string) {
    this.#tool = tool;
  }

  copy(value: unknown, path: string, depth: number): unknown {
    switch (typeof value) {
      case 'object':
        return value === null ? null : this.#copyObject(value, path, depth);
      case 'function':
      case 'symbol':
        throw refused(this.#tool, path, `is a ${typeof value}, not plain data`);
      default:
        return value;
    }
  }

  #copyObject(value: object, path: string, depth: number): unknown {
    if (depth === MAX_DEPTH) throw refused(this.#tool, path, `lies deeper than ${MAX_DEPTH} levels, or in a cycle`);
    if (Array.isArray(value)) return this.#copyList(value, path, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      if (value instanceof Date) return Object.freeze(new Date(value.getTime()));
      const tag = Object.prototype.toString.call(value);
      if (tag !== '[object Object]') throw refused(this.#tool, path, `is ${tag.slice(8, -1)}, not plain data`);
    }
    const copy: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      if (name === '__proto__') throw refused(this.#tool, path, 'holds a property named __proto__');
      this.#count(path);
      copy[name] = this.copy(
        (value as Record<string, unknown>)[name],
        path === '' ? name : `${path}.${name}`,
        depth + 1,
      );
    }
    return Object.freeze(copy);
  }

  #copyList(list: readonly unknown[], path: string, depth: number): readonly unknown[] {
    const copy: unknown[] = [];
    const { length } = list;
    for (let index = 0; index < length; index++) {
      if (!(index in list)) throw refused(this.#tool, `${path}[${index}]`, 'is a hole in a list');
      this.#count(path);
      copy.push(this.copy(list[index], `${path}[${index}]`, depth + 1));
    }
    return Object.freeze(copy);
  }

  #count(path: string): void {
    if (--this.#left < 0) throw refused(this.#tool, path, `the arguments hold more than ${MAX_VALUES} values`);
  }
}

function refused(tool: string, path: string, message: string, cause?: unknown): ToolInputError {
  const issue: InputIssue = { path, message };
  return new ToolInputError(tool, [issue], cause);
}
