import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LoopbackGateway } from '../../test-support/loopback-gateway.js';
import { PatientClock } from '../../test-support/patient-clock.js';
import type { TransportFailure } from './failure.js';
import { Transport, type TransportRequest, type TransportResult } from './transport.js';

let gateway: LoopbackGateway;
let clock: PatientClock;
let transport: Transport;

beforeEach(async () => {
  gateway = await LoopbackGateway.start();
  clock = new PatientClock();
  transport = new Transport({
    url: gateway.url,
    apiKey: 'ag_live_key',
    clock,
    backoff: { baseMs: 200, maxMs: 10_000, random: clock.random },
    fetch: undefined,
    trace: undefined,
  });
});
afterEach(() => gateway.kill());

const POST = {
  operation: 'reserve',
  method: 'POST',
  path: '/api/v1/reserve',
  body: '{"run_id":"r1"}',
  idempotencyKey: 'k1',
  isAuthorized: true,
  maxRetries: 1,
  deadlineMs: 3000,
} as const satisfies TransportRequest;

function failureOf(result: TransportResult): TransportFailure {
  if (result.ok) throw new Error('it did not fail');
  return result.failure;
}

/** Sends, and jumps over the waits between attempts. */
async function sendThrough(request: TransportRequest): Promise<{ result: TransportResult; tookMs: number }> {
  const startedAt = clock.now();
  const result = await clock.through(transport.send(request));
  return { result, tookMs: clock.now() - startedAt };
}

describe('a request', () => {
  test('carries the key, the idempotency key and JSON', async () => {
    gateway.behave(() => ({ json: { reserve_id: 'res-1' } }));
    expect(await transport.send(POST)).toEqual({ ok: true, status: 200, body: { reserve_id: 'res-1' } });
    expect(gateway.received).toMatchObject([
      {
        method: 'POST',
        path: '/api/v1/reserve',
        json: { run_id: 'r1' },
        headers: {
          authorization: 'Bearer ag_live_key',
          'idempotency-key': 'k1',
          'content-type': 'application/json',
        },
      },
    ]);
  });

  test('carries no key where none is needed', async () => {
    await transport.send({
      ...POST,
      method: 'GET',
      body: undefined,
      idempotencyKey: undefined,
      isAuthorized: false,
    } as never);
    expect(gateway.received[0]?.headers).not.toHaveProperty('authorization');
    expect(gateway.received[0]?.headers).not.toHaveProperty('content-type');
  });

  test('takes an empty answer as an empty object', async () => {
    gateway.behave(() => ({ text: '' }));
    expect(await transport.send(POST)).toEqual({ ok: true, status: 200, body: {} });
  });

  test('does not care what the server calls its JSON', async () => {
    gateway.behave(() => ({ json: { a: 1 }, headers: { 'content-type': 'text/html' } }));
    expect(await transport.send(POST)).toMatchObject({ ok: true, body: { a: 1 } });
  });
});

