import path from 'node:path';
import type { Trace } from '../trace/trace.js';
import { readAnthropic } from './anthropic.js';
import { readBenchmarkTrace } from './benchmark.js';
import { formatOf, type TraceFormat } from './detect.js';
import { FormatError } from './format-error.js';
import { isDeeperThan, isRecord } from './json-text.js';
import { readOpenAiChat } from './openai-chat.js';
import { readOpenAiResponses } from './openai-responses.js';
import { isSpan, readSpan, spansOf } from './otel-span.js';
import { SpanGroups } from './otel-spans.js';
import { readOwnTrace } from './own-format.js';
import type { TracePlace } from './trace-place.js';

/** What came of a document or line: traces, and what is wrong with it as a sentence. */
export type ReadValue = { readonly trace: Trace } | { readonly problem: string };

/** Where a value stands in its file. */
export interface ValuePlace {
  /** What a sentence about it begins with: `This line`, or `This file`. */
  readonly subject: string;
  /** The line, from 1; `undefined` where the file is one document. */
  readonly line: number | undefined;
}

type SingleFormat = Exclude<TraceFormat, 'list' | 'otel'>;

const READERS: Readonly<Record<SingleFormat, (value: unknown, place: TracePlace) => Trace>> = {
  own: readOwnTrace,
  benchmark: readBenchmarkTrace,
  'openai-chat': readOpenAiChat,
  'openai-responses': readOpenAiResponses,
  anthropic: readAnthropic,
};

/** Deeper values are no data of tools, and would exhaust the stack of whatever walks them. */
const MAX_LEVELS = 200;

/** Reads the documents or lines of one file, whatever format each of them has. */
export class TraceReader {
  readonly #name: string;
  readonly #suite: string;
  readonly #spans: SpanGroups;
  #sawSpans = false;

  constructor(file: string) {
    this.#name = path.basename(file);
    this.#suite = suiteOf(this.#name);
    this.#spans = new SpanGroups(this.#suite);
  }

  *read(value: unknown, place: ValuePlace): Generator<ReadValue, void> {
    const { subject, line } = place;
    const id = line === undefined ? this.#name : `${this.#name}:${line}`;
    if (isDeeperThan(value, MAX_LEVELS)) return yield { problem: tooDeep(subject) };
    const format = formatOf(value);
    if (format !== 'list') return yield* this.#readOne(value, format, subject, id);
    for (const [index, each] of (value as readonly unknown[]).entries()) {
      const number = index + 1;
      const part = `${subject.replace('This', `Element ${number} of this`)}`;
      const partFormat = formatOf(each);
      yield* this.#readOne(each, partFormat === 'list' ? undefined : partFormat, part, `${id}#${number}`);
    }
  }

  /** What could only be put together at the end of the file. */
  *end(): Generator<ReadValue, void> {
    for (const trace of this.#spans.end()) yield { trace };
  }

  /** Why a file that has no problem may have no trace either. */
  get emptiness(): string {
    return this.#sawSpans ? 'This file has spans, but none is an execute_tool span.' : 'This file is empty.';
  }

  *#readOne(
    value: unknown,
    format: Exclude<TraceFormat, 'list'> | undefined,
    subject: string,
    id: string,
  ): Generator<ReadValue, void> {
    if (format === undefined) return yield { problem: `${subject} ${unknownShape(value)}` };
    try {
      if (format === 'otel') return yield* this.#readSpans(value);
      const trace = READERS[format](value, { id, suite: this.#suite });
      // Texts of JSON inside of it have been looked into only now.
      if (
        hasTexts(format) &&
        trace.calls.some(({ args, result }) => isDeeperThan(args, MAX_LEVELS) || isDeeperThan(result, MAX_LEVELS))
      )
        return yield { problem: tooDeep(subject) };
      yield { trace };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      yield { problem: `${subject} ${error.message}.` };
    }
  }

  *#readSpans(value: unknown): Generator<ReadValue, void> {
    this.#sawSpans = true;
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (!isRecord(each)) continue;
      for (const fields of isSpan(each) ? [each] : spansOf(each)) {
        const span = readSpan(fields);
        if (isDeeperThan(span.call, MAX_LEVELS)) yield { problem: 'A span is nested deeper than 200 levels.' };
        else for (const trace of this.#spans.add(span)) yield { trace };
      }
    }
  }
}

function hasTexts(format: SingleFormat): boolean {
  return format !== 'own' && format !== 'benchmark';
}

function tooDeep(subject: string): string {
  return `${subject} is nested deeper than ${MAX_LEVELS} levels.`;
}

function unknownShape(value: unknown): string {
  const isMessage = isRecord(value) && typeof value['role'] === 'string' && 'content' in value;
  return isMessage ? 'is a single message, where a whole conversation belongs.' : 'is no trace of a known format.';
}

/** `support.jsonl.gz` belongs to `support`. */
function suiteOf(name: string): string {
  return name.replace(/(?<=.)(?:\.(?:jsonl|ndjson|json))?(?:\.gz)?$/i, '') || name;
}
