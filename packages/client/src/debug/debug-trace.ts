import type { TransportFailure } from '../http/failure.js';
import type { Redactor } from '../redaction/redactor.js';
import type { TextOutput } from '../text-output.js';

/** One attempt, as a trace names it. */
export interface TracedAttempt {
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  /** From 1. */
  readonly attempt: number;
  readonly attempts: number;
  readonly timeoutMs: number;
}

const MAX_BODY = 4000;

/** Prints requests and answers for people, without secrets. Headers are never printed. */
export class DebugTrace {
  readonly #output: TextOutput;
  readonly #redactor: Redactor;
  readonly #isColored: boolean;

  constructor(redactor: Redactor, output: TextOutput = process.stderr, environment: NodeJS.ProcessEnv = process.env) {
    this.#output = output;
    this.#redactor = redactor;
    this.#isColored = output.isTTY === true && environment['NO_COLOR'] === undefined;
  }

  /** A request goes out. */
  request(attempt: TracedAttempt, body: string | undefined): void {
    this.#line(attempt, 'request', `timeout=${Math.round(attempt.timeoutMs)}ms`);
    if (body !== undefined) this.#line(attempt, 'request-body', this.#json(body));
  }

  /** An answer came. */
  response(attempt: TracedAttempt, status: number, durationMs: number, body: unknown): void {
    this.#line(attempt, 'response', `status=${status} duration_ms=${Math.round(durationMs)}`);
    if (body !== undefined) this.#line(attempt, 'response-body', this.#data(body));
  }

  /** No usable answer came. */
  error(attempt: TracedAttempt, failure: TransportFailure, durationMs: number): void {
    const status = failure.status === undefined ? '' : `status=${failure.status} `;
    const what = `${status}duration_ms=${Math.round(durationMs)} kind=${failure.kind} ${failure.summary}`;
    this.#line(attempt, 'error', what);
    if (failure.body !== undefined) this.#line(attempt, 'response-body', this.#data(failure.body));
  }

  #line({ operation, method, url, attempt, attempts }: TracedAttempt, what: string, text: string): void {
    const line = `${operation} ${what} attempt=${attempt}/${attempts} ${method} ${url} ${this.#redactor.text(text)}`;
    const oneLine = line.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
    try {
      this.#output.write(this.#isColored ? `\u001B[36m[actguard]\u001B[0m ${oneLine}\n` : `[actguard] ${oneLine}\n`);
    } catch {
      // A closed stderr must not stop anything.
    }
  }

  #json(body: string): string {
    try {
      return this.#data(JSON.parse(body));
    } catch {
      return `${Buffer.byteLength(body)} bytes`;
    }
  }

  #data(value: unknown): string {
    const text = JSON.stringify(sorted(this.#redactor.data(value))) ?? 'nothing';
    return text.length > MAX_BODY ? `${text.slice(0, MAX_BODY)}… (${text.length} characters)` : text;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted((value as Record<string, unknown>)[name])]));
}
