import { BudgetExceededError, isActGuardError, PaymentRequiredError } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Behaviour, LoopbackGateway } from '../../test-support/loopback-gateway.js';
import { RESERVE, testClient, warningsOf } from '../../test-support/test-client.js';

let gateway: LoopbackGateway;
beforeEach(async () => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  gateway = await LoopbackGateway.start(() => ({ json: { reserve_id: 'res-1' } }));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await gateway.kill();
});

describe('a reservation', () => {
  test('asks with what is known, under a key of its own', async () => {
    const { client } = testClient(gateway);
    await client.reserve({ ...RESERVE, costLimit: 50, planKey: 'pro', userId: 'alice' });
    await client.reserve({ ...RESERVE, planKey: '', userId: '' });
    await client.reserve({ ...RESERVE, scopeId: 's2' });
    expect(gateway.received).toMatchObject([
      { method: 'POST', path: '/api/v1/reserve', headers: { authorization: 'Bearer ag_live_testkey' } },
      {},
      {},
    ]);
    expect(gateway.received.map(({ json }) => json)).toEqual([
      { run_id: 'r1', cost_limit: 50, plan_key: 'pro', user_id: 'alice' },
      { run_id: 'r1' },
      { run_id: 'r1' },
    ]);
    const keys = gateway.received.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  test.each([
    [{ reserve_id: 'res-1', cost_limit: 50, tariff_version: 'v2', estimated_usd_micros: 7, status: 'reserved' }],
    [{ ReserveID: 'res-1', CostLimit: 50, TariffVersion: 'v2', EstimatedUsdMicros: 7 }],
    [{ reserveId: 'res-1', costLimit: 50, tariffVersion: 'v2', estimatedUsdMicros: 7 }],
  ])('is read in any spelling: %j', async (json) => {
    gateway.behave(() => ({ json }));
    expect(await testClient(gateway).client.reserve(RESERVE)).toEqual({
      ...{ reserveId: 'res-1', costLimit: 50, tariffVersion: 'v2', estimatedUsdMicros: 7 },
    });
  });

  test('takes nothing that makes no sense', async () => {
    const json = { reserve_id: 'res-1', cost_limit: 0, tariff_version: 7, estimated_usd_micros: '7', extra: {} };
    gateway.behave(() => ({ json }));
    expect(await testClient(gateway).client.reserve(RESERVE)).toEqual({ reserveId: 'res-1' });
  });

  test('takes the last of two fields of one name, as JSON does', async () => {
    gateway.behave(() => ({ text: '{"reserve_id":"first","reserve_id":"second","__proto__":{"reserve_id":"third"}}' }));
    expect(await testClient(gateway).client.reserve(RESERVE)).toEqual({ reserveId: 'second' });
  });

  test('goes to nobody without a gateway', async () => {
    const { Client } = await import('../client.js');
    const client = new Client();
    expect(client.isOffline).toBe(true);
    expect(await client.reserve(RESERVE)).toBeUndefined();
    expect(await client.tariff()).toBeUndefined();
    expect(await client.close()).toEqual({ sent: 0, failed: 0, dropped: 0 });
    expect(gateway.received).toEqual([]);
  });
});

describe('402', () => {
  const pascal = {
    Message: 'Top up, please.',
    CurrentBalance: 100,
    RequiredAmount: 600,
    Shortfall: 500,
    TopupURL: ' https://pay.example/t/1 ',
    TopupSessionID: 'ts-1',
    UserID: 'alice',
  };
  const snake = {
    message: 'Top up, please.',
    current_balance: 100,
    required_amount: 600,
    shortfall: 500,
    topup_url: 'https://pay.example/t/1',
    topup_session_id: 'ts-1',
    user_id: 'alice',
  };

  test.each([[pascal], [snake], [{ ...snake, ...pascal, current_balance: 7, user_id: 'mallory' }]])(
    'tells what is missing, and where to pay: %j',
    async (json) => {
      gateway.behave(() => ({ status: 402, json }));
      const { client } = testClient(gateway, { onUnavailable: 'open' });
      const error = await client.reserve(RESERVE).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PaymentRequiredError);
      expect(error).toMatchObject({
        code: 'budget.payment_required',
        reason: 'payment_required',
        retryable: false,
        path: '/api/v1/reserve',
        status: 402,
        userMessage: 'Top up, please.',
        currentBalance: 100,
        requiredAmount: 600,
        shortfall: 500,
        topupUrl: 'https://pay.example/t/1',
        topupSessionId: 'ts-1',
        userId: 'alice',
        responsePayload: json,
        message: '/api/v1/reserve: Top up, please. (HTTP 402)',
      });
      expect(gateway.received).toHaveLength(1);
      expect(client.status()).toMatchObject({ isReachable: true, reservations: { refused: 1 } });
    },
  );

  test.each([
    [{ json: { error: 'no money' } }, 'no money', { error: 'no money' }],
    [{ json: { detail: 'd', error: 'e' } }, 'd', { detail: 'd', error: 'e' }],
    [{ json: ['no money'] }, undefined, undefined],
    [{ text: 'no money' }, undefined, undefined],
    [{ json: { CurrentBalance: true, Shortfall: 1.5, TopupURL: 7 } }, undefined, expect.anything()],
  ] satisfies [Behaviour, string | undefined, unknown][])(
    'may say little: %j',
    async (answer, userMessage, payload) => {
      gateway.behave(() => ({ status: 402, ...answer }));
      const error = await testClient(gateway)
        .client.reserve(RESERVE)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        ...{ userMessage, currentBalance: undefined, shortfall: undefined, topupUrl: undefined },
        responsePayload: payload,
      });
    },
  );

  test('keeps links out of logs, and tells a model what to do', async () => {
    gateway.behave(() => ({ status: 402, json: { ...pascal, Message: 'key ag_live_testkey leaked' } }));
    const error = (await testClient(gateway)
      .client.reserve(RESERVE)
      .catch((thrown: unknown) => thrown)) as PaymentRequiredError;
    const logged = JSON.stringify(error);
    expect(logged).not.toContain('pay.example');
    expect(logged).not.toContain('ts-1');
    expect(error.message).toContain('key [redacted] leaked');
    expect(error.toPrompt()).toMatchObject({ refused: true, code: 'budget.payment_required' });
    expect(JSON.stringify(error.toPrompt())).not.toContain('pay.example');
  });
});

