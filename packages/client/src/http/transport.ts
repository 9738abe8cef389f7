import type { SchedulingClock } from '@actguard/core';
import ky from 'ky';
import type { DebugTrace, TracedAttempt } from '../debug/debug-trace.js';
import { type Backoff, backoffMs } from './backoff.js';
import { boundedText, OversizeBody } from './bounded-body.js';
import { isWorthRepeating, kindOfThrown, summaryOfThrown, type TransportFailure } from './failure.js';
import { retryAfterMs } from './retry-after.js';

/** One question to the gateway. */
export interface TransportRequest {
  /** What it is for, in traces: `reserve`, `settle`, `cu-tariff`, `events`. */
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  /** Below the address of the gateway. */
  readonly path: string;
  /** JSON; absent for a GET. */
  readonly body?: string;
  /** Names what a POST does: however often it is sent, it is done once. */
  readonly idempotencyKey?: string;
  /** Sends the key of the client along. */
  readonly isAuthorized: boolean;
  /** Attempts after the first one. */
  readonly maxRetries: number;
  /** For all attempts together, headers, bodies and waits included. */
  readonly deadlineMs?: number;
  /** For one attempt. */
  readonly attemptMs?: number;
  /** Longest wait that the server may ask for. @default as long as the deadline allows */
  readonly maxRetryAfterMs?: number;
  /** Whether the answer is not read: any 2xx will do. @default false */
  readonly ignoresBody?: boolean;
  /** Gives up. */
  readonly signal?: AbortSignal;
  /** Whether the process stays alive for a wait between attempts. @default true */
  readonly keepsAlive?: boolean;
  /** Hears of each failure that another attempt follows. */
  readonly onRetry?: (failure: TransportFailure) => void;
  /** Gets a function for each wait between attempts, which ends that wait at once. */
  readonly waits?: Set<() => void>;
}

/** What came of a question. */
export type TransportResult =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  | { readonly ok: false; readonly failure: TransportFailure };

/** What a transport needs. */
export interface TransportOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly clock: SchedulingClock;
  readonly backoff: Backoff;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly trace: DebugTrace | undefined;
}

/** Longest answer that is read. */
const MAX_BODY_BYTES = 2_000_000;

