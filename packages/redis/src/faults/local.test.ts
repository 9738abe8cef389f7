import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '@actguard/core';
import { describe, expect, jest, test } from '@jest/globals';
import { Bank, OpenBank, unavailable } from '../../test-support/bank.js';
import { CLIENT_NAMES, CLIENTS, type OpenClient } from '../../test-support/clients.js';
import { describeWithOwnRedis } from '../../test-support/describe-with-redis.js';
import { RedisServer } from '../../test-support/redis-server.js';
import { until } from '../../test-support/until.js';
import type { OnUnavailable } from '../index.js';
import { LocalFallback } from '../local-fallback.js';

// Real servers, on a machine that may be busy.
jest.setTimeout(60_000);

const DOWN = Object.assign(new Error('down'), { status: 503 });
const limited = { code: 'guard.rate_limit_exceeded' };

async function setUp(
  name: (typeof CLIENT_NAMES)[number],
  onUnavailable: OnUnavailable,
): Promise<{ server: RedisServer; open: OpenClient; bank: OpenBank } & AsyncDisposable> {
  const server = await RedisServer.start();
  const open = CLIENTS[name](server.url);
  const bank = await OpenBank.open(open.client, { onUnavailable });
  await until('it is connected', () => bank.call('quote', {}));
  return {
    server,
    open,
    bank,
    [Symbol.asyncDispose]: async () => {
      await bank[Symbol.asyncDispose]();
      await open[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

describeWithOwnRedis('while the server is gone', () => {
  describe.each(CLIENT_NAMES)('with %s', (name) => {
    test('a rate limit goes on in this process, and in all of them once it is back', async () => {
      await using all = await setUp(name, { rateLimit: 'local' });
      const { server, bank } = all;
      expect(await bank.call('list', {})).toBe('listed');
      await server.kill();
      for (let place = 1; place <= 5; place++) expect(await bank.call('list', {})).toBe('listed');
      await expect(bank.call('list', {})).rejects.toMatchObject(limited);
      await server.restart();
      const rates = async (): Promise<string[]> => (await server.ask('KEYS', 'actguard:rate:*')) as string[];
      await until('it counts for all again', async () => {
        await bank.call('list', {}).catch(() => {});
        return (await rates()).length > 0;
      });
      for (let place = 2; place <= 5; place++) expect(await bank.call('list', {})).toBe('listed');
      await expect(bank.call('list', {})).rejects.toMatchObject(limited);
    });
  });

  test('what nobody let go on refuses, also together with what may', async () => {
    await using all = await setUp('ioredis', { rateLimit: 'local' });
    const { server, bank } = all;
    await using run = bank.host.open({ userId: 'alice' });
    run.facts.add('account', 'a1');
    const agent = run.get(Bank);
    expect(await agent.transfer({ account: 'a1' })).toBe('from a1');
    await server.kill();
    // What is under way when the connection breaks may get no answer instead.
    await expect(agent.transfer({ account: 'a1' })).rejects.toThrow(StoreUnavailableError);
    await expect(agent.transfer({ account: 'a1' })).rejects.toMatchObject(unavailable('disconnected'));
    await expect(agent.mail({})).rejects.toMatchObject(unavailable('disconnected'));
    await expect(agent.quote({})).rejects.toMatchObject(unavailable('disconnected'));
    await expect(agent.balance({})).rejects.toMatchObject(unavailable('disconnected'));
    await expect(agent.pay({ key: 'k1' })).rejects.toMatchObject(unavailable('disconnected'));
    expect(bank.ledger.effects).toEqual([]);
    expect(await agent.list({})).toBe('listed');
  });

  test('all that may go on does so together', async () => {
    await using all = await setUp('ioredis', { rateLimit: 'local', circuitBreaker: 'local', attempts: 'local' });
    const { server, bank } = all;
    await server.kill();
    await using run = bank.host.open({ userId: 'alice' });
    const agent = run.get(Bank);
    for (let attempt = 1; attempt <= 3; attempt++) expect(await agent.mail({})).toBe('sent');
    await expect(agent.mail({})).rejects.toMatchObject({ code: 'guard.max_attempts_exceeded' });
  });

  test('a circuit opens in this process, and its outcome stays there when the server is back', async () => {
    await using all = await setUp('ioredis', { circuitBreaker: 'local' });
    const { server, bank } = all;
    const breakers = async (): Promise<string[]> => (await server.ask('KEYS', 'actguard:breaker:*')) as string[];
    await server.kill();
    let fail = (): void => {};
    bank.ledger.hold = new Promise<void>((_, reject) => (fail = () => reject(DOWN)));
    bank.ledger.hold.catch(() => {});
    // It enters here, and leaves when the server is back.
    const failing = bank.call('balance', {});
    failing.catch(() => {});
    await sleep(1_500);
    await server.restart();
    await until('it answers', () => bank.call('quote', {}));
    fail();
    await expect(failing).rejects.toThrow('down');
    bank.ledger.hold = Promise.resolve();
    // Of the server's circuit it says nothing.
    expect(await bank.call('balance', {})).toBe('balance');
    expect(await breakers()).toEqual([]);
  });
});

describe('what goes on in this process', () => {
  test('is forgotten with its run', () => {
    const local = new LocalFallback({ attempts: 'local' });
    const take = { op: 'attempt.take', run: 'r1', tool: 'Bank.quote', limit: 1, observe: false } as const;
    expect(local.apply([take], 0)).toEqual([{ admitted: true, used: 1 }]);
    expect(local.apply([take], 1)).toEqual([{ admitted: false, used: 2 }]);
    // The server may know of the run as well.
    expect(local.owns({ op: 'run.end', run: 'r1', scope: 'run:r1' })).toBe(false);
    expect(local.apply([take], 2)).toEqual([{ admitted: true, used: 1 }]);
  });

  test('is given back here, and what the server gave is not', () => {
    const local = new LocalFallback({ rateLimit: 'local' });
    const take = { op: 'rate.take', key: 'k', limit: 1, periodMs: 60_000, observe: false } as const;
    expect(local.apply([take], 5)).toEqual([{ admitted: true, ticket: 5 }]);
    const here = { op: 'rate.giveBack', key: 'k', ticket: 5 } as const;
    const there = { op: 'rate.giveBack', key: 'k', ticket: Date.now() * 1000 } as const;
    expect(local.owns(there)).toBe(false);
    expect(local.owns(here)).toBe(true);
    expect(local.apply([take], 6)).toMatchObject([{ admitted: false }]);
    local.apply([here], 7);
    expect(local.apply([take], 8)).toMatchObject([{ admitted: true }]);
  });
});
