import { cut } from './refusal.js';
import { shown } from './shown.js';

const MAX_TEXT = 256;
const MAX_DEPTH = 5;
/** Most entries of one object or list, and of all of them together: nested ones would multiply. */
const MAX_ENTRIES = 36;
const MAX_ENTRIES_IN_ALL = 400;

/** A copy that `JSON.stringify` takes and that stays small, whatever the value is: arguments come from a model. */
export function plainData(value: unknown): unknown {
  return copyOf(value, 0, { entries: MAX_ENTRIES_IN_ALL });
}

interface Left {
  entries: number;
}

function copyOf(value: unknown, depth: number, left: Left): unknown {
  switch (typeof value) {
    case 'string':
      return cut(value, MAX_TEXT);
    case 'bigint':
      return cut(value.toString(), MAX_TEXT);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      return value === null ? null : copyOfObject(value, depth, left);
    default:
      return cut(shown(value), MAX_TEXT);
  }
}

function copyOfObject(value: object, depth: number, left: Left): unknown {
  try {
    if (value instanceof Error) return errorSummary(value);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (depth >= MAX_DEPTH) return shown(value);
    if (Array.isArray(value)) return copyOfList(value, depth, left);
    return isPlain(value) ? copyOfRecord(value, depth, left) : shown(value);
  } catch {
    // A getter that throws, or a proxy.
    return shown(value);
  }
}

function copyOfList(list: readonly unknown[], depth: number, left: Left): unknown[] {
  const count = take(list.length, left);
  const copy = Array.from({ length: count }, (_, index) => copyOf(list[index], depth + 1, left));
  return count < list.length ? [...copy, `… ${list.length - count} more`] : copy;
}

function copyOfRecord(record: object, depth: number, left: Left): unknown {
  const names = Object.keys(record).filter((name) => (record as Record<string, unknown>)[name] !== undefined);
  const count = take(names.length, left);
  const entries = names
    .slice(0, count)
    .map((name) => [cut(name, MAX_TEXT), copyOf((record as Record<string, unknown>)[name], depth + 1, left)]);
  if (count < names.length) entries.push(['…', `${names.length - count} more`]);
  // Defines, where an assignment to `__proto__` would not.
  return Object.fromEntries(entries);
}

function take(wanted: number, left: Left): number {
  const count = Math.min(wanted, MAX_ENTRIES, left.entries);
  left.entries -= count;
  return count;
}

// Of an instance of a class, such as a connection, nobody knows what it holds.
function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Of an error that is not ours only name and code: its message may hold anything. */
export function errorSummary(cause: unknown): unknown {
  try {
    if (!(cause instanceof Error)) return typeof cause;
    const name = cut(String(cause.name), MAX_TEXT);
    const { code } = cause as { code?: unknown };
    return typeof code === 'string' ? { name, code: cut(code, MAX_TEXT) } : { name };
  } catch {
    return typeof cause;
  }
}
