import { isActGuardError } from '@actguard/core';
import { MeteredCall, observeResponse, type RequestBody } from '@actguard/metering';
import type { Fetch } from './fetch.js';
import type { GoogleMetering } from './google-metering.js';
import { interactionOperation } from './interaction-operation.js';
import { recordOf } from './record.js';

/**
 * The interactions of the SDK have an HTTP client of their own, which takes its `fetch` from here. Each attempt and each
 * continuation is a call of its own.
 */
export function interactionsFetch(given: Fetch | undefined, metering: GoogleMetering): Fetch {
  const fetch = given ?? fetchWithoutTimeouts;
  const operation = interactionOperation(metering.options);
  return async (input, init) => {
    if (!isRequest(input) || input.method !== 'POST' || !/\/interactions$/.test(new URL(input.url).pathname))
      return fetch(input, init);
    const body = await bodyOf(input);
    const call = await MeteredCall.admit(metering, operation, body, body['stream'] === true, 1);
    const isSent = !input.signal.aborted;
    let response: Response;
    try {
      response = await fetch(call.body === body ? input : withBody(input, call.body), init);
    } catch (error) {
      if (isSent) call.attemptFailed(error);
      call.failed(error, false);
      throw error;
    }
    if (!response.ok) {
      call.failed(undefined, false);
      return response;
    }
    return observeResponse(
      response,
      (data) => void call.see(data),
      (end) => call.ended(end),
    );
  };
}

/** The refusal inside an error that an HTTP client made of it; `undefined` where there is none. */
export function refusalIn(error: unknown): unknown {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
    if (isActGuardError(each)) return each;
    // It holds what was answered, and paid for, before.
    if (each.name === 'ContinuationInterruptedError') return undefined;
  }
  return undefined;
}

function isRequest(input: Parameters<Fetch>[0]): input is Request {
  return typeof input === 'object' && 'clone' in input;
}

async function bodyOf(request: Request): Promise<RequestBody> {
  try {
    return recordOf(await request.clone().json());
  } catch {
    return {};
  }
}

function withBody(request: Request, body: RequestBody): Request {
  const headers = new Headers(request.headers);
  headers.delete('content-length');
  return new Request(request, { headers, body: JSON.stringify(body) });
}

const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

interface Dispatcher {
  dispatch(options: object, handler: unknown): unknown;
}

// As the SDK does where it is given no fetch: an answer may take longer than the limits that Node has of its own.
const fetchWithoutTimeouts: Fetch = (input, init) => {
  const { [GLOBAL_DISPATCHER]: global } = globalThis as { readonly [GLOBAL_DISPATCHER]?: Dispatcher };
  if (global === undefined) return fetch(input, init);
  const dispatcher: Dispatcher = {
    dispatch: (options, handler) => global.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler),
  };
  return fetch(input, { ...init, dispatcher } as RequestInit);
};
