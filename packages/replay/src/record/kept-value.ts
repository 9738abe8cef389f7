/** A copy of a value as plain data, and about how many characters it takes. */
export interface KeptValue {
  readonly value: unknown;
  readonly size: number;
}

/** Stands for what cannot be written down. */
export function unrecorded(what: string): string {
  return `[unrecorded: ${what}]`;
}

/** Whether a text is such a mark, which says nothing of the value. */
export function isMark(text: string): boolean {
  return /^\[unrecorded: [A-Za-z -]{1,40}\]$/.test(text);
}

const MAX_DEPTH = 100;
/** What an entry takes besides its text. */
const ENTRY_SIZE = 8;

/**
 * Copies a value as JSON would write it, at once, because its owner may change it. What JSON does not know is replaced by a
 * marker. Never throws.
 *
 * @returns undefined where it takes more than `maxSize` characters
 */
export function keptValue(value: unknown, maxSize: number): KeptValue | undefined {
  const copier = new Copier(maxSize);
  try {
    const copy = copier.copy(value, 0);
    return { value: copy, size: copier.size };
  } catch (error) {
    return error instanceof TooLarge ? undefined : { value: unrecorded('unreadable'), size: 24 };
  }
}

class TooLarge extends Error {}

class Copier {
  size = 0;
  readonly #maxSize: number;
  readonly #ancestors = new Set<object>();

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  copy(value: unknown, depth: number): unknown {
    this.#count(typeof value === 'string' ? value.length : 0);
    switch (typeof value) {
      case 'number':
        return Number.isFinite(value) ? value : unrecorded(String(value));
      case 'bigint':
        // Ids compare by their text, and so a bigint is the same id either way.
        return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
      case 'object':
        return value === null ? null : this.#copyObject(value, depth);
      case 'function':
      case 'symbol':
        return unrecorded(typeof value);
      default:
        return value;
    }
  }

  #copyObject(value: object, depth: number): unknown {
    if (depth >= MAX_DEPTH) return unrecorded('too deep');
    if (this.#ancestors.has(value)) return unrecorded('cycle');
    const { toJSON } = value as { readonly toJSON?: unknown };
    this.#ancestors.add(value);
    try {
      if (typeof toJSON === 'function') return this.copy(toJSON.call(value, ''), depth + 1);
      if (Array.isArray(value)) return this.#copyList(value, depth);
      const tag = Object.prototype.toString.call(value).slice(8, -1);
      return BUILT_IN.has(tag) || ArrayBuffer.isView(value) ? unrecorded(tag) : this.#copyRecord(value, depth);
    } finally {
      this.#ancestors.delete(value);
    }
  }

  #copyList(list: readonly unknown[], depth: number): unknown[] {
    const copy: unknown[] = [];
    for (let index = 0; index < list.length; index++) copy.push(this.#part(() => list[index], depth) ?? null);
    return copy;
  }

  #copyRecord(value: object, depth: number): unknown {
    const entries: [string, unknown][] = [];
    for (const name of Object.keys(value)) {
      const part = this.#part(() => (value as Record<string, unknown>)[name], depth);
      if (part === undefined) continue;
      this.#count(name.length);
      entries.push([name, part]);
    }
    // Defines, where an assignment to `__proto__` would not.
    return Object.fromEntries(entries);
  }

  #part(read: () => unknown, depth: number): unknown {
    try {
      const value = read();
      // As JSON leaves out methods of objects.
      return typeof value === 'function' || typeof value === 'symbol' ? undefined : this.copy(value, depth + 1);
    } catch (error) {
      if (error instanceof TooLarge) throw error;
      return unrecorded('unreadable');
    }
  }

  #count(length: number): void {
    this.size += length + ENTRY_SIZE;
    if (this.size > this.#maxSize) throw new TooLarge();
  }
}

const BUILT_IN = new Set([
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Promise',
  'RegExp',
  'Error',
  'ArrayBuffer',
  'Generator',
]);
