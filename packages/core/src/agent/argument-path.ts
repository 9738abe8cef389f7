/**
 * Most array elements that one reading visits. Beyond, the reading is incomplete: a proxy or a sparse array can claim any
 * length.
 */
export const MAX_READ_ITEMS = 100_000;

/** Most prototypes that are searched for an accessor: a proxy can claim an endless chain. */
const MAX_PROTOTYPES = 16;

const ITEMS: unique symbol = Symbol('[]');
const KEYS: unique symbol = Symbol('$keys');
type Step = string | typeof ITEMS | typeof KEYS;

/** How the values of a path are read. */
export interface ArgumentPathOptions {
  /**
   * Read accessors of an object's class too, as results of an ORM have them. Methods and other inherited values are never
   * read, nor anything of `Object.prototype`. @default false: own properties only
   */
  readonly accessors?: boolean;
}

/** What a path leads to in one value. */
export interface PathReading {
  /** The values found, in order; never `null` or undefined. */
  readonly values: unknown[];
  /**
   * False if anything on the way was missing, `null`, of the wrong type (`[]` of what is no array, a property of an array)
   * or could not be read. An empty array is complete: it has no values.
   */
  readonly complete: boolean;
}

/** A parsed path into the arguments or the result of a tool. */
export interface ArgumentPathReader {
  /** The path as written. */
  readonly path: string;
  /** The property that it starts with; undefined if it starts with `[]` or `$keys`. */
  readonly root: string | undefined;
  /** Whether the path says `[]` anywhere. */
  readonly hasArray: boolean;
  /** Whether it leads to one value at most: it has neither `[]` nor `$keys`. */
  readonly isSingle: boolean;
  /** Everything that the path leads to. Never throws. */
  read(value: unknown): PathReading;
  /** The one value of a single path; undefined if it is missing or `null`, or if the path is not single. Never throws. */
  readOne(value: unknown): unknown;
  /** See `replaceAt`. */
  replace(value: unknown, map: (leaf: unknown) => unknown): unknown;
}

/**
 * Parses a path such as `orderId`, `customer.id`, `flights[].number`, `[].id`, `[][].flight` or `variants.$keys`.
 *
 * `[]` stands for every element of an array, `$keys` (only at the end) for the names of an object's own properties.
 * Names are read as own properties, so `__proto__` and `constructor` lead nowhere unless the data has them itself.
 *
 * @throws {SyntaxError} if it is not a path; the message says where
 */
export function parseArgumentPath(path: string, options: ArgumentPathOptions = {}): ArgumentPathReader {
  return new PathReader(path, parseSteps(path), options.accessors ?? false);
}

/**
 * A version of `value` in which everything that `path` leads to is replaced by what `map` makes of it.
 *
 * Copies on write: only what holds a changed leaf is copied, and the copies are frozen; if nothing changes, `value` itself
 * is returned. What `read` would not find stays as it is, and so do the names under `$keys`. Meant for plain data.
 *
 * @throws only what `map` throws, and {SyntaxError} if `path` is text that is not a path
 */
export function replaceAt(value: unknown, path: ArgumentPathReader | string, map: (leaf: unknown) => unknown): unknown {
  return (typeof path === 'string' ? parseArgumentPath(path) : path).replace(value, map);
}

function parseSteps(path: string): Step[] {
  if (typeof path !== 'string' || path === '') throw new SyntaxError('a path must be text that is not empty');
  const steps: Step[] = [];
  const segments = path.split('.');
  for (const [index, segment] of segments.entries()) {
    const [, name, brackets] = /^([^\s[\]]*)((?:\[\])*)$/.exec(segment) ?? [];
    if (name === undefined || brackets === undefined) {
      throw malformed(path, `"${segment}" is neither a name nor a name with [] after it`);
    }
    if (name === '' && (index > 0 || brackets === '')) throw malformed(path, 'a name is missing beside a dot');
    if (name === '$keys' && (brackets !== '' || index < segments.length - 1)) {
      throw malformed(path, '$keys must be the end of the path');
    }
    if (name !== '') steps.push(name === '$keys' ? KEYS : name);
    for (let depth = 0; depth < brackets.length / 2; depth++) steps.push(ITEMS);
  }
  return steps;
}

function malformed(path: string, why: string): SyntaxError {
  return new SyntaxError(`"${path}" is not a path: ${why} (write a.b, a[], a[].b or a.$keys)`);
}

class PathReader implements ArgumentPathReader {
  readonly path: string;
  readonly root: string | undefined;
  readonly hasArray: boolean;
  readonly isSingle: boolean;
  readonly #steps: readonly Step[];
  /** Of a path that is one name and nothing else, as most are. */
  readonly #onlyName: string | undefined;
  readonly #accessors: boolean;

  constructor(path: string, steps: readonly Step[], accessors: boolean) {
    const [first] = steps;
    this.path = path;
    this.root = typeof first === 'string' ? first : undefined;
    this.hasArray = steps.includes(ITEMS);
    this.isSingle = steps.every((step) => typeof step === 'string');
    this.#steps = steps;
    this.#onlyName = steps.length === 1 ? this.root : undefined;
    this.#accessors = accessors;
  }

