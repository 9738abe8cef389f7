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
  const copy: Record<string, unknown> = {};
  for (const name in value) {
    if (!hasOwn.call(value, name)) continue;
    if (name === '__proto__') throw new TypeError('needs care');
    const part = (value as Record<string, unknown>)[name];
    copy[name] = typeof part === 'string' || typeof part === 'number' ? part : copyOf(part, depth + 1);
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
