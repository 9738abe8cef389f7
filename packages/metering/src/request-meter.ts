import { CALL } from './counting-fetch.js';
import { fieldsOf, isJsonBody, untouched } from './json-body.js';
import { MeteredCall } from './metered-call.js';
import type { Metering } from './metering.js';
import type { StreamEnd } from './observe-iterator.js';
import { observeResponse } from './observe-response.js';
import { isSdkStream, observeStream } from './observe-stream.js';
import type { Operation, RequestBody } from './operation.js';
import { requestPath } from './request-path.js';

/** Options of one request, as far as they matter here. */
interface RequestOptions {
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly stream?: boolean;
  readonly maxRetries?: number;
  readonly fetchOptions?: object;
  readonly signal?: AbortSignal | null;
}

/** The promise that the SDK gives for a request. */
export interface ApiPromise extends Promise<unknown> {
  readonly responsePromise?: Promise<unknown>;
  asResponse(): Promise<Response>;
  parse(): Promise<unknown>;
  _thenUnwrap(transform: (data: unknown, props: unknown) => unknown): ApiPromise;
  /** Only in Anthropic's: what is sent and answered, for helpers that read the answer by themselves. */
  _responseProps?(): Promise<{ readonly response: Response }>;
}

/** The options of a request, as the SDK hands them on. */
export type GivenOptions = RequestOptions | Promise<RequestOptions>;

/** One request: metered where it is billed. */
export class RequestMeter {
  readonly #metering: Metering;
  readonly #operationOf: (path: string) => Operation | undefined;
  readonly #maxRetries: number;
  #call: MeteredCall | undefined;
  #signal: AbortSignal | undefined;
  #isAnswered = false;

  constructor(metering: Metering, operationOf: (path: string) => Operation | undefined, maxRetries: number) {
    this.#metering = metering;
    this.#operationOf = operationOf;
    this.#maxRetries = maxRetries;
  }

  /** The options to send. Rejecting here sends nothing, and the caller gets the error as it is. */
  async prepare(given: GivenOptions, remaining: number | null): Promise<RequestOptions> {
    const options = await given;
    if (options.method?.toLowerCase() !== 'post' || typeof options.path !== 'string') return options;
    const operation = this.#operationOf(requestPath(options.path));
    if (operation === undefined) return options;
    this.#signal = options.signal ?? undefined;
    const attempts = 1 + Math.max(0, remaining ?? options.maxRetries ?? this.#maxRetries);
    const { body } = options;
    const isJson = isJsonBody(body);
    const asked = isJson
      ? MeteredCall.admit(this.#metering, operation, body, isStreamed(options, body), attempts, true)
      : MeteredCall.admit(this.#metering, untouched(operation), fieldsOf(body), false, attempts);
    const call = asked instanceof MeteredCall ? asked : await asked;
    this.#call = call;
    const sent = isJson ? call.body : body;
    return { ...options, body: sent, fetchOptions: { ...options.fetchOptions, [CALL]: call } };
  }

  /** The promise for the caller. */
  watch(promise: ApiPromise): ApiPromise {
    // Asking for the response may count as having taken it without its body.
    (promise.responsePromise ?? promise.asResponse()).then(
      () => {
        this.#isAnswered = true;
      },
      (error: unknown) => this.#call?.failed(error, false),
    );
    return this.#observed(promise, false);
  }

  /**
   * Looks at whatever the promise is asked for: data, response, or a promise that a helper of the SDK derives from it. In place, as
   * another promise of the SDK would cost as much as all else here.
   *
   * @param isSeen its data was looked at before it was transformed
   */
  #observed(promise: ApiPromise, isSeen: boolean): ApiPromise {
    const { asResponse, _thenUnwrap, parse, _responseProps } = promise;
    const seen = isSeen ? undefined : (data: unknown): unknown => this.#seen(data);
    promise._thenUnwrap = (transform) =>
      this.#observed(
        _thenUnwrap.call(promise, seen === undefined ? transform : (data, props) => transform(seen(data), props)),
        true,
      );
    promise.asResponse = async () => this.#observedResponse(await asResponse.call(promise));
    if (_responseProps !== undefined)
      promise._responseProps = async () => {
        const props = await _responseProps.call(promise);
        return { ...props, response: this.#observedResponse(props.response) };
      };
    let parsed: Promise<unknown> | undefined;
    promise.parse = () => {
      parsed ??= parse.call(promise).then(seen, (error: unknown) => this.#failed(error));
      return parsed;
    };
    return promise;
  }

  // A body that breaks off is billed, though nobody sees any data.
  #failed(error: unknown): never {
    if (this.#isAnswered) this.#call?.failed(error, true);
    throw error;
  }

  #observedResponse(response: Response): Response {
    const call = this.#call;
    if (call === undefined || response.bodyUsed || response.body?.locked) return response;
    const signal = this.#signal;
    const aborted = (): void => end({ how: 'left' });
    const end = (how: StreamEnd): void => {
      signal?.removeEventListener('abort', aborted);
      call.ended(how);
    };
    // Also where nobody reads: then no error would tell.
    signal?.addEventListener('abort', aborted, { once: true });
    return observeResponse(response, (data) => void call.see(data), end);
  }

  #seen(data: unknown): unknown {
    const call = this.#call;
    if (call === undefined) return data;
    if (data instanceof Response) return this.#observedResponse(data);
    if (isSdkStream(data)) observeStream(data, call);
    else call.answered(data);
    return data;
  }
}

function isStreamed(options: RequestOptions, body: RequestBody): boolean {
  return options.stream === true || body['stream'] === true;
}
