/** A client, or the promise that it answers, as far as it can be looked at without knowing what it is. */
type Unknown = Readonly<Record<string, unknown>>;

const CLIENT_METHODS = ['request', 'withOptions', 'fetch'];
const PROMISE_METHODS = ['_thenUnwrap', 'asResponse', 'parse'];
/** Ways to the data of a promise: what does not pass `parse` would not be charged. */
const WAYS = ['then', 'catch', 'finally'];

/**
 * What `meterStainless` builds on and a client does not have, in words; `undefined` where it can be metered. Nothing is sent.
 *
 * @param more methods that the promises of this SDK have besides
 */
export function missingInStainless(client: unknown, more: readonly string[] = []): string | undefined {
  if (typeof client !== 'object' || client === null) return 'methods';
  const given = client as Unknown;
  for (const method of CLIENT_METHODS) if (typeof given[method] !== 'function') return `${method}()`;
  if (typeof given['maxRetries'] !== 'number') return 'maxRetries';
  const promise = neverSent(given);
  for (const method of [...PROMISE_METHODS, ...more])
    if (typeof promise?.[method] !== 'function') return `promise with ${method}()`;
  const passedBy = WAYS.find((way) => !asksParse(promise as Unknown, way));
  return passedBy === undefined ? undefined : `promise whose ${passedBy}() awaits parse()`;
}

/** The promise of a request that waits for its options for ever: one of the client's own copy of the SDK. */
function neverSent(client: Unknown): Unknown | undefined {
  try {
    const promise = (client['request'] as (options: unknown) => unknown).call(client, new Promise(() => {})) as
      | (Unknown & { readonly responsePromise?: unknown })
      | undefined;
    // One that does not wait may fail, which is nobody's business.
    ignoreFailure(promise);
    ignoreFailure(promise?.responsePromise);
    return promise;
  } catch {
    return undefined;
  }
}

// The SDK's own promises ask for their data as soon as they are looked at.
function ignoreFailure(promise: unknown): void {
  if (promise instanceof Promise && promise.constructor === Promise) promise.catch(() => {});
}

function asksParse(promise: Unknown, way: string): boolean {
  let isAsked = false;
  const parse = (): Promise<never> => {
    isAsked = true;
    return new Promise(() => {});
  };
  try {
    Object.defineProperty(promise, 'parse', { value: parse, configurable: true });
    const derived = (promise as unknown as Record<string, (react: () => void) => unknown>)[way]?.(() => {});
    ignoreFailure(derived);
  } catch {
    return false;
  }
  return isAsked;
}
