import type { Trace } from '../trace/trace.js';

/** Where a value stands in what a call returned when it was recorded. */
export interface SeenIn {
  /** Place of the call in the trace, from 0. */
  readonly call: number;
  /** Where in its result, such as `bills[0].note`; empty where the result is one text. */
  readonly path: string;
}

/** Parts of results that are looked at for one trace; behind them nothing is found. */
const MAX_PARTS = 200_000;
const MAX_CHARACTERS = 20_000_000;
const MAX_DEPTH = 100;
const MAX_PATH = 200;
/** A longer value is a text, not a name. */
const MAX_VALUE = 1000;
/** A shorter one occurs in texts by chance, so it must be all of one. */
const MIN_PART = 3;

/**
 * Finds values in the results that a trace recorded: not what proves them, but where an agent may have read them. The work for one
 * trace is bounded, however many values are looked for.
 */
export class SeenValues {
  readonly #calls: Trace['calls'];
  /** Of each value where it was found first, or how many calls it is not in. */
  readonly #known = new Map<string, SeenIn | number>();
  #parts = 0;
  #characters = 0;

  constructor({ calls }: Trace) {
    this.#calls = calls;
  }

  /** Where the value stands first, in the results of the calls before this one. */
  before(call: number, value: string): SeenIn | undefined {
    if (value === '' || value.length > MAX_VALUE) return undefined;
    const known = this.#known.get(value) ?? 0;
    if (typeof known === 'object') return known.call < call ? known : undefined;
    for (let index = known; index < call; index++) {
      const path = this.#search(this.#calls[index]?.result, value, 0);
      if (path === undefined) continue;
      const seen = { call: index, path: path.slice(0, MAX_PATH) };
      this.#known.set(value, seen);
      return seen;
    }
    this.#known.set(value, Math.max(known, call));
    return undefined;
  }

  #search(part: unknown, value: string, depth: number): string | undefined {
    if (++this.#parts > MAX_PARTS || this.#characters > MAX_CHARACTERS || depth > MAX_DEPTH) return undefined;
    if (typeof part === 'string') {
      this.#characters += part.length;
      return holds(part, value) ? '' : undefined;
    }
    if (typeof part !== 'object' || part === null) return String(part) === value ? '' : undefined;
    if (Array.isArray(part)) {
      for (const [index, entry] of part.entries()) {
        const rest = this.#search(entry, value, depth + 1);
        if (rest !== undefined) return joined(`[${index}]`, rest);
      }
      return undefined;
    }
    for (const [name, entry] of Object.entries(part)) {
      if (name === value) return stepOf(name);
      const rest = this.#search(entry, value, depth + 1);
      if (rest !== undefined) return joined(stepOf(name), rest);
    }
    return undefined;
  }
}

function joined(step: string, rest: string): string {
  return rest === '' || rest.startsWith('[') ? `${step}${rest}` : `${step}.${rest}`;
}

function stepOf(name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(name) ? name : `[${JSON.stringify(name)}]`;
}

const WORD = /[\p{L}\p{N}]/u;

/** Whether the value is a word, or several, of a text: `ORD-7` is none of `ORD-77`. */
function holds(text: string, value: string): boolean {
  if (text === value) return true;
  if (value.length < MIN_PART) return false;
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1)) {
    if (!WORD.test(text.charAt(at - 1)) && !WORD.test(text.charAt(at + value.length))) return true;
  }
  return false;
}