test('409 is a budget that is used up, elsewhere', async () => {
  const json = { error: 'budget exhausted', user_id: 'alice', tokens_used: 9, cost_used: 40, cost_limit: 50 };
  gateway.behave(() => ({ status: 409, json }));
  const { client } = testClient(gateway);
  const error = await client.reserve({ ...RESERVE, planKey: 'pro' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BudgetExceededError);
  expect(error).toMatchObject({
    code: 'budget.limit_exceeded',
    origin: 'remote',
    limitType: 'cost',
    used: 40,
    limit: 50,
    userId: 'alice',
    scopeId: 's1',
    details: { path: '/api/v1/reserve', status: 409, summary: 'budget exhausted', tokensUsed: 9, planKey: 'pro' },
  });
  expect(gateway.received).toHaveLength(1);
});

describe('a wrong configuration', () => {
  test.each([400, 401, 403, 422])('is no outage, whatever the client is told to do in one: HTTP %p', async (status) => {
    gateway.behave(() => ({ status, json: { error: 'unknown key ag_live_testkey' } }));
    const { client } = testClient(gateway, { onUnavailable: 'open' });
    const error = await client.reserve(RESERVE).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'runtime.transport_error',
      reason: 'budget_transport_error',
      retryable: false,
      operation: 'reserve',
      path: '/api/v1/reserve',
      status,
      message: `reserve: HTTP ${status}: unknown key [redacted]`,
    });
    expect(gateway.received).toHaveLength(1);
    expect(client.status().reservations).toMatchObject({ failed: 1, unreserved: 0 });
  });
});

