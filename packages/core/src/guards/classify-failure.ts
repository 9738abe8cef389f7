import type { FailureKind } from './failure-kind.js';
import {
  awsKind,
  codeKind,
  type FailureVerdict,
  grpcKind,
  httpKind,
  providerKind,
  sqlStateKind,
} from './failure-tables.js';

/** How far a chain of causes is followed. It also ends cycles. */
const MAX_CAUSES = 8;

/** The key that every ActGuard error has, of whichever copy of the package. */
const OWN_ERROR = Symbol.for('actguard.error');

/**
 * Says what a thrown value means for the dependency that was called.
 *
 * Looks at the error and up to seven of its causes (of an `AggregateError` also the first of its `errors`). In order:
 * 1. an explicit code anywhere in the chain, outermost first: ActGuard's own errors, aborts and time-outs, Node, undici,
 *    TLS, PostgreSQL, gRPC, AWS, an exhausted quota;
 * 2. an HTTP status: `status`, `statusCode`, `response.status`, `$metadata.httpStatusCode`;
 * 3. the error type in a provider's body, the connection error of a provider's SDK, a bare `fetch failed`.
 *
 * Text is never searched, so what a remote side writes into a message changes nothing.
 *
 * @returns `'refusal'` for an error of ActGuard itself (of a nested call, say), `'aborted'` for a cancellation by the
 * caller, `'unknown'` where nothing is known. None of the three should count for or against the dependency. Never throws.
 */
export function classifyError(error: unknown): FailureVerdict {
  let status: FailureVerdict | undefined;
  let hint: FailureVerdict | undefined;
  let current = error;
  for (let seen = 0; seen < MAX_CAUSES && isObject(current); seen++) {
    const own = ownKind(current);
    if (own !== undefined) return own;
    if (!isOwn(current)) {
      const explicit = explicitKind(current);
      if (explicit !== undefined) return explicit;
      status ??= statusKind(current);
      hint ??= hintKind(current);
    }
    current = causeOf(current);
  }
  return status ?? hint ?? 'unknown';
}

/**
 * Says whether a *returned* value is a failure of the dependency: a `Response` (or what looks like one: a boolean `ok` and
 * an integer `status`), or anything with an integer `statusCode`, from 400 on.
 *
 * @returns its kind, or undefined for a success, which every other value is. Never throws.
 */
export function classifyResult(result: unknown): FailureKind | undefined {
  if (!isObject(result)) return undefined;
  const isResponse = typeof read(result, 'ok') === 'boolean';
  return (isResponse ? httpKind(read(result, 'status')) : undefined) ?? httpKind(read(result, 'statusCode'));
}

function isOwn(error: object): boolean {
  return read(error, OWN_ERROR) !== undefined;
}

// An error of ours is about this call, not about the dependency, except that a tool ran out of time or failed: what a
// `tool.*` error wraps is the dependency's own error.
function ownKind(error: object): FailureVerdict | undefined {
  if (!isOwn(error)) return undefined;
  const code = read(error, 'code');
  if (typeof code !== 'string') return undefined;
  if (code === 'tool.timeout') return 'timeout';
  return code.startsWith('tool.') ? undefined : 'refusal';
}

function explicitKind(error: object): FailureVerdict | undefined {
  if (isNamed(error, 'TimeoutError') || isNamed(error, 'APIConnectionTimeoutError')) return 'timeout';
  const code = read(error, 'code');
  const kind =
    isNamed(error, 'AbortError') || isNamed(error, 'APIUserAbortError')
      ? 'aborted'
      : (postgresKind(error, code) ?? codeKind(code) ?? grpcErrorKind(error, code) ?? awsErrorKind(error));
  if (kind === 'aborted' && isTimeout(causeOf(error))) return 'timeout';
  return kind ?? quotaKind(error);
}

// A signal that aborted because its time was up: the abort is only how the time-out was delivered.
function isTimeout(reason: unknown): boolean {
  let current = reason;
  for (let seen = 0; seen < MAX_CAUSES && isObject(current); seen++) {
    if (isNamed(current, 'TimeoutError') || ownKind(current) === 'timeout') return true;
    current = causeOf(current);
  }
  return false;
}

