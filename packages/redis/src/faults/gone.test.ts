import { StoreUnavailableError } from '@actguard/core';
import { describe, expect, jest, test } from '@jest/globals';
import { createClient } from 'redis';
import { Bank, OpenBank, unavailable } from '../../test-support/bank.js';
import { CLIENT_NAMES, CLIENTS } from '../../test-support/clients.js';
import { describeWithOwnRedis } from '../../test-support/describe-with-redis.js';
import { freePort } from '../../test-support/free-port.js';
import { RedisServer } from '../../test-support/redis-server.js';
import { until } from '../../test-support/until.js';

// Real servers, on a machine that may be busy.
jest.setTimeout(60_000);

// A wait that is begun anew for every call would take this long together; the bound is a fraction of it.
const TIMEOUT_MS = 400;
const CALLS = 50;

async function refusedAtOnce(bank: OpenBank): Promise<void> {
  const start = performance.now();
  for (let call = 0; call < CALLS; call++) {
    await expect(bank.call('list', {})).rejects.toMatchObject(unavailable('disconnected'));
  }
  expect(performance.now() - start).toBeLessThan((CALLS * TIMEOUT_MS) / 4);
}

describeWithOwnRedis('a server that is gone', () => {
  describe.each(CLIENT_NAMES)('with %s', (name) => {
    test('from the start: refuses each call, the later ones without a wait, and admits when there is one', async () => {
      await using server = await RedisServer.start();
      await server.kill();
      await using open = CLIENTS[name](server.url);
      await using bank = await OpenBank.open(open.client, { timeout: TIMEOUT_MS });
      const first = bank.call('pay', { key: 'k1' });
      await expect(first).rejects.toThrow(StoreUnavailableError);
      await expect(first).rejects.toMatchObject(unavailable('disconnected'));
      expect(bank.ledger.effects).toEqual([]);
      await refusedAtOnce(bank);
      await server.restart();
      expect(await until('calls are admitted', () => bank.call('list', {}))).toBe('listed');
      expect(await until('keys are admitted', () => bank.call('pay', { key: 'k1' }))).toBe('paid k1');
      expect(bank.ledger.effects).toEqual(['k1']);
    });

    test('and comes back again and again: is waited for once each time', async () => {
      await using server = await RedisServer.start();
      await using open = CLIENTS[name](server.url);
      await using bank = await OpenBank.open(open.client, { timeout: TIMEOUT_MS });
      for (const round of [1, 2]) {
        expect(await until('calls are admitted', () => bank.call('list', {}))).toBe('listed');
        await server.kill();
        await until('the loss is noticed', async () => {
          const refused = await bank.call('list', {}).catch((error: unknown) => error);
          return refused instanceof StoreUnavailableError && `${round}`;
        });
        // What was under way when the connection broke may have had another reason.
        await bank.call('list', {}).catch(() => {});
        await refusedAtOnce(bank);
        await server.restart();
      }
      await until('keys are admitted', () => bank.call('pay', { key: 'k1' }));
      expect(bank.ledger.effects).toEqual(['k1']);
    });

    test('in the middle of a run: refuses there, and goes on in the same run', async () => {
      await using server = await RedisServer.start();
      await using open = CLIENTS[name](server.url);
      await using bank = await OpenBank.open(open.client, { timeout: TIMEOUT_MS });
      await until('calls are admitted', () => bank.call('list', {}));
      await using run = bank.host.open({ userId: 'alice', sessionId: 's1' });
      run.facts.add('account', 'a1');
      const agent = run.get(Bank);
      expect(await agent.transfer({ account: 'a1' })).toBe('from a1');
      await server.kill();
      await expect(agent.transfer({ account: 'a1' })).rejects.toThrow(StoreUnavailableError);
      await server.restart();
      expect(await until('calls are admitted', () => agent.quote({}))).toBe('quoted');
      // What the run knew is lost with the server: policy refuses, and does not guess.
      await expect(agent.transfer({ account: 'a1' })).rejects.toMatchObject({ code: 'MISSING_FACT' });
      run.facts.add('account', 'a1');
      expect(await agent.transfer({ account: 'a1' })).toBe('from a1');
    });

    test('because its user closed the client: says so at once', async () => {
      await using server = await RedisServer.start();
      const open = CLIENTS[name](server.url);
      await using bank = await OpenBank.open(open.client, { timeout: '10m' });
      await until('calls are admitted', () => bank.call('list', {}));
      await open[Symbol.asyncDispose]();
      await expect(bank.call('list', {})).rejects.toMatchObject({
        code: 'guard.store_unavailable',
        cause: {
          code: 'redis.disconnected',
          message: 'the Redis client is not connected: connect it before the first call, and close it after the last',
        },
      });
    });
  });

  test('to a client of node-redis that nobody has connected: says so at once, and goes on when somebody does', async () => {
    await using server = await RedisServer.start();
    const client = createClient({ url: server.url });
    await using bank = await OpenBank.open(client, { timeout: '10m' });
    await expect(bank.call('list', {})).rejects.toMatchObject({
      cause: { code: 'redis.disconnected', message: expect.stringContaining('connect it before the first call') },
    });
    await client.connect();
    expect(await bank.call('list', {})).toBe('listed');
    await client.close();
  });

  test('to a lazy client of ioredis: the first call connects it', async () => {
    await using server = await RedisServer.start();
    await using open = CLIENTS.ioredis(server.url, { lazyConnect: true });
    await using bank = await OpenBank.open(open.client, { timeout: '10s' });
    expect(await bank.call('list', {})).toBe('listed');
  });

  test('to a lazy client of ioredis, at first: goes on when there is one', async () => {
    await using server = await RedisServer.start();
    await server.kill();
    await using open = CLIENTS.ioredis(server.url, { lazyConnect: true });
    await using bank = await OpenBank.open(open.client, { timeout: TIMEOUT_MS });
    await refusedAtOnce(bank);
    await server.restart();
    expect(await until('calls are admitted', () => bank.call('list', {}))).toBe('listed');
  });

  test('at first, and may be waited for: lets no more calls wait than maxPending', async () => {
    await using server = await RedisServer.start();
    await server.kill();
    await using open = CLIENTS.ioredis(server.url);
    await using bank = await OpenBank.open(open.client, { timeout: '1m', maxPending: 2 });
    const waiting = [bank.call('balance', {}), bank.call('balance', {})];
    await expect(bank.call('balance', {})).rejects.toMatchObject(unavailable('overloaded'));
    await server.restart();
    expect(await Promise.all(waiting)).toEqual(['balance', 'balance']);
    expect(await Promise.all([bank.call('balance', {}), bank.call('balance', {})])).toHaveLength(2);
  });

  test('to a run of a named session: refuses the run', async () => {
    const port = await freePort();
    await using open = CLIENTS.ioredis(`redis://127.0.0.1:${port}`);
    await using bank = await OpenBank.open(open.client, { timeout: TIMEOUT_MS });
    const run = bank.host.run({ sessionId: 's1', userId: 'alice' }, () => 'ran');
    await expect(run).rejects.toMatchObject(unavailable('disconnected'));
  });
});
