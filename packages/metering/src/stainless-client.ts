/** A client, or the promise that it answers, as far as it can be looked at without knowing what it is. */
type Unknown = Readonly<Record<string, unknown>>;

const CLIENT_METHODS = ['request', 'withOptions', 'fetch'];
const PROMISE_METHODS = ['_thenUnwrap', 'asResponse', 'parse', 'then'];

/**
 * What `meterStainless` builds on and a client does not have, in words; `undefined` where it can be metered. Nothing is sent.
 *
 * @param more methods that the promises of this SDK have besides
 */
export function missingInStainless(client: unknown, more: readonly string[] = []): string | undefined {
  if (typeof client !== 'object' || client === null) return 'methods';
  const given = client as Unknown & { request(options: Promise<never>): unknown };
  for (const method of CLIENT_METHODS) if (typeof given[method] !== 'function') return `${method}()`;
  if (typeof given['maxRetries'] !== 'number') return 'maxRetries';
  // A request that waits for its options for ever sends nothing, and shows the promises of the client's own copy of the SDK.
  const promise = given.request(new Promise<never>(() => {})) as Unknown | undefined;
  for (const method of [...PROMISE_METHODS, ...more])
    if (typeof promise?.[method] !== 'function') return `promise with ${method}()`;
  return awaitsParse(promise as unknown as PromiseLike<unknown>) ? undefined : 'promise that awaits its own parse()';
}

// Data that reaches its caller by another way would not be charged.
function awaitsParse(promise: PromiseLike<unknown>): boolean {
  let isAsked = false;
  const parse = (): Promise<never> => {
    isAsked = true;
    return new Promise(() => {});
  };
  Object.defineProperty(promise, 'parse', { value: parse });
  promise.then(() => {});
  return isAsked;
}
