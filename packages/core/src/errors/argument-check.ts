import { shown, UsageError } from './usage-errors.js';

/**
 * Checks the options of a method of the API: an object that has no others.
 *
 * @throws {UsageError} naming the method, the option and its value
 */
export function checkOptions(method: string, options: unknown, known: readonly string[], code?: string): void {
  if (typeof options !== 'object' || options === null)
    throw wrong(method, 'options', options, 'must be an object', code);
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name))
      throw wrong(method, name, value, `is no option; the options are ${known.join(', ')}`, code);
  }
}

/**
 * Checks an id that a method of the API gets.
 *
 * @throws {UsageError} where it is no text, or empty
 */
export function checkId(method: string, name: string, id: unknown): void {
  if (typeof id !== 'string' || id === '') throw wrong(method, name, id, 'must be a text that is not empty');
}

/**
 * Checks a function that a method of the API gets.
 *
 * @throws {UsageError} where it is none
 */
export function checkFunction(method: string, name: string, value: unknown): void {
  if (typeof value !== 'function') throw wrong(method, name, value, 'must be a function');
}

function wrong(method: string, option: string, value: unknown, message: string, code = 'usage.argument'): UsageError {
  return new UsageError(`${method}: ${option} = ${shown(value)} ${message}`, {
    code,
    details: { method, option, value },
  });
}
