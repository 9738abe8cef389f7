/**
 * Why the store could not answer; the `cause` of the `StoreUnavailableError` that guards refuse with.
 *
 * - `redis.disconnected`: the client has no connection, and had none for the whole `timeout`; or it broke before the answer, so
 *   the server may have done what it was asked
 * - `redis.timeout`: no answer within `timeout`
 * - `redis.overloaded`: `maxPending` commands wait for their answers
 * - `redis.failed`: the server answered with an error, which is the `cause`
 */
export class RedisUnavailableError extends Error {
  /** Stable, to decide by. */
  readonly code: 'redis.disconnected' | 'redis.timeout' | 'redis.overloaded' | 'redis.failed';

  /** Made by the store. */
  constructor(code: RedisUnavailableError['code'], message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'RedisUnavailableError';
    this.code = code;
  }
}
