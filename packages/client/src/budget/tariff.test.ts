import { AgentHost, admitModelCall, tokenUsage } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { LoopbackGateway } from '../../test-support/loopback-gateway.js';
import { RESERVE, testClient, WIRE_TARIFF, warningsOf } from '../../test-support/test-client.js';
import { tariffOf } from './tariff-answer.js';

const { llm } = WIRE_TARIFF;

describe('the answer', () => {
  test('becomes a tariff that a host counts with', async () => {
    const tariff = tariffOf(WIRE_TARIFF);
    if (tariff === undefined) throw new Error('no tariff');
    await using host = await AgentHost.create({ tariff });
    const costOf = async (model: string, usage: Parameters<typeof tokenUsage>[0]): Promise<number> =>
      host.run({ budget: { costLimit: 10_000 } }, async (run) => {
        const call = await admitModelCall({
          ...{ provider: 'openai', model, operation: 'complete' },
          bound: () => ({ inputTokens: 1, outputTokens: 1 }),
        });
        call.settle({ outcome: 'success', usage: tokenUsage(usage) });
        return run.currentBudget?.costUsed ?? Number.NaN;
      });
    expect(await costOf('gpt-5', { input: 1000, output: 250, cachedInput: 100 })).toBe(3);
    expect(await costOf('text-embedding-3-small', { input: 1_000_000 })).toBe(20);
    expect(await costOf('text-embedding-3-large', { input: 1_000_000 })).toBe(1000);
  });

  test('may write numbers as text, and leave out what it does not have', () => {
    const fallback = { input_cu_per_1k: '1', output_cu_per_1k: '4', cached_cu_per_1k: 0 };
    expect(
      tariffOf({ ...WIRE_TARIFF, cu_per_usd: '1000', tools: null, llm: { default: fallback, providers: null } }),
    ).toEqual({
      version: 'v1',
      cuPerUsd: 1000,
      default: { inputCuPer1k: 1, outputCuPer1k: 4, cachedCuPer1k: 0 },
      providers: {},
    });
  });

  test.each([
    { ...WIRE_TARIFF, tariff_version: '' },
    { ...WIRE_TARIFF, registry_version: undefined },
    { ...WIRE_TARIFF, cu_per_usd: -1 },
    { ...WIRE_TARIFF, cu_per_usd: 1.5 },
    { ...WIRE_TARIFF, cu_per_usd: '1e3' },
    { ...WIRE_TARIFF, llm: { ...llm, default: { ...llm.default, output_cu_per_1k: null } } },
    { ...WIRE_TARIFF, llm: { ...llm, providers: { openai: [] } } },
    {
      ...WIRE_TARIFF,
      llm: { ...llm, providers: { openai: { models: { m: { input_cu_per_1k: 1, input_cu_per_1m: 1 } } } } },
    },
    { ...WIRE_TARIFF, llm: { ...llm, providers: { openai: { models: { m: { output_cu_per_1k: 'x' } } } } } },
    null,
    [],
    'v1',
  ])('is refused where it makes no sense: %j', (body) => {
    expect(tariffOf(body)).toBeUndefined();
  });
});

describe('a client', () => {
  let gateway: LoopbackGateway;
  let version: string;
  beforeEach(async () => {
    jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    version = 'v1';
    gateway = await LoopbackGateway.start(({ path }) =>
      path.endsWith('reserve')
        ? { json: { reserve_id: 'res-1', tariff_version: version } }
        : { json: { ...WIRE_TARIFF, tariff_version: version } },
    );
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await gateway.kill();
  });
  const fetched = (): number => gateway.to('/api/v1/cu-tariff').length;

  test('fetches the tariff once, without its key, however many ask', async () => {
    const { client } = testClient(gateway);
    const tariffs = await Promise.all([client.tariff(), client.tariff(), client.tariff()]);
    expect(new Set(tariffs).size).toBe(1);
    expect(tariffs[0]).toMatchObject({ version: 'v1', cuPerUsd: 1000 });
    await client.tariff();
    expect(fetched()).toBe(1);
    expect(gateway.received[0]).toMatchObject({ method: 'GET' });
    expect(gateway.received[0]?.headers).not.toHaveProperty('authorization');
    expect(client.status().tariffVersion).toBe('v1');
  });

  test('fetches it anew when a reservation names another version', async () => {
    const { client } = testClient(gateway);
    await client.tariff();
    await client.reserve(RESERVE);
    await client.tariff();
    expect(fetched()).toBe(1);
    version = 'v2';
    await client.reserve({ ...RESERVE, scopeId: 's2' });
    expect(await client.tariff()).toMatchObject({ version: 'v2' });
    await client.tariff();
    expect(fetched()).toBe(2);
  });

  test('does not ask all the time for a version that is not served yet', async () => {
    const { client, clock } = testClient(gateway);
    await client.tariff();
    gateway.behave(({ path }) =>
      path.endsWith('reserve') ? { json: { reserve_id: 'r', tariff_version: 'v2' } } : { json: WIRE_TARIFF },
    );
    await client.reserve(RESERVE);
    expect(await client.tariff()).toMatchObject({ version: 'v1' });
    await client.tariff();
    expect(fetched()).toBe(2);
    await clock.advance(10_000);
    await client.tariff();
    expect(fetched()).toBe(3);
  });

  test('goes on with the old one where the new one cannot be had', async () => {
    const { client, clock } = testClient(gateway);
    await client.tariff();
    version = 'v2';
    await client.reserve(RESERVE);
    gateway.behave(() => ({ status: 500 }));
    const warnings = await warningsOf(async () => {
      expect(await clock.through(client.tariff())).toMatchObject({ version: 'v1' });
    });
    expect(warnings).toHaveLength(1);
  });

  test('goes on without one in an outage, and asks again after a while', async () => {
    gateway.behaveOnce({ json: { ...WIRE_TARIFF, cu_per_usd: 'many' } });
    const { client, clock } = testClient(gateway);
    const warnings = await warningsOf(async () => {
      expect(await client.tariff()).toBeUndefined();
      expect(await client.tariff()).toBeUndefined();
    });
    expect(warnings).toEqual([expect.stringContaining('HTTP 200 without a tariff')]);
    expect(fetched()).toBe(1);
    await clock.advance(10_000);
    expect(await client.tariff()).toMatchObject({ version: 'v1' });
  });

  test('refuses to go on without one where it is closed, and with a wrong configuration always', async () => {
    gateway.behave(() => ({ status: 500 }));
    const closed = testClient(gateway, { onUnavailable: 'closed' });
    await expect(closed.clock.through(closed.client.tariff())).rejects.toMatchObject({
      code: 'runtime.transport_error',
      operation: 'cu-tariff',
      retryable: true,
    });
    gateway.behave(() => ({ status: 403 }));
    await expect(testClient(gateway).client.tariff()).rejects.toMatchObject({ status: 403, retryable: false });
  });
});
