/**
 * What kind of trouble a dependency had, as a circuit breaker sees it.
 *
 * | kind | meaning |
 * | --- | --- |
 * | `transport` | no connection: refused, reset, DNS, TLS |
 * | `timeout` | no answer in time |
 * | `overloaded` | the dependency answered that it cannot serve (HTTP 5xx and the like) |
 * | `throttled` | the caller sends too much (HTTP 429) |
 * | `auth` | the caller is not who, or may not do what, it should (HTTP 401, 403) |
 * | `invalid` | the request itself is wrong; repeating it changes nothing (most of HTTP 4xx) |
 * | `not_found` | what was asked for is not there (HTTP 404, 410) |
 * | `conflict` | the request met another state than it expected (HTTP 409, 412) |
 * | `unknown` | nothing above could be told; says nothing about the dependency |
 */
export type FailureKind =
  | 'transport'
  | 'timeout'
  | 'overloaded'
  | 'throttled'
  | 'auth'
  | 'invalid'
  | 'not_found'
  | 'conflict'
  | 'unknown';

/** Every kind, for checking what JavaScript users write. */
export const FAILURE_KINDS = preset(
  'transport',
  'timeout',
  'overloaded',
  'throttled',
  'auth',
  'invalid',
  'not_found',
  'conflict',
  'unknown',
);

/** Failures that count against a dependency unless `failOn` says otherwise: it was unreachable, late or unable to serve. */
export const FAIL_ON_DEFAULT = preset('transport', 'timeout', 'overloaded');

/** Failures that say that the dependency works and the request was at fault. The default of `ignoreOn`. */
export const IGNORE_ON_DEFAULT = preset('invalid', 'not_found', 'conflict');

/** For `failOn`: also stop calling where the dependency rejects the caller itself. */
export const FAIL_ON_STRICT = preset(...FAIL_ON_DEFAULT, 'auth', 'throttled');

/** For `failOn`: count only a broken or silent connection, not what the dependency answers. */
export const FAIL_ON_INFRA_ONLY = preset('transport', 'timeout');

function preset(...kinds: FailureKind[]): readonly FailureKind[] {
  return Object.freeze(kinds);
}