const OUTAGES: [string, Behaviour, object][] = [
  ['HTTP 500', { status: 500 }, { kind: 'http', status: 500 }],
  ['HTTP 503', { status: 503, text: '<html>' }, { kind: 'http', status: 503 }],
  ['HTTP 404', { status: 404 }, { kind: 'http', status: 404 }],
  ['HTTP 429', { status: 429 }, { kind: 'http', status: 429 }],
  [
    'a redirect',
    { status: 302, headers: { location: 'https://elsewhere.example' } },
    { kind: 'redirect', status: 302 },
  ],
  ['no JSON', { text: 'hello' }, { kind: 'response', status: 200 }],
  ['no reservation', { json: { status: 'reserved' } }, { kind: 'response', status: 200 }],
  ['a list', { json: [] }, { kind: 'response', status: 200 }],
  ['a blank id', { json: { reserve_id: ' ' } }, { kind: 'response', status: 200 }],
  ['a cut connection', 'reset', { kind: 'connection' }],
];

describe('an outage', () => {
  test.each(OUTAGES)('lets an open client go on, and tells of it once: %s', async (_, behaviour, failure) => {
    gateway.behave(() => behaviour);
    const { client, clock } = testClient(gateway);
    const warnings = await warningsOf(async () => {
      expect(await clock.through(client.reserve(RESERVE))).toBeUndefined();
      expect(await clock.through(client.reserve({ ...RESERVE, scopeId: 's2' }))).toBeUndefined();
    });
    expect(warnings).toEqual([expect.stringContaining('runs go on without a reservation')]);
    expect(client.status()).toMatchObject({
      reservations: { granted: 0, unreserved: 2 },
      lastFailure: { operation: 'reserve', time: clock.wall(), ...failure },
    });
  });

  test.each(OUTAGES)('stops a closed client: %s', async (_, behaviour) => {
    gateway.behave(() => behaviour);
    const { client, clock } = testClient(gateway, { onUnavailable: 'closed' });
    await expect(clock.through(client.reserve(RESERVE))).rejects.toMatchObject({ code: 'runtime.transport_error' });
    expect(client.status().reservations).toMatchObject({ failed: 1 });
  });

  test.each(['hang', 'endless-body'] as const)('lasts no longer than the deadline: %s', async (behaviour) => {
    gateway.behave(() => behaviour);
    const { client, clock } = testClient(gateway, { budgetTimeout: '2s', budgetMaxRetries: 5 });
    const reserving = client.reserve(RESERVE);
    await gateway.arrived(1);
    await clock.advance(2000);
    expect(await reserving).toBeUndefined();
    expect(client.status()).toMatchObject({ isReachable: false, lastFailure: { kind: 'timeout' } });
  });

  test('ends', async () => {
    gateway.behaveOnce('reset', 'reset');
    const { client, clock } = testClient(gateway);
    expect(await clock.through(client.reserve(RESERVE))).toBeUndefined();
    expect(client.status().isReachable).toBe(false);
    expect(await client.reserve(RESERVE)).toEqual({ reserveId: 'res-1' });
    expect(client.status()).toMatchObject({ isReachable: true, reservations: { granted: 1, unreserved: 1 } });
  });

  test('keeps the secrets of the network out of errors', async () => {
    await gateway.kill();
    const { client, clock } = testClient(gateway, { onUnavailable: 'closed' });
    const error = await clock.through(client.reserve(RESERVE).catch((thrown: unknown) => thrown));
    if (!isActGuardError(error)) throw new Error('not ours');
    expect(error.message).toContain('ECONNREFUSED');
    expect(JSON.stringify(error)).not.toContain('testkey');
  });
});

test('a closed client asks nobody', async () => {
  const { client } = testClient(gateway);
  await client.close();
  expect(await client.reserve(RESERVE)).toBeUndefined();
  const closed = testClient(gateway, { onUnavailable: 'closed' }).client;
  await closed.close();
  await expect(closed.reserve(RESERVE)).rejects.toThrow('the client has been closed');
  expect(gateway.received).toEqual([]);
});