  read(value: unknown): PathReading {
    if (this.isSingle) {
      const found = this.readOne(value);
      return found === undefined ? { values: [], complete: false } : { values: [found], complete: true };
    }
    const values: unknown[] = [];
    const complete = this.#collect(value, 0, values, { items: 0 });
    return { values, complete };
  }

  readOne(value: unknown): unknown {
    if (this.#onlyName !== undefined) return readProperty(value, this.#onlyName, this.#accessors) ?? undefined;
    if (!this.isSingle) return undefined;
    let current = value;
    for (const step of this.#steps) {
      current = readProperty(current, step as string, this.#accessors);
      if (current === undefined || current === null) return undefined;
    }
    return current;
  }

  replace(value: unknown, map: (leaf: unknown) => unknown): unknown {
    return this.#replaceFrom(value, 0, map, { items: 0 });
  }

  #collect(value: unknown, from: number, into: unknown[], visited: { items: number }): boolean {
    let current = value;
    for (let index = from; index < this.#steps.length; index++) {
      const step = this.#steps[index];
      if (step === KEYS) return collectKeys(current, into);
      if (step === ITEMS) return this.#collectItems(current, index + 1, into, visited);
      current = readProperty(current, step as string, this.#accessors);
    }
    if (current === undefined || current === null) return false;
    into.push(current);
    return true;
  }

  #collectItems(value: unknown, next: number, into: unknown[], visited: { items: number }): boolean {
    const length = arrayLength(value);
    let complete = length !== undefined;
    for (let index = 0; index < (length ?? 0); index++) {
      if (++visited.items > MAX_READ_ITEMS) return false;
      if (!this.#collect(readItem(value as unknown[], index), next, into, visited)) complete = false;
    }
    return complete;
  }

  #replaceFrom(value: unknown, index: number, map: (leaf: unknown) => unknown, visited: { items: number }): unknown {
    if (value === undefined || value === null) return value;
    const step = this.#steps[index];
    if (step === undefined) return map(value);
    if (step === KEYS) return value;
    if (step === ITEMS) return this.#replaceItems(value, index + 1, map, visited);
    const old = readProperty(value, step, false);
    const fresh = this.#replaceFrom(old, index + 1, map, visited);
    return Object.is(old, fresh) ? value : copyWith(value, step, fresh);
  }

  #replaceItems(value: unknown, next: number, map: (leaf: unknown) => unknown, visited: { items: number }): unknown {
    const length = arrayLength(value) ?? 0;
    const copy: unknown[] = [];
    let changed = false;
    for (let index = 0; index < length; index++) {
      if (++visited.items > MAX_READ_ITEMS) return value;
      const old = readItem(value as unknown[], index);
      const fresh = this.#replaceFrom(old, next, map, visited);
      changed ||= !Object.is(old, fresh);
      copy.push(fresh);
    }
    return changed ? Object.freeze(copy) : value;
  }
}

const isOwn = Object.prototype.hasOwnProperty;

function readProperty(target: unknown, name: string, accessors: boolean): unknown {
  try {
    if (typeof target !== 'object' || target === null || Array.isArray(target)) return undefined;
    if (isOwn.call(target, name)) return (target as Record<string, unknown>)[name];
    return accessors ? readAccessor(target, name) : undefined;
  } catch {
    return undefined;
  }
}

// The last object of the chain is Object.prototype, of this realm or another: its `__proto__` is an accessor too.
function readAccessor(target: object, name: string): unknown {
  let holder: object | null = Object.getPrototypeOf(target);
  for (let depth = 0; depth < MAX_PROTOTYPES && holder !== null; depth++) {
    const parent: object | null = Object.getPrototypeOf(holder);
    if (parent === null) return undefined;
    const found = Object.getOwnPropertyDescriptor(holder, name);
    if (found !== undefined) return found.get?.call(target);
    holder = parent;
  }
  return undefined;
}

function arrayLength(value: unknown): number | undefined {
  try {
    return Array.isArray(value) ? value.length : undefined;
  } catch {
    return undefined;
  }
}

function readItem(array: readonly unknown[], index: number): unknown {
  try {
    return array[index];
  } catch {
    return undefined;
  }
}

function collectKeys(value: unknown, into: unknown[]): boolean {
  try {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    for (const key of Object.keys(value)) into.push(key);
    return true;
  } catch {
    return false;
  }
}

function copyWith(target: object, name: string, value: unknown): unknown {
  const copy: object = Object.create(prototypeOf(target));
  for (const key of keysOf(target)) define(copy, key, readProperty(target, key, false));
  define(copy, name, value);
  return Object.freeze(copy);
}

function prototypeOf(target: object): object | null {
  try {
    return Object.getPrototypeOf(target);
  } catch {
    return null;
  }
}

function keysOf(target: object): readonly string[] {
  try {
    return Object.keys(target);
  } catch {
    return [];
  }
}

// Assigning to `__proto__` would change the prototype instead.
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