// Five characters are no proof (`EPIPE` has five): a server error also says how severe it is, or where it was raised.
function postgresKind(error: object, code: unknown): FailureKind | undefined {
  if (typeof read(error, 'severity') !== 'string' && typeof read(error, 'routine') !== 'string') return undefined;
  return sqlStateKind(code);
}

// Small numbers are codes of many things; grpc-js always adds these two.
function grpcErrorKind(error: object, code: unknown): FailureVerdict | undefined {
  if (typeof code !== 'number' || typeof read(error, 'details') !== 'string') return undefined;
  return isObject(read(error, 'metadata')) ? grpcKind(code) : undefined;
}

function awsErrorKind(error: object): FailureVerdict | undefined {
  const retryable = read(error, '$retryable');
  if (isObject(retryable) && read(retryable, 'throttling') === true) return 'throttled';
  const isAws = isObject(read(error, '$metadata')) || typeof read(error, '$fault') === 'string';
  return isAws ? awsKind(read(error, 'name')) : undefined;
}

// OpenAI answers 429 for a used-up quota as well. Waiting does not fill it, so it must not look like throttling.
function quotaKind(error: object): FailureVerdict | undefined {
  const body = read(error, 'error');
  const says = (holder: object, key: string) => read(holder, key) === 'insufficient_quota';
  return says(error, 'type') || (isObject(body) && (says(body, 'code') || says(body, 'type'))) ? 'invalid' : undefined;
}

function statusKind(error: object): FailureKind | undefined {
  const response = read(error, 'response');
  const metadata = read(error, '$metadata');
  return (
    httpKind(read(error, 'status')) ??
    httpKind(read(error, 'statusCode')) ??
    (isObject(response) ? (httpKind(read(response, 'status')) ?? httpKind(read(response, 'statusCode'))) : undefined) ??
    (isObject(metadata) ? httpKind(read(metadata, 'httpStatusCode')) : undefined)
  );
}

function hintKind(error: object): FailureVerdict | undefined {
  const type = providerBodyKind(error);
  if (type !== undefined) return type;
  if (isNamed(error, 'APIConnectionError')) return 'transport';
  return isBareFetchFailure(error) ? 'transport' : undefined;
}

// An event of an SSE stream that failed midway has no status, only a body: `error`, `error.error` or the error itself.
function providerBodyKind(error: object): FailureVerdict | undefined {
  let holder: unknown = error;
  for (let depth = 0; depth < 3 && isObject(holder); depth++) {
    const kind = providerKind(read(holder, 'type')) ?? providerKind(read(holder, 'code'));
    if (kind !== undefined) return kind;
    holder = read(holder, 'error');
  }
  return undefined;
}

// undici marks its two fetch errors by nothing but these messages. `fetch failed` also stands for a forbidden port or an
// unknown scheme, with a cause that has no code, so there it needs to be alone; `terminated` is always a lost connection.
function isBareFetchFailure(error: object): boolean {
  if (read(error, 'name') !== 'TypeError') return false;
  const message = read(error, 'message');
  return message === 'terminated' || (message === 'fetch failed' && !isObject(causeOf(error)));
}

function causeOf(error: object): unknown {
  const cause = read(error, 'cause');
  if (isObject(cause) || read(error, 'name') !== 'AggregateError') return cause;
  const errors = read(error, 'errors');
  return isObject(errors) ? read(errors, 0) : undefined;
}

// The OpenAI SDK leaves `name` at "Error", so the class counts too.
function isNamed(error: object, name: string): boolean {
  if (read(error, 'name') === name) return true;
  const errorClass = read(error, 'constructor');
  return isObject(errorClass) && read(errorClass, 'name') === name;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

// What a tool throws or returns may be a proxy, or have getters that throw.
function read(target: object, key: PropertyKey): unknown {
  try {
    return (target as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}
