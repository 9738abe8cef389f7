import { printable } from '../report/terminal-text.js';
import type { CallChange } from './call-change.js';

const MAX_VALUE = 60;
const MAX_ARGS = 90;

/** What a changed call was about: the argument that the guard looked at, or all of them where it names none. */
export function shownArgument({ before, after, args }: Pick<CallChange, 'before' | 'after' | 'args'>): string {
  const path = after?.arg ?? before?.arg;
  const value = path === undefined ? undefined : valueAt(args, path);
  if (path === undefined || value === undefined) return printable(textOf(args), MAX_ARGS);
  return `${printable(path, MAX_VALUE)} = ${printable(textOf(value), MAX_VALUE)}`;
}

// `a.b`, `a[].b`, `a[0].b`, `a.0.b`: a list is shown as a whole.
function valueAt(args: unknown, path: string): unknown {
  let value = args;
  for (const step of path.split(/[.[]/)) {
    if (Array.isArray(value)) return value;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'what cannot be shown';
  }
}
