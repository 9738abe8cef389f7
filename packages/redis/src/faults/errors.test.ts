import { expect, jest, test } from '@jest/globals';
import { OpenBank, unavailable } from '../../test-support/bank.js';
import { CLIENT_NAMES, CLIENTS } from '../../test-support/clients.js';
import { describeWithOwnRedis } from '../../test-support/describe-with-redis.js';
import { RedisServer } from '../../test-support/redis-server.js';
import { until } from '../../test-support/until.js';

// Real servers, on a machine that may be busy.
jest.setTimeout(60_000);

const because = (code: string): object => ({
  ...unavailable('failed'),
  cause: { code: 'redis.failed', message: expect.stringContaining(code) },
});

describeWithOwnRedis('a server that answers with an error', () => {
  describeEach((name) => {
    test('because it is a replica (READONLY): refuses, changes nothing, and goes on as a master', async () => {
      await using master = await RedisServer.start();
      await using server = await RedisServer.start();
      await using open = CLIENTS[name](server.url);
      await using bank = await OpenBank.open(open.client);
      expect(await until('it is connected', () => bank.call('list', {}))).toBe('listed');
      await server.ask('REPLICAOF', master.host, master.port);
      await expect(bank.call('list', {})).rejects.toMatchObject(because('READONLY'));
      await expect(bank.call('pay', { key: 'k1' })).rejects.toMatchObject(because('READONLY'));
      await expect(bank.call('mail', {})).rejects.toMatchObject(because('READONLY'));
      expect(bank.ledger.effects).toEqual([]);
      await server.ask('REPLICAOF', 'NO', 'ONE');
      expect(await until('it is a master', () => bank.call('pay', { key: 'k1' }))).toBe('paid k1');
      expect(bank.ledger.effects).toEqual(['k1']);
    });

    test('because its memory is full (OOM): refuses, takes nothing, and goes on when there is room', async () => {
      await using server = await RedisServer.start({ config: ['maxmemory-policy noeviction'] });
      await using open = CLIENTS[name](server.url);
      await using bank = await OpenBank.open(open.client);
      expect(await until('it is connected', () => bank.call('list', {}))).toBe('listed');
      await server.ask('CONFIG', 'SET', 'maxmemory', 1);
      await expect(bank.call('list', {})).rejects.toMatchObject(because('OOM'));
      await expect(bank.call('pay', { key: 'k1' })).rejects.toMatchObject(because('OOM'));
      await expect(bank.call('mail', {})).rejects.toMatchObject(because('OOM'));
      expect(await placesOf(server)).toBe(1);
      expect(await server.ask('KEYS', 'actguard:record:*')).toEqual([]);
      await server.ask('CONFIG', 'SET', 'maxmemory', 0);
      expect(await bank.call('pay', { key: 'k1' })).toBe('paid k1');
      for (let place = 2; place <= 5; place++) expect(await bank.call('list', {})).toBe('listed');
      expect(bank.ledger.effects).toEqual(['k1']);
    });

    test('because it still reads its data (LOADING): refuses, and goes on with what it has read', async () => {
      // So slow that calls come meanwhile: half a millisecond for each of its keys.
      const config = ['key-load-delay 500', 'loading-process-events-interval-bytes 1024', 'aof-use-rdb-preamble yes'];
      await using server = await RedisServer.start({ durable: true, config });
      await using open = CLIENTS[name](server.url);
      await using bank = await OpenBank.open(open.client, { timeout: '200ms' });
      expect(await until('it is connected', () => bank.call('pay', { key: 'k1' }))).toBe('paid k1');
      await server.ask('EVAL', "for key = 1, 1500 do redis.call('SET', 'other:' .. key, key) end", 0);
      await server.ask('BGREWRITEAOF');
      await until('it is written', async () => /aof_rewrite_in_progress:0/.test(String(await server.ask('INFO'))));
      const restarted = server.restart('kept');
      const refused: unknown[] = [];
      const isUp = restarted.then(() => true);
      while (!(await Promise.race([isUp, later()])))
        await bank.call('list', {}).catch((error: unknown) => refused.push(error));
      expect(refused.length).toBeGreaterThan(0);
      for (const error of refused) expect(error).toMatchObject({ code: 'guard.store_unavailable' });
      expect(await until('it has read all', () => bank.call('pay', { key: 'k1' }))).toBe('paid k1');
      expect(bank.ledger.effects).toEqual(['k1']);
    });
  });

  function describeEach(body: (name: (typeof CLIENT_NAMES)[number]) => void): void {
    for (const name of CLIENT_NAMES) describeWithOwnRedis(`to ${name}`, () => body(name));
  }
});

async function later(): Promise<false> {
  return await new Promise((resolve) => setTimeout(() => resolve(false), 20));
}

async function placesOf(server: RedisServer): Promise<number> {
  const keys = (await server.ask('KEYS', 'actguard:rate:*')) as string[];
  const lengths = await Promise.all(keys.map(async (key) => Number(await server.ask('LLEN', key))));
  return lengths.reduce((sum, length) => sum + length, 0);
}
