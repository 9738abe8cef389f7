import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classifyError, classifyResult } from './classify-failure.js';
import { FAILURE_KINDS } from './failure-kind.js';

const OWN = Symbol.for('actguard.error');
const withCode = (code: unknown, more: object = {}) => Object.assign(new Error('text'), { code }, more);
const withStatus = (status: unknown) => Object.assign(new Error('text'), { status });
const own = (code: string, cause?: unknown) => Object.assign(new Error('text', { cause }), { code, [OWN]: true });
const wrapped = (cause: unknown) => new Error('it did not work', { cause });
const named = (name: string, more: object = {}) => Object.assign(new Error('text'), { name }, more);

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );

describe('classifyError, of errors as they really are', () => {
  it('takes a refused connection for transport', async () => {
    expect(classifyError(await failureOf(fetch(`http://127.0.0.1:${await closedPort()}`)))).toBe('transport');
  });

  it('takes a server that closes midway for transport', async () => {
    const server = createHttpServer((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('some', () => response.destroy());
    });
    const port = await listening(server);
    const error = await failureOf(fetch(`http://127.0.0.1:${port}`).then((response) => response.text()));
    server.close();
    expect(classifyError(error)).toBe('transport');
  });

  it('takes a peer that speaks no TLS for transport', async () => {
    const server = createServer((socket) => socket.end('hello\n').on('error', () => {}));
    const error = await failureOf(fetch(`https://127.0.0.1:${await listening(server)}`));
    server.close();
    expect(classifyError(error)).toBe('transport');
  });

  it('tells a signal whose time was up from one that somebody aborted', async () => {
    const late = AbortSignal.timeout(1);
    await new Promise((resolve) => late.addEventListener('abort', resolve, { once: true }));
    expect(classifyError(late.reason)).toBe('timeout');
    expect(classifyError(await failureOf(sleep(60_000, undefined, { signal: late })))).toBe('timeout');
    const stopped = AbortSignal.abort();
    expect(classifyError(stopped.reason)).toBe('aborted');
    expect(classifyError(await failureOf(sleep(60_000, undefined, { signal: stopped })))).toBe('aborted');
    expect(classifyError(await failureOf(fetch('http://127.0.0.1', { signal: stopped })))).toBe('aborted');
  });

  it('takes a malformed address for the fault of the caller, a forbidden port for nothing that it knows', async () => {
    expect(classifyError(await failureOf(fetch('http://%')))).toBe('invalid');
    expect(classifyError(await failureOf(fetch('http://127.0.0.1:1')))).toBe('unknown');
  });
});

