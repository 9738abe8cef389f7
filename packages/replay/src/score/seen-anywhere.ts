import type { ReplayTool } from '../replay/tool-names.js';
import type { Trace } from '../trace/trace.js';

/** Values of fewer characters occur by chance. */
const MIN_LENGTH = 3;
/** Numbers of fewer digits are amounts and counts, which nobody expects to have been seen. */
const MIN_DIGITS = 6;
const DATE_OR_TIME = /^(?:\d{4}-\d{1,2}(?:-\d{1,2})?(?:T.*)?|\d{1,2}:\d{2}(?::\d{2})?)$/;
const AMOUNT = /^[-+]?[\d.,]*[.,]\d{1,2}$/;
const URL_START = /^(?:https?:\/\/)?(?:www\.)?/;

/**
 * Refuses a call of a guarded tool where an argument that names something occurs neither in what the user said nor in anything
 * that a tool returned before. It is what many take for a check against made-up values, and it trusts whoever wrote what was
 * read. Names something: a word with letters, or a number of six digits or more. Not looked at: texts of several words, dates,
 * times, amounts. Capitals, `https://`, `www.` and a slash at the end do not matter.
 */
export function allowSeenAnywhere(trace: Trace, tools: ReadonlyMap<string, ReplayTool>): (call: number) => boolean {
  const denied = new Set<number>();
  const seen = new SeenText();
  const turns = [...trace.userTurns].sort((a, b) => a.at - b.at);
  let turn = 0;
  for (const [index, call] of trace.calls.entries()) {
    for (; turn < turns.length && (turns[turn]?.at ?? 0) <= index; turn++) seen.add(turns[turn]?.text);
    if (tools.get(call.tool)?.isGuarded === true && !namesIn(call.args).every((name) => seen.has(name)))
      denied.add(index);
    seen.add(call.result);
  }
  return (index) => denied.has(index);
}

/** All that was said and returned so far. What no call asks for is never written out, and nothing is searched twice. */
class SeenText {
  readonly #texts: string[] = [];
  #unread: unknown[] = [];
  /** Of each name the texts that were searched for it, or that it was found. */
  readonly #searched = new Map<string, number>();

  add(value: unknown): void {
    if (value !== undefined) this.#unread.push(value);
  }

  has(name: string): boolean {
    for (const value of this.#unread) {
      this.#texts.push(textIn(value).toLowerCase());
    }
    this.#unread = [];
    let place = this.#searched.get(name) ?? 0;
    while (place < this.#texts.length && !this.#texts[place]?.includes(name)) place++;
    const isFound = place < this.#texts.length;
    this.#searched.set(name, isFound ? place : this.#texts.length);
    return isFound;
  }
}

// As JSON, but for what JSON escapes: a path with backslashes has been seen as it is.
function textIn(value: unknown): string {
  if (typeof value === 'string') return value;
  const text = JSON.stringify(value);
  return text.includes('\\') ? `${text}\n${stringsIn(value).join('\n')}` : text;
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [name, ...stringsIn(part)]);
}

function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return nameIn(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? nameIn(String(value)) : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(namesIn);
}

function nameIn(value: string): string[] {
  if (value.length < MIN_LENGTH || /\s/.test(value) || DATE_OR_TIME.test(value) || AMOUNT.test(value)) return [];
  if (!/\p{L}/u.test(value) && value.replace(/\D/g, '').length < MIN_DIGITS) return [];
  const name = value.toLowerCase().replace(URL_START, '').replace(/\/+$/, '');
  return name === '' ? [] : [name];
}
