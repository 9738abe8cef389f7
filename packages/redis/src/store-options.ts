import { type Duration, durationMs, UsageError } from '@actguard/core';
import { CONCERNS, type OnUnavailable } from './local-fallback.js';

/** Options of `RedisStore`. */
export interface RedisStoreOptions {
  /** Stands before every key, so that applications can share a server. All hosts of one application need the same. @default 'actguard:' */
  readonly prefix?: string;
  /** Longest wait for a connection and an answer together; then the call is refused. @default '250ms' */
  readonly timeout?: Duration;
  /** Most commands that wait for their answers; with more, calls are refused at once. @default 10_000 */
  readonly maxPending?: number;
  /**
   * After how long what a process held when it died is free: an execution is then of unknown outcome, a probe goes to the next
   * call, a hold is given back or charged. A living process renews it. At least `'1s'`.
   *
   * @default '30s'
   */
  readonly lease?: Duration;
  /** How long what belongs to a run or to an open session is kept after it was last used. @default '24h' */
  readonly runTtl?: Duration;
  /** What may go on while Redis cannot be reached. Everything else refuses. @default nothing */
  readonly onUnavailable?: OnUnavailable;
  /** Facts of one session. @default 10_000 */
  readonly maxFactsPerSession?: number;
  /** Words of what the user said in one session. @default 100_000 */
  readonly maxUserTokensPerSession?: number;
  /** Longest result that an idempotency key keeps, in characters; a repeat of one that is longer is refused. @default 262_144 */
  readonly maxResultLength?: number;
}

/** Options of a store, checked. */
export interface ReadStoreOptions {
  readonly prefix: string;
  readonly timeoutMs: number;
  readonly maxPending: number;
  readonly leaseMs: number;
  readonly runTtlMs: number;
  readonly onUnavailable: OnUnavailable;
  readonly maxFactsPerSession: number;
  readonly maxUserTokensPerSession: number;
  readonly maxResultLength: number;
}

const KNOWN = [
  'prefix',
  'timeout',
  'maxPending',
  'lease',
  'runTtl',
  'onUnavailable',
  'maxFactsPerSession',
  'maxUserTokensPerSession',
  'maxResultLength',
] as const satisfies readonly (keyof RedisStoreOptions)[];

const MIN_LEASE_MS = 1_000;

/** @throws {UsageError} naming the option and its value */
export function readStoreOptions(options: RedisStoreOptions): ReadStoreOptions {
  if (typeof options !== 'object' || options === null) throw wrong('options', options, 'must be an object');
  for (const [name, value] of Object.entries(options))
    if (!(KNOWN as readonly string[]).includes(name))
      throw wrong(name, value, `is no option; the options are ${KNOWN.join(', ')}`);
  const { prefix = 'actguard:', onUnavailable = {} } = options;
  if (typeof prefix !== 'string' || /[{}]/.test(prefix) || prefix.length > 100)
    throw wrong('prefix', prefix, 'must be a text of at most 100 characters without braces');
  const leaseMs = durationOf('lease', options.lease ?? '30s');
  if (leaseMs < MIN_LEASE_MS) throw wrong('lease', options.lease, 'must be at least 1 second');
  return {
    prefix,
    timeoutMs: durationOf('timeout', options.timeout ?? '250ms'),
    maxPending: countOf('maxPending', options.maxPending ?? 10_000),
    leaseMs,
    runTtlMs: durationOf('runTtl', options.runTtl ?? '24h'),
    onUnavailable: readOnUnavailable(onUnavailable),
    maxFactsPerSession: countOf('maxFactsPerSession', options.maxFactsPerSession ?? 10_000),
    maxUserTokensPerSession: countOf('maxUserTokensPerSession', options.maxUserTokensPerSession ?? 100_000),
    maxResultLength: countOf('maxResultLength', options.maxResultLength ?? 262_144),
  };
}

function readOnUnavailable(given: unknown): OnUnavailable {
  if (typeof given !== 'object' || given === null) throw wrong('onUnavailable', given, 'must be an object');
  for (const [name, value] of Object.entries(given)) {
    if (!(CONCERNS as readonly string[]).includes(name))
      throw wrong(`onUnavailable.${name}`, value, `always refuses; only ${CONCERNS.join(', ')} may go on`);
    if (value !== undefined && value !== 'refuse' && value !== 'local')
      throw wrong(`onUnavailable.${name}`, value, "must be 'refuse' or 'local'");
  }
  return { ...given };
}

function durationOf(option: string, value: Duration): number {
  const ms = durationMs(value);
  if (ms === undefined) throw wrong(option, value, "must be milliseconds above 0 or a duration such as '30s'");
  return ms;
}

function countOf(option: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw wrong(option, value, 'must be an integer from 1');
  return value as number;
}

function wrong(option: string, value: unknown, message: string): UsageError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return new UsageError(`RedisStore: ${option} = ${shown} ${message}`, {
    code: 'usage.argument',
    details: { option, value },
  });
}
