import type { MeteredCall } from './metered-call.js';

/** The `fetch` of a client. */
export type Fetch = (url: unknown, init?: object) => Promise<Response>;

/** Hands the call from the request to the `fetch` of each of its attempts; never leaves the process. */
export const CALL = Symbol('actguard.call');

const counting = new WeakSet<Fetch>();

/** The same `fetch`, which tells the call that its request belongs to what becomes of each attempt. */
export function countingFetch(fetch: Fetch): Fetch {
  if (counting.has(fetch)) return fetch;
  const counted: Fetch = async (url, init) => {
    const call = (init as { readonly [CALL]?: MeteredCall } | undefined)?.[CALL];
    call?.attemptStarted();
    try {
      const response = await fetch(url, init);
      call?.attemptAnswered(response.ok);
      return response;
    } catch (error) {
      call?.attemptFailed(error);
      throw error;
    }
  };
  counting.add(counted);
  return counted;
}
