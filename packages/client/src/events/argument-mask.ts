import { isActGuardError } from '@actguard/core';

const MASK = '[argument]';
const MAX_VALUES = 500;
const MAX_DEPTH = 8;

/**
 * A message about a call without the values of its arguments. What our own errors quote came from a model or a tool, so the
 * quoted parts go too: they may be cut, or spelled in another way than the argument.
 */
export function withoutArguments(message: string, args: unknown, error: unknown): string {
  let text = isActGuardError(error) ? message.replace(/"(?:[^"\\]|\\.)*"/g, '"…"') : message;
  for (const value of scalarsIn(args)) {
    const spellings = new Set([value, JSON.stringify(value).slice(1, -1)]);
    for (const spelling of spellings) text = masked(text, spelling);
  }
  return text;
}

// Only whole words: the argument "a" is not in "at".
function masked(text: string, value: string): string {
  let clean = '';
  let from = 0;
  for (;;) {
    const at = text.indexOf(value, from);
    if (at === -1) return clean + text.slice(from);
    const end = at + value.length;
    const isWhole = !(isWord(text[at - 1]) && isWord(value[0])) && !(isWord(text[end]) && isWord(value.at(-1)));
    clean += text.slice(from, at) + (isWhole ? MASK : value);
    from = end;
  }
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_]/u.test(character);
}

/** Texts and numbers in arguments, the longest first: the whole must not be hidden by its parts. */
function scalarsIn(args: unknown): string[] {
  const found = new Set<string>();
  collect(args, 0, found);
  return [...found].sort((a, b) => b.length - a.length);
}

function collect(value: unknown, depth: number, found: Set<string>): void {
  if (found.size >= MAX_VALUES || depth > MAX_DEPTH) return;
  if (typeof value === 'string' && value.trim() !== '') found.add(value);
  else if (typeof value === 'number' || typeof value === 'bigint') found.add(String(value));
  else if (Array.isArray(value)) for (const each of value) collect(each, depth + 1, found);
  else if (typeof value === 'object' && value !== null)
    for (const each of Object.values(value)) collect(each, depth + 1, found);
}
