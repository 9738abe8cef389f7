import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tokenUsage } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LoopbackGateway } from '../../test-support/loopback-gateway.js';
import { RESERVE, SETTLE, testClient, warningsOf } from '../../test-support/test-client.js';

let gateway: LoopbackGateway;
let folder: string;
beforeEach(async () => {
  gateway = await LoopbackGateway.start(() => ({ json: { status: 'settled' } }));
  folder = path.join(mkdtempSync(path.join(tmpdir(), 'actguard-outbox-')), 'box');
});
afterEach(async () => {
  await gateway.kill();
  rmSync(path.dirname(folder), { recursive: true, force: true });
});

describe('a settlement', () => {
  test('tells what was used, merged as the host merged it', async () => {
    const { client } = testClient(gateway);
    await client.settle({
      ...SETTLE,
      usage: [
        {
          ...{ type: 'model', provider: 'openai', model: 'gpt-5', scopeName: 'search', tool: 'A.b' },
          ...{ calls: 3, estimatedCalls: 1, unpricedCalls: 0, tokens: 36, usdMicros: 5, costUnits: 2 },
          usage: tokenUsage({ input: 10, cachedInput: 1, cacheWrite5m: 2, cacheWrite1h: 3, output: 5, reasoning: 15 }),
        },
        {
          ...{ type: 'custom', name: 'tavily', scopeName: undefined, tool: undefined },
          ...{ calls: 1, usdMicros: 50_000, costUnits: 50 },
        },
      ],
    });
    expect(gateway.received).toHaveLength(1);
    expect(gateway.received[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/settle',
      headers: { authorization: 'Bearer ag_live_testkey', 'idempotency-key': expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(gateway.received[0]?.json).toEqual({
      reserve_id: 'res-1',
      input_tokens: 15,
      cached_input_tokens: 1,
      output_tokens: 20,
      usage_breakdown: [
        {
          ...{ provider: 'openai', provider_model_id: 'gpt-5', scope_name: 'search', tool_name: 'A.b', calls: 3 },
          ...{ input_tokens: 15, cached_input_tokens: 1, output_tokens: 20, estimated_calls: 1 },
        },
        { type: 'custom_cost', name: 'tavily', cost_cu: 50, usd_micros: 50_000, calls: 1 },
      ],
    });
    expect(client.status().settlements).toEqual({ delivered: 1, waiting: 0, rejected: 0, dropped: 0 });
  });

  test('has a key that no other reservation has', async () => {
    const { client } = testClient(gateway);
    await client.settle(SETTLE);
    await client.settle({ ...SETTLE, reserveId: 'res-2' });
    await client.settle({ ...SETTLE, runId: 'r1","s1', scopeId: '' });
    const keys = gateway.received.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(3);
  });

  test.each([400, 402, 404, 409, 410, 413, 422])(
    'that the gateway does not take is given up, and told: HTTP %p',
    async (status) => {
      gateway.behave(() => ({ status, json: { error: 'no such reservation' } }));
      const { client, clock } = testClient(gateway);
      const warnings = await warningsOf(() => clock.through(client.settle(SETTLE)));
      expect(warnings).toEqual([expect.stringContaining('no such reservation; the settlement was not taken')]);
      expect(client.status().settlements).toMatchObject({ rejected: 1, waiting: 0 });
    },
  );

  test.each([
    ['HTTP 500', { status: 500 }],
    ['HTTP 401', { status: 401 }],
    ['a redirect', { status: 307, headers: { location: '/' } }],
    ['a cut connection', 'reset'],
    ['a cut answer', 'reset-in-body'],
  ] as const)('waits where it could not be delivered, and never rejects: %s', async (_, behaviour) => {
    gateway.behave(() => behaviour);
    const { client, clock } = testClient(gateway);
    const warnings = await warningsOf(() => clock.through(client.settle(SETTLE)));
    expect(warnings).toEqual([expect.stringContaining('the settlement waits in the outbox')]);
    expect(client.status().settlements).toMatchObject({ delivered: 0, waiting: 1 });
    gateway.behave(() => ({ json: {} }));
    await client.flush();
    expect(client.status().settlements).toMatchObject({ delivered: 1, waiting: 0 });
    const [first, ...more] = gateway.received;
    for (const { headers, text } of more) {
      expect(headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
      expect(text).toBe(first?.text);
    }
  });
});

describe('what waits', () => {
  async function outage(options = {}) {
    gateway.behave(() => ({ status: 500 }));
    const made = testClient(gateway, { budgetMaxRetries: 0, ...options });
    await warningsOf(() => made.client.settle(SETTLE));
    return made;
  }

  test('is tried again by itself, less and less often', async () => {
    const { clock } = await outage();
    for (const wait of [300, 500, 900]) {
      const before = gateway.received.length;
      await clock.advance(wait - 1);
      expect(gateway.received).toHaveLength(before);
      await clock.advance(1);
      await gateway.arrived(before + 1);
      // The answer has to come before the next wait begins.
      while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(0);
    }
  });

  test('is delivered as soon as the gateway answers something else', async () => {
    const { client } = await outage();
    gateway.behave(() => ({ json: { reserve_id: 'res-2' } }));
    await client.reserve(RESERVE);
    await gateway.arrived(3);
    expect(gateway.received.map((each) => each.path)).toEqual(['/api/v1/settle', '/api/v1/reserve', '/api/v1/settle']);
  });

  test('does not delay the next settlement', async () => {
    const { client } = await outage();
    await client.settle({ ...SETTLE, scopeId: 's2' });
    expect(gateway.received).toHaveLength(1);
    expect(client.status().settlements.waiting).toBe(2);
  });

  test('does not wait for one that the gateway fails at', async () => {
    const { client } = await outage();
    for (const reserveId of ['res-2', 'res-3', 'res-4']) await client.settle({ ...SETTLE, reserveId });
    gateway.behave(({ text }) => ({ status: text.includes('"res-1"') ? 500 : 200 }));
    await client.flush();
    expect(client.status().settlements).toMatchObject({ delivered: 3, waiting: 1 });
  });

  test('stays where it is while the gateway is busy, and is not asked about again and again', async () => {
    const { client } = await outage();
    for (const reserveId of ['res-2', 'res-3']) await client.settle({ ...SETTLE, reserveId });
    gateway.behave(() => ({ status: 503 }));
    await client.flush();
    expect(gateway.received).toHaveLength(2);
    gateway.behave(() => ({ json: {} }));
    await client.flush();
    const order = gateway.received.slice(2).map(({ json }) => (json as { reserve_id: string }).reserve_id);
    expect(order).toEqual(['res-1', 'res-2', 'res-3']);
  });

  test('has an end: the oldest goes first', async () => {
    const { client } = await outage({ outbox: { maxEntries: 2 } });
    const warnings = await warningsOf(async () => {
      await client.settle({ ...SETTLE, scopeId: 's2' });
      await client.settle({ ...SETTLE, scopeId: 's3' });
    });
    expect(warnings).toEqual([expect.stringContaining('the outbox holds 2 settlements')]);
    expect(client.status().settlements).toMatchObject({ waiting: 2, dropped: 1 });
  });

  test('is lost with the client, and told, where the outbox is in memory', async () => {
    const { client } = await outage();
    expect(await warningsOf(() => client.close())).toEqual([expect.stringContaining('are lost: 1')]);
  });
});

describe('a folder', () => {
  const inFolder = (): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  const withFolder = (options = {}) =>
    testClient(gateway, { outbox: { path: folder }, budgetMaxRetries: 0, ...options });

  test('keeps settlements for the next start, which delivers them under the same key', async () => {
    gateway.behave(() => ({ status: 500 }));
    const first = withFolder();
    await warningsOf(async () => {
      await first.client.settle(SETTLE);
      await first.client.close();
    });
    expect(inFolder()).toHaveLength(1);
    expect(statSync(path.join(folder, inFolder()[0] ?? '')).mode & 0o077).toBe(0);
    const [sent] = gateway.received.slice(-1);

    gateway.behave(() => ({ json: {} }));
    const second = withFolder();
    await second.client.flush();
    expect(second.client.status().settlements).toMatchObject({ delivered: 1, waiting: 0 });
    expect(gateway.received.at(-1)?.text).toBe(sent?.text);
    expect(gateway.received.at(-1)?.headers['idempotency-key']).toBe(sent?.headers['idempotency-key']);
    expect(inFolder()).toEqual([]);
  });

  test('holds a settlement before it is sent', async () => {
    let atArrival: string[] = [];
    gateway.behave(() => {
      atArrival = inFolder();
      return { json: {} };
    });
    await withFolder().client.settle(SETTLE);
    expect(atArrival).toHaveLength(1);
    expect(inFolder()).toEqual([]);
  });

  test('may hold other things: they stay, and are told', async () => {
    gateway.behave(() => ({ status: 500 }));
    const first = withFolder();
    await warningsOf(() => first.client.settle(SETTLE));
    await warningsOf(() => first.client.close());
    writeFileSync(path.join(folder, 'notes.txt'), 'mine');
    const broken = `${'a'.repeat(64)}.json`;
    writeFileSync(path.join(folder, broken), '{"key":');
    const [kept = ''] = inFolder().filter((file) => file !== broken && file.endsWith('.json'));
    writeFileSync(path.join(folder, `${'b'.repeat(64)}.json`), readFileSync(path.join(folder, kept)));
    gateway.behave(() => ({ json: {} }));
    const warnings = await warningsOf(() => withFolder().client.flush());
    expect(warnings).toEqual([expect.stringContaining('holds no settlement')]);
    expect(inFolder().sort()).toEqual([broken, `${'b'.repeat(64)}.json`, 'notes.txt'].sort());
  });

  test('that cannot be used is told, and settlements wait in memory', async () => {
    writeFileSync(folder, 'a file');
    const { client } = withFolder();
    const warnings = await warningsOf(() => client.settle(SETTLE));
    expect(warnings).toEqual([expect.stringContaining('settlements wait in memory')]);
    expect(client.status().settlements).toMatchObject({ delivered: 1 });
  });
});
