import { MeteredCall, observeIterator, observeResponse, type RequestBody } from '@actguard/metering';
import type { Fetch } from './fetch.js';
import type { GoogleMetering } from './google-metering.js';
import { interactionsFetch } from './interactions-fetch.js';
import { operationOf } from './operations.js';
import { recordOf } from './record.js';
import { unsupported } from './sdk-version.js';

/** The part of the SDK's inner client that the meter stands in for. Every call of the SDK goes through it. */
export interface ApiClient {
  request(request: ApiRequest): Promise<unknown>;
  requestStream(request: ApiRequest): Promise<AsyncIterable<unknown>>;
  getFetch(): Fetch | undefined;
  isVertexAI(): boolean;
}

interface ApiRequest {
  readonly path: string;
  readonly httpMethod: string;
  readonly abortSignal?: AbortSignal;
}

/** Sends a request whose options and body are final, and repeats it where the options say so. */
type ApiCall = (
  url: string,
  init: RequestInit,
  retryOptions: { readonly attempts?: number } | undefined,
  timeout: number | undefined,
  abortSignal: AbortSignal | undefined,
  fetch: Fetch | undefined,
) => Promise<Response>;

/** The methods that are replaced. */
export type ApiMethods = Pick<ApiClient, 'request' | 'requestStream' | 'getFetch'>;

/** Where a client that is metered keeps the methods that it had: whoever meters it again starts from these. */
const ORIGINALS = Symbol.for('actguard.google.originals');

type Marked = ApiClient & { readonly [ORIGINALS]?: ApiMethods };

/** Replaces the methods of an inner client, or of the prototype of all, by metered ones; once. */
export function install(target: ApiClient, from: ApiClient, meteringOf: (api: ApiClient) => GoogleMetering): void {
  if (Object.hasOwn(target, ORIGINALS)) return;
  const originals = (from as Marked)[ORIGINALS] ?? {
    request: from.request,
    requestStream: from.requestStream,
    getFetch: from.getFetch,
  };
  const define = (name: string | symbol, value: unknown): void =>
    void Object.defineProperty(target, name, { value, configurable: true, writable: true });
  define(ORIGINALS, originals);
  define('request', async function (this: ApiClient, request: ApiRequest): Promise<unknown> {
    const exchange = new Exchange(this, meteringOf(this), false);
    const response = await originals.request.call(exchange.client, request);
    exchange.assertSeen(request);
    return response;
  });
  define('requestStream', async function (this: ApiClient, request: ApiRequest): Promise<AsyncIterable<unknown>> {
    const exchange = new Exchange(this, meteringOf(this), true);
    return exchange.stream(request, (sent) => originals.requestStream.call(exchange.client, sent));
  });
  define('getFetch', function (this: ApiClient): Fetch {
    return interactionsFetch(originals.getFetch.call(this), meteringOf(this));
  });
}

/** One request of the SDK, with its retries. */
class Exchange {
  /** The inner client as this one request sees it. */
  readonly client: ApiClient;
  readonly #metering: GoogleMetering;
  readonly #isStream: boolean;
  #call: MeteredCall | undefined;
  #isSeen = false;

  constructor(api: ApiClient, metering: GoogleMetering, isStream: boolean) {
    this.#metering = metering;
    this.#isStream = isStream;
    const { apiCall } = api as unknown as { readonly apiCall: ApiCall };
    const call: ApiCall = (...args) => this.#send(apiCall.bind(api), args);
    this.client = Object.create(api, { apiCall: { value: call } }) as ApiClient;
  }

  /** @throws {UsageError} where a billed request took a way that the meter does not know */
  assertSeen({ path, httpMethod }: ApiRequest): void {
    if (this.#isSeen || httpMethod !== 'POST') return;
    if (operationOf(pathOf(`http://localhost/${path}`), () => ({}), {}) !== undefined)
      throw unsupported('a request was sent in a way that the meter does not see', 'apiCall');
  }

  async stream(
    request: ApiRequest,
    send: (request: ApiRequest) => Promise<AsyncIterable<unknown>>,
  ): Promise<AsyncIterable<unknown>> {
    // The SDK does not close the connection of a stream that its consumer leaves.
    const leaving = new AbortController();
    const abortSignal =
      request.abortSignal === undefined ? leaving.signal : AbortSignal.any([request.abortSignal, leaving.signal]);
    const chunks = await send({ ...request, abortSignal });
    this.assertSeen(request);
    const call = this.#call;
    if (call === undefined) return chunks;
    // Also where nobody reads: then no error would tell.
    request.abortSignal?.addEventListener('abort', () => call.ended({ how: 'left' }), {
      once: true,
      signal: leaving.signal,
    });
    return observeIterator(
      chunks[Symbol.asyncIterator](),
      () => true,
      (end) => {
        call.ended(end);
        leaving.abort();
      },
    );
  }

  async #send(apiCall: ApiCall, args: Parameters<ApiCall>): Promise<Response> {
    this.#isSeen = true;
    const [url, init, retryOptions, timeout, abortSignal, fetch = globalThis.fetch] = args;
    const body = lazyBodyOf(init);
    const operation = init.method === 'POST' ? operationOf(pathOf(url), body, this.#metering.options) : undefined;
    if (operation === undefined) return apiCall(...args);
    const attempts = retryOptions === undefined ? 1 : Math.max(1, retryOptions.attempts ?? DEFAULT_ATTEMPTS);
    const call = await MeteredCall.admit(this.#metering, operation, body(), this.#isStream, attempts);
    this.#call = call;
    const sent = call.body === body() ? init : { ...init, body: JSON.stringify(call.body) };
    let response: Response;
    try {
      response = await apiCall(url, sent, retryOptions, timeout, abortSignal, countingFetch(fetch, call));
    } catch (error) {
      call.failed(error, false);
      throw error;
    }
    if (!response.ok) {
      // The SDK makes an error of it.
      call.failed(undefined, false);
      return response;
    }
    return observeResponse(
      response,
      (data) => void call.see(data),
      // A stream ends for its consumer, who may get an error that the bytes do not show.
      (end) => {
        if (!this.#isStream) call.ended(end);
      },
    );
  }
}

/** What the SDK takes where retries are asked for without saying how many. */
const DEFAULT_ATTEMPTS = 5;

function countingFetch(fetch: Fetch, call: MeteredCall): Fetch {
  return async (input, init) => {
    const isSent = init?.signal?.aborted !== true;
    try {
      return await fetch(input, init);
    } catch (error) {
      if (isSent) call.attemptFailed(error);
      throw error;
    }
  };
}

function pathOf(url: string): string {
  return new URL(url).pathname;
}

function lazyBodyOf({ body }: RequestInit): () => RequestBody {
  let parsed: RequestBody | undefined;
  return () => {
    parsed ??= typeof body === 'string' ? parse(body) : {};
    return parsed;
  };
}

function parse(text: string): RequestBody {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return {};
  }
}
