import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { infoOf } from '../../test-support/ask.js';
import { OpenBank } from '../../test-support/bank.js';
import { CLIENTS, type OpenClient } from '../../test-support/clients.js';
import { describeWithOwnRedis } from '../../test-support/describe-with-redis.js';
import { RedisServer } from '../../test-support/redis-server.js';
import { until } from '../../test-support/until.js';

// Real servers, on a machine that may be busy.
jest.setTimeout(60_000);

const LEASE_MS = 1_000;
const TIMEOUT_MS = 1_000;

describeWithOwnRedis('the end of an execution', () => {
  let server: RedisServer;
  let opened: OpenClient[];
  let ours: OpenBank;
  let theirs: OpenBank;
  let tests = 0;

  beforeAll(async () => {
    server = await RedisServer.start({ durable: true });
  });
  afterAll(async () => await server?.close());

  // Two processes, as far as the store can tell.
  beforeEach(async () => {
    const prefix = `ends-${++tests}:`;
    opened = [CLIENTS.ioredis(server.url), CLIENTS['node-redis'](server.url)];
    [ours, theirs] = (await Promise.all(
      opened.map(({ client }) => OpenBank.open(client, { prefix, lease: LEASE_MS, timeout: TIMEOUT_MS })),
    )) as [OpenBank, OpenBank];
    await Promise.all([ours, theirs].map((bank) => until('it is connected', () => bank.call('list', {}))));
  });
  afterEach(async () => {
    for (const bank of [ours, theirs]) await bank[Symbol.asyncDispose]();
    for (const client of opened) await client[Symbol.asyncDispose]();
  });

  function begin(): { readonly paid: Promise<string>; readonly started: Promise<unknown>; end(): void } {
    let end = (): void => {};
    ours.ledger.hold = new Promise<void>((resolve) => (end = resolve));
    const paid = ours.call('pay', { key: 'k1' });
    paid.catch(() => {});
    return { paid, started: until('the method runs', () => ours.ledger.effects.length === 1), end: () => end() };
  }

  const codeOf = async (call: Promise<unknown>): Promise<unknown> =>
    await call.then(
      () => 'admitted',
      (error: { readonly code: unknown }) => error.code,
    );

  test('that could not be told is told later: a repeat elsewhere gets the result', async () => {
    const { paid, started, end } = begin();
    await started;
    await server.kill();
    end();
    expect(await paid).toBe('paid k1');
    await sleep(1.2 * TIMEOUT_MS);
    await server.restart('kept');
    expect(await until('the result has arrived', () => theirs.call('pay', { key: 'k1' }))).toBe('paid k1');
    expect([...ours.ledger.effects, ...theirs.ledger.effects]).toEqual(['k1']);
  });

  test('that was never told because the process died leaves the outcome unknown, after the lease', async () => {
    const { paid, started, end } = begin();
    await started;
    expect(await codeOf(theirs.call('pay', { key: 'k1' }))).toBe('guard.idempotency_in_progress');
    ours.store.close();
    const unknown = 'guard.idempotency_outcome_unknown';
    await until('the lease has lapsed', async () => (await codeOf(theirs.call('pay', { key: 'k1' }))) === unknown);
    await sleep(LEASE_MS);
    expect(await codeOf(theirs.call('pay', { key: 'k1' }))).toBe(unknown);
    expect(theirs.ledger.effects).toEqual([]);
    // It was only slow: what it says at last counts.
    end();
    expect(await paid).toBe('paid k1');
    expect(await theirs.call('pay', { key: 'k1' })).toBe('paid k1');
  });

  test('may come long after the lease of a living process: it is renewed', async () => {
    const { paid, started, end } = begin();
    await started;
    const stop = performance.now() + 2.5 * LEASE_MS;
    while (performance.now() < stop) {
      expect(await codeOf(theirs.call('pay', { key: 'k1' }))).toBe('guard.idempotency_in_progress');
      await sleep(50);
    }
    end();
    expect(await paid).toBe('paid k1');
    expect(await theirs.call('pay', { key: 'k1' })).toBe('paid k1');
    expect(theirs.ledger.effects).toEqual([]);
  });

  test('ends the renewing: an idle process asks nothing of the server', async () => {
    const { paid, started, end } = begin();
    await started;
    const before = await scripts();
    await until('it is renewed', async () => (await scripts()) > before);
    end();
    await paid;
    await until('nothing is under way', async () => {
      const seen = await scripts();
      await sleep(LEASE_MS);
      return (await scripts()) === seen;
    });
  });

  async function scripts(): Promise<number> {
    const info = infoOf(await server.ask('INFO', 'commandstats'));
    return Number(/calls=(\d+)/.exec(info.get('cmdstat_evalsha') ?? '')?.[1] ?? 0);
  }
});