/** Asks one gateway over HTTP. Failures are returned, never thrown. */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Asks until there is an answer, or nothing is left to try. */
  async send(request: TransportRequest): Promise<TransportResult> {
    const { clock, backoff } = this.#options;
    const endsAt = clock.now() + (request.deadlineMs ?? Number.POSITIVE_INFINITY);
    for (let attempt = 0; ; attempt++) {
      const result = await this.#attempt(request, attempt, endsAt - clock.now());
      if (result.ok || attempt >= request.maxRetries || request.signal?.aborted) return result;
      if (!isWorthRepeating(result.failure)) return result;
      const wait = waitBefore(result.failure, backoffMs(backoff, attempt), request);
      // A wait that would use up the deadline ends in nothing.
      if (clock.now() + wait >= endsAt) return result;
      request.onRetry?.(result.failure);
      await this.#wait(wait, request);
      if (request.signal?.aborted) return result;
    }
  }

  async #attempt(request: TransportRequest, attempt: number, leftMs: number): Promise<TransportResult> {
    const { clock, url, trace } = this.#options;
    const timeoutMs = Math.max(1, Math.min(request.attemptMs ?? Number.POSITIVE_INFINITY, leftMs));
    const traced: TracedAttempt = {
      operation: request.operation,
      method: request.method,
      url: `${url}${request.path}`,
      attempt: attempt + 1,
      attempts: request.maxRetries + 1,
      timeoutMs,
    };
    trace?.request(traced, request.body);
    const startedAt = clock.now();
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    request.signal?.addEventListener('abort', abort, { once: true });
    if (request.signal?.aborted) abort();
    let isLate = false;
    let late: () => void = () => {};
    // Raced as well: a body that ignores its signal must not keep the caller.
    const lateness = new Promise<TransportResult>((resolve) => {
      late = () => {
        isLate = true;
        controller.abort();
        resolve(failed('timeout', `no answer within ${Math.round(timeoutMs)} ms`));
      };
    });
    const timer = Number.isFinite(timeoutMs) ? clock.schedule(late, timeoutMs) : undefined;
    const exchange = this.#exchange(request, controller.signal).catch((error: unknown): TransportResult => {
      if (isLate) return failed('timeout', `no answer within ${Math.round(timeoutMs)} ms`);
      if (request.signal?.aborted) return failed('timeout', 'given up');
      if (error instanceof OversizeBody) return failed('response', `the answer has ${error.message}`);
      return { ok: false, failure: { ...failed(kindOfThrown(error), summaryOfThrown(error)).failure, cause: error } };
    });
    try {
      const result = await Promise.race([exchange, lateness]);
      const durationMs = clock.now() - startedAt;
      if (result.ok) trace?.response(traced, result.status, durationMs, request.ignoresBody ? undefined : result.body);
      else trace?.error(traced, result.failure, durationMs);
      return result;
    } finally {
      timer?.cancel();
      request.signal?.removeEventListener('abort', abort);
    }
  }

  async #exchange(request: TransportRequest, signal: AbortSignal): Promise<TransportResult> {
    const { url, apiKey, clock, fetch } = this.#options;
    const response = await ky(`${url}${request.path}`, {
      method: request.method,
      headers: {
        accept: 'application/json',
        'content-type': request.body === undefined ? undefined : 'application/json',
        authorization: request.isAuthorized ? `Bearer ${apiKey}` : undefined,
        'idempotency-key': request.idempotencyKey,
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(fetch === undefined ? {} : { fetch }),
      // Followed, it would carry the key to another host, as a GET.
      redirect: 'manual',
      // One deadline covers attempts, waits and bodies; it is ours.
      retry: 0,
      timeout: false,
      throwHttpErrors: false,
      signal,
    });
    const { status } = response;
    if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
      discard(response);
      return failed('redirect', `HTTP ${status}: redirects are refused`, status);
    }
    if (response.ok && request.ignoresBody) {
      discard(response);
      return { ok: true, status, body: undefined };
    }
    const text = await boundedText(response, MAX_BODY_BYTES);
    const body = jsonOf(text);
    if (!response.ok) {
      const after = retryAfterMs(response.headers.get('retry-after'), clock.wall());
      return failed('http', `HTTP ${status}`, status, body === NO_JSON ? undefined : body, after);
    }
    if (body === NO_JSON) return failed('response', `HTTP ${status} without JSON`, status);
    return { ok: true, status, body };
  }

  #wait(ms: number, { signal, keepsAlive = true, waits }: TransportRequest): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', done);
        waits?.delete(done);
        resolve();
      };
      const timer = this.#options.clock.schedule(done, ms);
      timer.keepAlive(keepsAlive);
      signal?.addEventListener('abort', done, { once: true });
      waits?.add(done);
    });
  }
}

const NO_JSON = Symbol('no JSON');

// An empty answer says as much as an empty object.
function jsonOf(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return NO_JSON;
  }
}

function waitBefore(failure: TransportFailure, ownMs: number, { maxRetryAfterMs }: TransportRequest): number {
  const { retryAfterMs: asked } = failure;
  if (asked === undefined) return ownMs;
  return Math.max(ownMs, Math.min(asked, maxRetryAfterMs ?? asked));
}

function failed(
  kind: TransportFailure['kind'],
  summary: string,
  status?: number,
  body?: unknown,
  retryAfter?: number,
): { readonly ok: false; readonly failure: TransportFailure } {
  return { ok: false, failure: { kind, status, body, summary, retryAfterMs: retryAfter, cause: undefined } };
}

function discard(response: Response): void {
  response.body?.cancel().catch(() => {});
}
