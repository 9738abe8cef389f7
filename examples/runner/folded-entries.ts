import { nameStop, stopOf } from './guard-decision.js';
import type { CallEntry, Entry } from './transcript.js';

/** Of a row of calls that are nearly the same, these are shown at its beginning; the last one is shown too. */
const SHOWN_AT_FIRST = 3;
/** Part of their words that two calls must share to be nearly the same. */
const LIKENESS = 0.6;

/** Where entries go, and in place of calls that are left out, their number. */
export interface EntrySink {
  entry(entry: Entry): void;
  /** @param count calls that were left out, from 1 */
  leftOut(tool: string, count: number): void;
}

/**
 * Passes entries on, but of a long row of nearly equal calls only the first and the last: calls of one tool, one after the
 * other, with arguments that are much the same and with the same kind of outcome. What a reply has cost is always shown, and
 * ends no row.
 */
export class FoldedEntries {
  readonly #sink: EntrySink;
  #latest: CallEntry | undefined;
  #length = 0;

  constructor(sink: EntrySink) {
    this.#sink = sink;
  }

  add(entry: Entry): void {
    if (entry.kind === 'spent') return this.#sink.entry(entry);
    const goesOn = entry.kind === 'call' && this.#latest !== undefined && areAlike(entry, this.#latest);
    if (!goesOn) this.end();
    this.#latest = entry.kind === 'call' ? entry : undefined;
    this.#length++;
    if (this.#length <= SHOWN_AT_FIRST) this.#sink.entry(entry);
  }

  /** Ends the row that is under way: what was held back is passed on. */
  end(): void {
    const last = this.#latest;
    const leftOut = this.#length - SHOWN_AT_FIRST - 1;
    if (last !== undefined && leftOut > 0) this.#sink.leftOut(last.tool, leftOut);
    if (last !== undefined && leftOut >= 0) this.#sink.entry(last);
    this.#latest = undefined;
    this.#length = 0;
  }
}

function areAlike(one: CallEntry, other: CallEntry): boolean {
  return one.tool === other.tool && outcomeOf(one) === outcomeOf(other) && likeness(one.args, other.args) >= LIKENESS;
}

function outcomeOf(call: CallEntry): string {
  const stop = stopOf(call);
  if (stop !== undefined) return nameStop(stop);
  return call.result.ok ? 'ok' : call.result.refusal.code;
}

/** Of two texts the share of words that both have (Dice's coefficient), from 0 to 1. */
function likeness(one: string, other: string): number {
  const [words, otherWords] = [wordsOf(one), wordsOf(other)];
  const common = [...words].filter((word) => otherWords.has(word));
  return (2 * common.length) / (words.size + otherWords.size);
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? ['']);
}
