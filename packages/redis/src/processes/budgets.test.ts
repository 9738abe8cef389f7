import { AgentHost } from '@actguard/core';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { AnyRedis } from '../../test-support/any-redis.js';
import { describeWithRedis } from '../../test-support/describe-with-redis.js';
import { ACME, nanosOf, RAW_BUDGETS } from '../../test-support/processes/budgets.js';
import { start } from '../../test-support/processes/program.js';
import { until } from '../../test-support/until.js';
import { RedisStore } from '../index.js';

jest.setTimeout(120_000);

const PROCESSES = 8;
const KILLED = 5;

describeWithRedis('a budget of 8 processes, of which 5 are killed while they spend', () => {
  let redis: AnyRedis;
  let client: Redis;
  let store: RedisStore;
  let spent: Record<string, string>;

  beforeAll(async () => {
    redis = await AnyRedis.open();
    client = new Redis(redis.url);
    const prefix = redis.newPrefix();
    store = new RedisStore(client, { prefix, timeout: '30s' });
    await using workers = await start('spending', PROCESSES, { url: redis.url, prefix, lease: '2s' });
    workers.tell('spend');
    const killed = workers.all
      .slice(0, KILLED)
      .map((worker) => worker.killAt({ said: 10 + Math.floor(Math.random() * 60) }));
    for (const { signal } of await Promise.all(killed)) expect(signal).toBe('SIGKILL');
    // The others go on until nothing is left.
    await workers.ended();
    spent = await client.hgetall(`${prefix}world-spent`);
  });
  afterAll(async () => {
    store?.close();
    client?.disconnect();
    await redis?.close();
  });

  async function stateOf(key: string): Promise<{ used: number; held: number }> {
    const [answer] = await store.apply([{ op: 'budget.read', budgets: [{ key }] }], performance.now());
    return answer.budgets[0]!;
  }

  test.each(RAW_BUDGETS)('has nothing held in the end, and all used, where holds are $key', async ({ key, limit }) => {
    const state = await until('nothing is held', async () => {
      const now = await stateOf(key);
      return now.held === 0 && now;
    });
    expect(state.used).toBe(limit);
  });

  test('is never exceeded by what was really spent, where holds of the dead are charged', () => {
    const { limit } = RAW_BUDGETS.find(({ lapse }) => lapse === 'charge')!;
    expect(Number(spent['charged'])).toBeLessThanOrEqual(limit);
    // What the dead held and did not spend.
    expect(Number(spent['charged'])).toBeLessThan(limit);
  });

  test('is left to the living, where holds of the dead are given back', () => {
    const { limit } = RAW_BUDGETS.find(({ lapse }) => lapse === 'release')!;
    expect(Number(spent['released'])).toBeGreaterThanOrEqual(limit);
  });

  test('is never exceeded by calls of models that were admitted', async () => {
    await using host = await AgentHost.create({ store });
    const { tokensUsed, tokensHeld, usdUsed, usdHeld } = await host.sharedBudget(ACME);
    const [tokens, nanos] = [Number(spent['tokens']), Number(spent['nanos'])];
    const usedNanos = Math.round((usdUsed ?? 0) * 1e9);
    expect([tokensHeld, usdHeld]).toEqual([0, 0]);
    expect(tokensUsed).toBeLessThanOrEqual(ACME.tokenLimit!);
    expect(usdUsed).toBeLessThanOrEqual(ACME.usdLimit!);
    expect(tokens).toBeLessThan(tokensUsed!);
    expect(nanos).toBeLessThan(usedNanos);
    // Of one of them not even the smallest call is left.
    const isTokens = ACME.tokenLimit! - tokensUsed! < 11;
    expect(isTokens || ACME.usdLimit! * 1e9 - usedNanos < nanosOf(10, 1)).toBe(true);
  });
});