describe('what is tried again', () => {
  test.each([404, 408, 429, 500, 502, 503])('HTTP %p, with the same key', async (status) => {
    gateway.behaveOnce({ status }, { json: { ok: true } });
    const { result } = await sendThrough(POST);
    expect(result).toEqual({ ok: true, status: 200, body: { ok: true } });
    expect(gateway.received.map(({ headers }) => headers['idempotency-key'])).toEqual(['k1', 'k1']);
    expect(gateway.received[1]?.text).toBe(gateway.received[0]?.text);
  });

  test.each([400, 401, 402, 403, 409, 413, 422])('HTTP %p is not', async (status) => {
    gateway.behave(() => ({ status, json: { error: 'no' } }));
    expect(failureOf((await sendThrough(POST)).result)).toMatchObject({ kind: 'http', status, body: { error: 'no' } });
    expect(gateway.received).toHaveLength(1);
  });

  test.each(['reset', 'reset-in-body'] as const)('a connection that is cut: %p', async (behaviour) => {
    gateway.behaveOnce(behaviour, { json: { ok: true } });
    expect((await sendThrough(POST)).result).toMatchObject({ ok: true });
    expect(gateway.received).toHaveLength(2);
  });

  test('an answer that is no JSON', async () => {
    gateway.behaveOnce({ text: '<html>' }, { text: '<html>' });
    expect(failureOf((await sendThrough(POST)).result)).toMatchObject({ kind: 'response', status: 200 });
    expect(gateway.received).toHaveLength(2);
  });

  test('a server that is not there', async () => {
    await gateway.kill();
    expect(failureOf((await sendThrough(POST)).result)).toMatchObject({
      kind: 'connection',
      status: undefined,
      summary: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('waits longer each time, with jitter, up to the longest wait', async () => {
    gateway.behave(() => ({ status: 500 }));
    const { deadlineMs: _, ...untilDone } = POST;
    await sendThrough({ ...untilDone, maxRetries: 8 });
    expect(gateway.received).toHaveLength(9);
    expect(clock.waits).toEqual([300, 500, 900, 1700, 3300, 6500, 10_000, 10_000]);
  });
});

describe('the deadline', () => {
  test.each(['hang', 'endless-body'] as const)('ends all attempts together, whatever hangs: %p', async (behaviour) => {
    gateway.behave(() => behaviour);
    const sent = transport.send({ ...POST, maxRetries: 5 });
    await gateway.arrived(1);
    await clock.advance(3000);
    expect(failureOf(await sent)).toMatchObject({ kind: 'timeout' });
    expect(gateway.received).toHaveLength(1);
  });

  test('is shared by attempts', async () => {
    gateway.behave(() => ({ status: 503 }));
    await sendThrough({ ...POST, maxRetries: 100, deadlineMs: 1000 });
    // The third wait would end after the deadline.
    expect(clock.waits).toEqual([300, 500]);
    expect(gateway.received).toHaveLength(3);
  });

  test('of one attempt leaves time for the next', async () => {
    gateway.behaveOnce('hang', { json: { ok: true } });
    const sent = transport.send({ ...POST, attemptMs: 500 });
    await gateway.arrived(1);
    await clock.advance(500);
    expect(await clock.through(sent)).toMatchObject({ ok: true });
  });

  test('is not waited for where the server asks for more patience than there is', async () => {
    gateway.behave(() => ({ status: 429, headers: { 'retry-after': '5' } }));
    const { tookMs } = await sendThrough(POST);
    expect(gateway.received).toHaveLength(1);
    expect(tookMs).toBe(0);
  });

  test('gives the server the time that it asks for', async () => {
    gateway.behaveOnce({ status: 503, headers: { 'retry-after': '2' } }, { json: { ok: true } });
    const { result, tookMs } = await sendThrough(POST);
    expect(result).toMatchObject({ ok: true });
    expect(tookMs).toBe(2000);
  });
});

describe('what is refused', () => {
  test.each([301, 302, 303, 307, 308])('a redirect: HTTP %p', async (status) => {
    await using elsewhere = await LoopbackGateway.start(() => ({ json: { reserve_id: 'stolen' } }));
    gateway.behave(() => ({ status, headers: { location: `${elsewhere.url}/api/v1/reserve` } }));
    expect(failureOf(await transport.send(POST))).toMatchObject({ kind: 'redirect', status });
    expect(gateway.received).toHaveLength(1);
    expect(elsewhere.received).toEqual([]);
  });

  test('a huge answer, before all of it is read', async () => {
    gateway.behave(() => ({ text: `"${'x'.repeat(3_000_000)}"` }));
    expect(failureOf((await sendThrough({ ...POST, maxRetries: 0 })).result)).toMatchObject({ kind: 'response' });
  });
});

test('a signal ends an attempt, and no other begins', async () => {
  gateway.behave(() => 'hang');
  const controller = new AbortController();
  const sent = transport.send({ ...POST, signal: controller.signal });
  await gateway.arrived(1);
  controller.abort();
  expect(failureOf(await sent)).toMatchObject({ kind: 'timeout' });
  expect(gateway.received).toHaveLength(1);
});

test('a body that nobody may see is not in the failure', async () => {
  gateway.behave(() => ({ status: 500, text: 'secret stack trace' }));
  const failure = failureOf((await sendThrough({ ...POST, maxRetries: 0 })).result);
  expect(JSON.stringify(failure)).not.toContain('secret');
});
