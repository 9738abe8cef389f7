/** How much of a value is kept. */
export interface Bounds {
  /** Characters of one text. */
  readonly text: number;
  /** Nested lists and objects. */
  readonly depth: number;
  /** Entries of one list or object. */
  readonly entries: number;
  /** Entries of all of them together: nested ones would multiply. */
  readonly entriesInAll: number;
}

/** What a timeline keeps of the arguments and the result of a call. */
export const KEPT: Bounds = { text: 200, depth: 4, entries: 24, entriesInAll: 96 };

/** Wide enough that what was kept once is not cut a second time. */
export const KEPT_BEFORE: Bounds = { text: 512, depth: 8, entries: 64, entriesInAll: 1024 };

/**
 * A copy as plain data that `JSON.stringify` takes, of bounded size whatever the value is, and that nobody else can change.
 * No code of the value runs: accessors are named, not read. Never throws.
 */
export function captured(value: unknown, bounds: Bounds = KEPT): unknown {
  try {
    return copyOf(value, 0, { bounds, entries: bounds.entriesInAll });
  } catch {
    // A proxy that refuses to be asked.
    return '[unreadable]';
  }
}

/** A text of bounded length that does not keep the long one it was cut from in memory. */
export function capturedText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return new TextDecoder().decode(new TextEncoder().encode(`${text.slice(0, maxLength - 1)}…`));
}

interface Left {
  readonly bounds: Bounds;
  entries: number;
}

function copyOf(value: unknown, depth: number, left: Left): unknown {
  switch (typeof value) {
    case 'string':
      return capturedText(value, left.bounds.text);
    case 'bigint':
      return capturedText(value.toString(), left.bounds.text);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      return value === null ? null : copyOfObject(value, depth, left);
    default:
      return `[${typeof value}]`;
  }
}

function copyOfObject(value: object, depth: number, left: Left): unknown {
  if (value instanceof Date) return dateText(value);
  if (value instanceof Error) return '[error]';
  if (Array.isArray(value)) return depth >= left.bounds.depth ? '[list]' : copyOfList(value, depth, left);
  if (!isPlain(value)) return `[${kindOf(value)}]`;
  return depth >= left.bounds.depth ? '[object]' : copyOfRecord(value, depth, left);
}

function copyOfList(list: readonly unknown[], depth: number, left: Left): unknown[] {
  const count = take(list.length, left);
  const copy: unknown[] = [];
  for (let index = 0; index < count; index++) copy.push(copyOf(dataAt(list, String(index)), depth + 1, left) ?? null);
  if (count < list.length) copy.push(`… ${list.length - count} more`);
  return copy;
}

function copyOfRecord(record: object, depth: number, left: Left): unknown {
  const names = Object.keys(record);
  const count = take(names.length, left);
  const entries = names
    .slice(0, count)
    .map((name): [string, unknown] => [
      capturedText(name, left.bounds.text),
      copyOf(dataAt(record, name), depth + 1, left),
    ])
    .filter(([, value]) => value !== undefined);
  if (count < names.length) entries.push(['…', `${names.length - count} more`]);
  // Defines, where an assignment to `__proto__` would not.
  return Object.fromEntries(entries);
}

function take(wanted: number, left: Left): number {
  const count = Math.min(wanted, left.bounds.entries, left.entries);
  left.entries -= count;
  return count;
}

function dataAt(holder: object, name: string): unknown {
  const property = Object.getOwnPropertyDescriptor(holder, name);
  if (property === undefined) return undefined;
  return 'value' in property ? property.value : '[computed]';
}

// Of an instance of a class, such as a connection, nobody knows what it holds.
function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function dateText(date: Date): string {
  const time = Date.prototype.getTime.call(date);
  return Number.isNaN(time) ? '[date]' : new Date(time).toISOString();
}

function kindOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  const maker = typeof prototype === 'object' && prototype !== null ? dataAt(prototype, 'constructor') : undefined;
  const name = typeof maker === 'function' ? dataAt(maker, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? capturedText(name, 64) : 'object';
}
