import { type AnyClass, recordOf } from '../agent/class-record.js';
import { shown } from '../errors/usage-errors.js';
import type { Class, Token } from './provider.js';

/** Whether a value can be the token of a provider. */
export function isToken(value: unknown): value is Token {
  return typeof value === 'function' || typeof value === 'symbol' || typeof value === 'string';
}

/** Whether `new` works on a value. Runs none of its code. */
export function isClass(value: unknown): value is Class<object> {
  if (typeof value !== 'function') return false;
  try {
    Reflect.construct(Object, [], value);
    return true;
  } catch {
    return false;
  }
}

/** A token as messages name it: an agent's declared name, a class's name, a symbol or a quoted text. */
export function tokenName(token: unknown): string {
  if (typeof token !== 'function') return shown(token);
  const name: unknown = recordOf(token as unknown as AnyClass)?.agent?.name ?? token.name;
  // A class may have a static member called `name`.
  return typeof name === 'string' && name !== '' ? name : '(anonymous class)';
}

/** Why a class that the source names can be `undefined`. */
export const UNDEFINED_CLASS =
  'is undefined: probably two files import each other, so that this one ran before the class was defined; ' +
  'break the cycle, or provide it under a symbol';
