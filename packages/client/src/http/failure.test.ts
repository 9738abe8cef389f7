import { describe, expect, test } from '@jest/globals';
import {
  isConfigurationFailure,
  isWorthRepeating,
  kindOfThrown,
  summaryOfThrown,
  type TransportFailure,
} from './failure.js';

const withCode = (code: string, name = 'Error'): Error => Object.assign(new Error('secret text'), { code, name });
const fetchFailed = (cause: unknown): Error => new TypeError('fetch failed', { cause });

describe('what fetch throws', () => {
  test.each([
    [fetchFailed(withCode('DEPTH_ZERO_SELF_SIGNED_CERT')), 'ssl_cert'],
    [fetchFailed(withCode('SELF_SIGNED_CERT_IN_CHAIN')), 'ssl_cert'],
    [fetchFailed(withCode('UNABLE_TO_VERIFY_LEAF_SIGNATURE')), 'ssl_cert'],
    [fetchFailed(withCode('UNABLE_TO_GET_ISSUER_CERT_LOCALLY')), 'ssl_cert'],
    [fetchFailed(withCode('CERT_HAS_EXPIRED')), 'ssl_cert'],
    [fetchFailed(withCode('ERR_TLS_CERT_ALTNAME_INVALID')), 'ssl_cert'],
    [fetchFailed(withCode('EPROTO')), 'connection'],
    [fetchFailed(withCode('ECONNREFUSED')), 'connection'],
    [fetchFailed(withCode('ENOTFOUND')), 'connection'],
    [fetchFailed(withCode('UND_ERR_SOCKET', 'SocketError')), 'connection'],
    [fetchFailed(new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')])), 'connection'],
    [fetchFailed(withCode('UND_ERR_CONNECT_TIMEOUT')), 'timeout'],
    [fetchFailed(withCode('ETIMEDOUT')), 'timeout'],
    [fetchFailed(undefined), 'connection'],
    [new RangeError('what'), 'unknown'],
    ['text', 'unknown'],
    [undefined, 'unknown'],
  ])('has a kind: %p', (thrown, kind) => {
    expect(kindOfThrown(thrown)).toBe(kind);
  });

  test('may go round in circles', () => {
    const error = new Error('a');
    error.cause = error;
    expect(kindOfThrown(error)).toBe('unknown');
  });

  test('is told by its deepest name and code, and without its text', () => {
    expect(summaryOfThrown(fetchFailed(withCode('ECONNREFUSED')))).toBe('Error (ECONNREFUSED)');
    expect(summaryOfThrown(fetchFailed(undefined))).toBe('TypeError');
    expect(summaryOfThrown('secret text')).toBe('an unknown error');
    expect(summaryOfThrown({ name: 'secret text', code: 'more secret text' })).toBe('an unknown error');
  });
});

test('only some failures are worth another attempt', () => {
  const failure = (kind: TransportFailure['kind'], status?: number): TransportFailure => ({
    ...{ kind, status, body: undefined, summary: '', retryAfterMs: undefined, cause: undefined },
  });
  for (const kind of ['timeout', 'connection', 'response', 'unknown'] as const)
    expect(isWorthRepeating(failure(kind))).toBe(true);
  for (const kind of ['redirect', 'ssl_cert'] as const) expect(isWorthRepeating(failure(kind))).toBe(false);
  expect(isWorthRepeating(failure('http', 503))).toBe(true);
  expect(isWorthRepeating(failure('http', 401))).toBe(false);
  expect(isConfigurationFailure(failure('http', 401))).toBe(true);
  // A proxy that redirects to its sign-in says nothing of the key.
  expect(isConfigurationFailure(failure('redirect', 401))).toBe(false);
  expect(isConfigurationFailure(failure('http', 402))).toBe(false);
});
