import { ToolInputError } from '../errors/guard-errors.js';

export const MAX_DEPTH = 64;
export const MAX_VALUES = 1_000_000;

const NO_ARGUMENTS = Object.freeze({});

/**
 * The one object that a tool takes.
 *
 * @throws {NotPlain} at anything else
 */
export function oneObject(args: unknown): object {
  if (args === undefined) return NO_ARGUMENTS;
  if (typeof args === 'object' && args !== null && !Array.isArray(args)) return args;
  const isText = typeof args === 'string';
  throw new NotPlain(`the arguments must be one object${isText ? ', and this text is no JSON object' : ''}`);
}

/** The refusal of arguments that could not be gone through. */
export function asRefusal(tool: string, error: unknown): ToolInputError {
  if (error instanceof NotPlain) return new ToolInputError(tool, [{ path: error.path(), message: error.what }]);
  // A getter or a proxy that throws.
  return new ToolInputError(tool, [{ path: '', message: 'the arguments could not be read' }], error);
}

/** Thrown where a value is no plain data; on its way out it learns where that is. */
export class NotPlain {
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

/** @throws {NotPlain} at built-in objects other than dates; an object of a class of the application is data */
export function refuseOther(value: object): void {
  const tag = Object.prototype.toString.call(value);
  if (tag !== '[object Object]') throw new NotPlain(`is ${tag.slice(8, -1)}, not plain data`);
}

export function tooDeep(): NotPlain {
  return new NotPlain(`lies deeper than ${MAX_DEPTH} levels, or in a cycle`);
}
