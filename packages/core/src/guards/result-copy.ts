const MAX_DEPTH = 32;
const hasOwn = Object.prototype.hasOwnProperty;

/** A copy of a result, or `undefined` where it cannot be copied (functions, streams, responses). */
export function copyResult(value: unknown): { readonly value: unknown } | undefined {
  try {
    return { value: copyOf(value, 0) };
  } catch {
    return structuredCopy(value);
  }
}

// Copies plain data by hand, which costs a fraction of structuredClone; throws at anything else.
function copyOf(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('not data');
    return value;
  }
  if (depth === MAX_DEPTH) throw new TypeError('deep or circular');
  if (Array.isArray(value)) return value.map((each) => copyOf(each, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('not plain');
  // Engines copy an object at once much faster than its properties one by one.
  const copy: Record<string, unknown> = { ...value };
  for (const name in copy) {
    const part = copy[name];
    if (name === '__proto__') throw new TypeError('needs care');
    if (typeof part === 'string' || typeof part === 'number') continue;
    if (hasOwn.call(copy, name)) copy[name] = copyOf(part, depth + 1);
  }
  return copy;
}

function structuredCopy(value: unknown): { readonly value: unknown } | undefined {
  try {
    return { value: structuredClone(value) };
  } catch {
    return undefined;
  }
}