describe('classifyError, by code', () => {
  it.each([
    ['ECONNRESET', 'transport'],
    ['ECONNREFUSED', 'transport'],
    ['ECONNABORTED', 'transport'],
    ['ENOTFOUND', 'transport'],
    ['EAI_AGAIN', 'transport'],
    ['EPIPE', 'transport'],
    ['EHOSTUNREACH', 'transport'],
    ['ENETUNREACH', 'transport'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout'],
    ['UND_ERR_SOCKET', 'transport'],
    ['UND_ERR_ABORTED', 'aborted'],
    ['UND_ERR_INVALID_ARG', 'invalid'],
    ['ERR_SOCKET_CONNECTION_TIMEOUT', 'timeout'],
    ['ERR_STREAM_PREMATURE_CLOSE', 'transport'],
    ['CERT_HAS_EXPIRED', 'transport'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'transport'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'transport'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'transport'],
    ['HPE_INVALID_CONSTANT', 'transport'],
    ['ERR_CANCELED', 'aborted'],
    ['UNAVAILABLE', 'transport'],
    ['DEADLINE_EXCEEDED', 'timeout'],
    ['ThrottlingException', 'throttled'],
    ['SlowDown', 'throttled'],
    ['RequestTimeout', 'timeout'],
    ['NoSuchKey', 'not_found'],
    ['ENOENT', 'unknown'],
    ['toString', 'unknown'],
    ['__proto__', 'unknown'],
    [11, 'unknown'],
  ])('knows %s as %s', (code, kind) => {
    expect(classifyError(withCode(code))).toBe(kind);
  });

  it.each([
    [1, 'aborted'],
    [2, 'unknown'],
    [3, 'invalid'],
    [4, 'timeout'],
    [5, 'not_found'],
    [6, 'conflict'],
    [7, 'auth'],
    [8, 'overloaded'],
    [9, 'invalid'],
    [10, 'conflict'],
    [12, 'invalid'],
    [13, 'overloaded'],
    [14, 'transport'],
    [16, 'auth'],
    [17, 'unknown'],
  ])('knows gRPC status %d as %s, only with the details and metadata that gRPC adds', (code, kind) => {
    expect(classifyError(withCode(code, { details: 'text', metadata: new Map() }))).toBe(kind);
    expect(classifyError(withCode(code))).toBe('unknown');
  });

  it.each([
    ['08006', 'transport'],
    ['57P01', 'transport'],
    ['57P03', 'overloaded'],
    ['53300', 'overloaded'],
    ['40001', 'conflict'],
    ['40P01', 'conflict'],
    ['55P03', 'conflict'],
    ['23505', 'conflict'],
    ['57014', 'timeout'],
    ['28P01', 'auth'],
    ['42501', 'auth'],
    ['42P01', 'invalid'],
    ['22P02', 'invalid'],
    ['P0001', 'unknown'],
  ])('knows SQLSTATE %s as %s, only from what looks like a database', (code, kind) => {
    expect(classifyError(withCode(code, { severity: 'ERROR', routine: 'exec' }))).toBe(kind);
    expect(classifyError(withCode(code))).toBe('unknown');
  });

  it('does not take a five-letter system code for a SQLSTATE', () => {
    expect(classifyError(withCode('EPIPE', { severity: 'ERROR' }))).toBe('transport');
  });

  it('knows AWS errors by name, and lets the name win over the status', () => {
    const aws = (name: string, httpStatusCode: number, more = {}) =>
      named(name, { $metadata: { httpStatusCode }, $fault: 'client', ...more });
    expect(classifyError(aws('ThrottlingException', 400))).toBe('throttled');
    expect(classifyError(aws('TooManyRequestsException', 429))).toBe('throttled');
    expect(classifyError(aws('RequestTimeout', 400))).toBe('timeout');
    expect(classifyError(aws('AccessDeniedException', 400))).toBe('auth');
    expect(classifyError(aws('ConditionalCheckFailedException', 400))).toBe('conflict');
    expect(classifyError(aws('SomethingNew', 400, { $retryable: { throttling: true } }))).toBe('throttled');
    expect(classifyError(aws('SomethingNew', 503))).toBe('overloaded');
    expect(classifyError(named('ValidationException'))).toBe('unknown');
  });
});

describe('classifyError, by HTTP status and provider', () => {
  it.each([
    [400, 'invalid'],
    [401, 'auth'],
    [402, 'invalid'],
    [403, 'auth'],
    [404, 'not_found'],
    [408, 'timeout'],
    [409, 'conflict'],
    [410, 'not_found'],
    [412, 'conflict'],
    [422, 'invalid'],
    [425, 'invalid'],
    [429, 'throttled'],
    [500, 'overloaded'],
    [503, 'overloaded'],
    [504, 'timeout'],
    [529, 'overloaded'],
    [200, 'unknown'],
    [600, 'unknown'],
    [503.5, 'unknown'],
    ['503', 'unknown'],
  ])('knows status %p as %s', (status, kind) => {
    expect(classifyError(withStatus(status))).toBe(kind);
  });

  it('finds the status where the usual clients put it', () => {
    expect(classifyError({ statusCode: 503 })).toBe('overloaded');
    expect(classifyError({ response: new Response(null, { status: 404 }) })).toBe('not_found');
    expect(classifyError({ response: { statusCode: 409 } })).toBe('conflict');
    expect(classifyError({ $metadata: { httpStatusCode: 403 } })).toBe('auth');
  });

  it('takes a used-up quota for a request that repeating will not help, though its status is 429', () => {
    expect(classifyError(withCode('insufficient_quota', { status: 429 }))).toBe('invalid');
    expect(classifyError({ status: 429, error: { type: 'insufficient_quota' } })).toBe('invalid');
  });

  it.each([
    ['overloaded_error', 'overloaded'],
    ['server_error', 'overloaded'],
    ['api_error', 'overloaded'],
    ['rate_limit_error', 'throttled'],
    ['authentication_error', 'auth'],
    ['permission_error', 'auth'],
    ['invalid_request_error', 'invalid'],
    ['not_found_error', 'not_found'],
    ['timeout_error', 'timeout'],
  ])('knows a stream that ends with %s as %s', (type, kind) => {
    expect(classifyError(Object.assign(new Error('text'), { status: undefined, type }))).toBe(kind);
    expect(classifyError({ type: 'error', error: { type } })).toBe(kind);
    expect(classifyError({ error: { type: 'error', error: { type } } })).toBe(kind);
  });

  it('lets the status win over the type in the body: OpenAI says invalid_request_error for a missing model too', () => {
    expect(classifyError({ status: 404, type: 'invalid_request_error' })).toBe('not_found');
  });

  it('knows the connection errors of provider SDKs by class, which leave their name at "Error"', () => {
    class APIConnectionError extends Error {}
    class APIConnectionTimeoutError extends APIConnectionError {}
    class APIUserAbortError extends Error {}
    expect(classifyError(new APIConnectionError())).toBe('transport');
    expect(classifyError(new APIConnectionTimeoutError())).toBe('timeout');
    expect(classifyError(new APIUserAbortError())).toBe('aborted');
    expect(classifyError(new APIConnectionError('x', { cause: withCode('UND_ERR_HEADERS_TIMEOUT') }))).toBe('timeout');
  });

  it('takes the two messages of fetch for transport, and no text that only contains them', () => {
    expect(classifyError(new TypeError('fetch failed'))).toBe('transport');
    expect(classifyError(new TypeError('terminated'))).toBe('transport');
    expect(classifyError(new Error('fetch failed'))).toBe('unknown');
    expect(classifyError(new TypeError('the fetch failed'))).toBe('unknown');
    expect(classifyError(new Error('429 Too Many Requests: syntax error, timeout, ECONNRESET'))).toBe('unknown');
  });
});

describe('classifyError, along the causes', () => {
  it('finds a code under wrappers', () => {
    expect(classifyError(wrapped(wrapped(withCode('ECONNRESET'))))).toBe('transport');
  });

  it('lets an explicit code below win over a status above', () => {
    expect(classifyError(Object.assign(wrapped(withCode('ETIMEDOUT')), { status: 500 }))).toBe('timeout');
    expect(classifyError(Object.assign(wrapped(withStatus(404)), { status: 500 }))).toBe('overloaded');
  });

  it('looks at the first error of an aggregate', () => {
    expect(classifyError(new AggregateError([withCode('ENOTFOUND'), withStatus(404)]))).toBe('transport');
    expect(classifyError(Object.assign(new Error('form'), { errors: [withCode('ENOTFOUND')] }))).toBe('unknown');
  });

  it('takes a time-out for what it is, however it was delivered', () => {
    expect(classifyError(named('TimeoutError'))).toBe('timeout');
    expect(classifyError(named('AbortError', { cause: named('TimeoutError') }))).toBe('timeout');
    expect(classifyError(named('AbortError', { cause: own('tool.timeout') }))).toBe('timeout');
    expect(classifyError(named('AbortError', { cause: wrapped(1) }))).toBe('aborted');
    expect(classifyError(wrapped(named('AbortError')))).toBe('aborted');
  });

  it('stops after eight errors, so that a cycle ends', () => {
    const chain = (length: number) => {
      let error: unknown = withCode('ECONNRESET');
      for (let i = 1; i < length; i++) error = wrapped(error);
      return error;
    };
    expect(classifyError(chain(8))).toBe('transport');
    expect(classifyError(chain(9))).toBe('unknown');
    const cycle = new Error('text');
    cycle.cause = new AggregateError([cycle]);
    expect(classifyError(cycle)).toBe('unknown');
  });
});

describe("classifyError, of ActGuard's own errors", () => {
  it.each([
    'guard.rate_limit_exceeded',
    'budget.limit_exceeded',
    'run.killed',
    'MISSING_FACT',
    'runtime.context_missing',
  ])('takes %s for a refusal, also as the cause of another error, and whatever caused it', (code) => {
    expect(classifyError(own(code))).toBe('refusal');
    expect(classifyError(own(code, withCode('ECONNRESET')))).toBe('refusal');
    expect(classifyError(Object.assign(wrapped(own(code)), { status: 503 }))).toBe('refusal');
  });

  it('knows them also where the mark is inherited', () => {
    class OwnError extends Error {
      code = 'guard.refused';
    }
    Object.defineProperty(OwnError.prototype, OWN, { value: true });
    expect(classifyError(new OwnError())).toBe('refusal');
  });

  it('needs the mark, not only the code', () => {
    expect(classifyError(withCode('guard.rate_limit_exceeded'))).toBe('unknown');
  });

  it('counts a tool that ran out of time, and what a failed tool was caused by', () => {
    expect(classifyError(own('tool.timeout'))).toBe('timeout');
    expect(classifyError(own('tool.failed', withStatus(503)))).toBe('overloaded');
    expect(classifyError(own('tool.failed'))).toBe('unknown');
  });
});

describe('classifyResult', () => {
  it('takes a Response by its status', () => {
    expect(classifyResult(new Response(null, { status: 503 }))).toBe('overloaded');
    expect(classifyResult(new Response(null, { status: 429 }))).toBe('throttled');
    expect(classifyResult({ ok: false, status: 404 })).toBe('not_found');
    expect(classifyResult({ statusCode: 401 })).toBe('auth');
  });

  it.each([
    [new Response('text')],
    [{ ok: true, status: 200 }],
    [{ statusCode: 302 }],
    [{ status: 503 }],
    [{ ok: false, status: 'failed' }],
    [{ ok: 'false', status: 503 }],
    [{ statusCode: '503' }],
    [{ code: 'ECONNRESET' }],
    [new Error('text')],
    [503],
    ['503'],
    [null],
    [undefined],
  ])('takes everything else for a success (%p)', (result) => {
    expect(classifyResult(result)).toBeUndefined();
  });
});

describe('hostile values', () => {
  const broken = () => {
    throw new Error('trap');
  };
  const throwing = new Proxy({}, { get: broken, has: broken, getPrototypeOf: broken, ownKeys: broken });
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const endless: object = new Proxy({}, { get: (_, key) => (key === 'name' || key === 'code' ? 'x' : endless) });

  it.each([
    ['a proxy that throws', throwing],
    ['a revoked proxy', revoked],
    ['an endless proxy', endless],
    ['a cause that throws', Object.defineProperty(new Error('x'), 'cause', { get: broken })],
    ['a proxy as cause', new Error('x', { cause: throwing })],
    ['a huge code', withCode('x'.repeat(5_000_000))],
    ['a null prototype', Object.create(null)],
    ['nothing', undefined],
  ])('survives %s', (_, value) => {
    expect([...FAILURE_KINDS, 'refusal']).toContain(classifyError(value));
    expect(classifyResult(value)).toBeUndefined();
  });

  it('gives an answer for anything', () => {
    const keys = fc.constantFrom('code', 'status', 'name', 'cause', 'errors', 'response', 'error', 'type', 'severity');
    fc.assert(
      fc.property(fc.dictionary(keys, fc.anything({ withNullPrototype: true, withBigInt: true })), (value) => {
        expect([...FAILURE_KINDS, 'refusal', 'aborted']).toContain(classifyError(value));
        expect([...FAILURE_KINDS, undefined]).toContain(classifyResult(value));
      }),
    );
  });
});
