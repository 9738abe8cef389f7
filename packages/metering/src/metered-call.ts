import {
  admitModelCall,
  currentRun,
  type ModelCall,
  type ModelCallReport,
  type TokenUsage,
  tokenUsage,
} from '@actguard/core';
import { BoundedRequest } from './bounded-request.js';
import type { Metering } from './metering.js';
import type { StreamEnd } from './observe-iterator.js';
import type { AnswerReader, Operation, RequestBody } from './operation.js';

/** Errors of a connection that was never made: nothing reached the provider. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** About so many characters of output are a token: an estimate for what was cut off. */
const CHARACTERS_PER_TOKEN = 3;

/** What the provider told of a call. */
type Said = Pick<ModelCallReport, 'usage' | 'responseModel' | 'webSearches'>;

/** One billed call, from the question whether it may be sent to its settlement: once, however it ends. */
export class MeteredCall {
  readonly #call: ModelCall;
  readonly #body: RequestBody;
  readonly #request: BoundedRequest;
  readonly #reader: AnswerReader;
  readonly #attempts: number;
  /** Attempts of which it is not known whether they were billed. */
  #unreported = 0;
  /** The last attempt was answered with success. */
  #isAnswered = false;

  private constructor(
    call: ModelCall,
    request: BoundedRequest,
    body: RequestBody,
    reader: AnswerReader,
    attempts: number,
  ) {
    this.#call = call;
    this.#request = request;
    this.#body = body;
    this.#reader = reader;
    this.#attempts = attempts;
  }

  /**
   * Asks the budgets around the caller. Answers and throws at once, unless a shared budget or a gateway has to be awaited.
   *
   * @param attempts how often the SDK may send it: the first time and its retries
   * @param isShared the caller can still change parts of the body: where its bound is held, a copy is bounded and sent
   * @throws {BudgetExceededError} and what else `admitModelCall` throws
   */
  static admit(
    { provider, options, prices, defaultPrices }: Metering,
    operation: Operation,
    body: RequestBody,
    isStream: boolean,
    attempts: number,
    isShared = false,
  ): MeteredCall | Promise<MeteredCall> {
    const request = new BoundedRequest(operation, body, isShared);
    const admitted = admitModelCall({
      provider,
      model: operation.model(body),
      operation: operation.name,
      bound: () => ({
        defaultOutputTokens: options.defaultOutputTokens,
        ...request.bound(),
        attempts,
      }),
      budget: options.budget,
      outside: options.outside,
      prices,
      defaultPrices,
    });
    const made = (call: ModelCall): MeteredCall => {
      request.admitted();
      const capped =
        call.outputCap === undefined ? request.body : operation.withOutputCap(request.body, call.outputCap);
      // Nobody counts outside a run, so there the request stays as it is.
      const isCounted = isStream && (options.budget !== undefined || isInRun());
      const told = isCounted ? operation.withStreamUsage?.(capped) : undefined;
      return new MeteredCall(call, request, told ?? capped, operation.reader(told !== undefined, body), attempts);
    };
    return 'then' in admitted ? Promise.resolve(admitted).then(made) : made(admitted);
  }

  /** The request as it may be sent. */
  get body(): RequestBody {
    return this.#body;
  }

  /** An attempt is sent. One before it that was answered was given up while its body came, and is billed as well. */
  attemptStarted(): void {
    if (this.#isAnswered) this.#unreported++;
    this.#isAnswered = false;
  }

  /** An attempt was answered; what was refused with an HTTP error is not billed. */
  attemptAnswered(isSuccess: boolean): void {
    this.#isAnswered = isSuccess;
  }

  /** An attempt was not answered: what became of it at the provider is not known, unless it never got there. */
  attemptFailed(error: unknown): void {
    if (!wasNeverSent(error)) this.#unreported++;
  }

  /** Looks at an answer or at an event of one; `false` hides it. */
  see(data: unknown): boolean {
    try {
      return this.#reader.read(data);
    } catch {
      // What cannot be read says nothing; the caller gets it as it is.
      return true;
    }
  }

  /** The whole answer was seen. */
  answered(data: unknown): void {
    this.see(data);
    this.#settle('success');
  }

  /** A stream is over. */
  ended(end: StreamEnd): void {
    if (end.how === 'error') return this.failed(end.error, true);
    this.#settle(end.how === 'end' || this.#reader.isFinal ? 'success' : 'aborted');
  }

  /**
   * The call failed.
   *
   * @param wasAnswered the provider had begun to answer, so it bills what it has made
   */
  failed(error: unknown, wasAnswered: boolean): void {
    if (wasAnswered) return this.#settle(isAbort(error) ? 'aborted' : 'failed');
    this.#report(isAbort(error) ? 'aborted' : 'failed', 0);
  }

  #settle(outcome: ModelCallReport['outcome']): void {
    const { usage, isFinal, isFailed, model: responseModel, webSearches } = this.#reader;
    const isKnown = usage !== undefined && isFinal;
    const said = { usage: isKnown ? usage : undefined, responseModel, webSearches };
    this.#report(isFailed ? 'failed' : outcome, isKnown ? 0 : 1, said);
  }

  #report(outcome: ModelCallReport['outcome'], lost: number, said?: Said): void {
    const unreportedAttempts = Math.min(this.#unreported + lost, this.#attempts);
    const { usage, responseModel, webSearches } = said ?? {};
    const report = { outcome, unreportedAttempts, usage, responseModel, webSearches };
    if (unreportedAttempts === 0) return this.#call.settle(report);
    const estimate = (): TokenUsage => this.#estimate();
    this.#call.settle({
      ...report,
      // Looking at a long request is work, and outside a run nobody asks for it.
      get estimate() {
        return estimate();
      },
    });
  }

  // What the provider said so far, or else the bound of the input; and the output that went by.
  #estimate(): TokenUsage {
    const { usage, outputLength } = this.#reader;
    const seen = Math.ceil(outputLength / CHARACTERS_PER_TOKEN);
    if (usage !== undefined) return { ...usage, output: Math.max(usage.output, seen - usage.reasoning) };
    return tokenUsage({ input: this.#request.bound().inputTokens, output: seen });
  }
}

function isInRun(): boolean {
  try {
    currentRun();
    return true;
  } catch {
    return false;
  }
}

function wasNeverSent(error: unknown): boolean {
  for (let each = error, depth = 0; typeof each === 'object' && each !== null && depth < 5; depth++) {
    const { code, cause } = each as { readonly code?: unknown; readonly cause?: unknown };
    if (typeof code === 'string' && NEVER_SENT.has(code)) return true;
    each = cause;
  }
  return false;
}

function isAbort(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name } = error as { readonly name?: unknown };
  return name === 'AbortError' || error.constructor?.name === 'APIUserAbortError';
}
