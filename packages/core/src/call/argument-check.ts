import { asRefusal, MAX_DEPTH, MAX_VALUES, NotPlain, oneObject, refuseOther, tooDeep } from './plain-data.js';

/**
 * The arguments of a tool where nothing looks at them, as they were passed: what is refused is the same as where they are
 * copied, so that adding a guard changes nothing for its callers.
 *
 * @throws {ToolInputError} at what is no plain data, as `copyArguments`
 */
export function checkArguments(tool: string, args: unknown): object {
  const outer = left;
  left = MAX_VALUES;
  try {
    const given = oneObject(args);
    checkObject(given, 0);
    return given;
  } catch (error) {
    throw asRefusal(tool, error);
  } finally {
    // A getter may call another tool, whose arguments have a count of their own.
    left = outer;
  }
}

// Values that may still be seen.
let left = 0;

const isOwn = Object.prototype.hasOwnProperty;

function checkObject(value: object, depth: number): void {
  if (depth === MAX_DEPTH) throw tooDeep();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    if (value instanceof Date) return;
    refuseOther(value);
  }
  for (const name in value) {
    if (!isOwn.call(value, name)) continue;
    const part = (value as Record<string, unknown>)[name];
    if (name === '__proto__') throw new NotPlain('holds a property named __proto__');
    if ((typeof part === 'string' || typeof part === 'number') && --left >= 0) continue;
    checkPart(part, name, depth);
  }
}

function checkPart(value: unknown, name: string | number, depth: number): void {
  if (--left < 0) throw new NotPlain(`the arguments hold more than ${MAX_VALUES} values`);
  switch (typeof value) {
    case 'object':
      if (value !== null) checkWithin(value, name, depth + 1);
      return;
    case 'function':
    case 'symbol':
      throw new NotPlain(`is a ${typeof value}, not plain data`).within(name);
  }
}

function checkWithin(value: object, name: string | number, depth: number): void {
  try {
    if (Array.isArray(value)) checkList(value, depth);
    else checkObject(value, depth);
  } catch (error) {
    throw error instanceof NotPlain ? error.within(name) : error;
  }
}

function checkList(list: readonly unknown[], depth: number): void {
  if (depth === MAX_DEPTH) throw tooDeep();
  const { length } = list;
  for (let index = 0; index < length; index++) {
    if (!(index in list)) throw new NotPlain('is a hole in a list').within(index);
    checkPart(list[index], index, depth);
  }
}
