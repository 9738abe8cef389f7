import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';
import { OpenBank, unavailable } from '../../test-support/bank.js';
import { CLIENT_NAMES, CLIENTS } from '../../test-support/clients.js';
import { describeWithOwnRedis } from '../../test-support/describe-with-redis.js';
import { LoopbackProxy } from '../../test-support/proxy.js';
import { RedisServer } from '../../test-support/redis-server.js';
import { until } from '../../test-support/until.js';
import { Workers } from '../../test-support/workers.js';

// Real servers, on a machine that may be busy.
jest.setTimeout(60_000);

const TIMEOUT_MS = 300;

describeWithOwnRedis('a server that is slow', () => {
  describe.each(CLIENT_NAMES)('with %s', (name) => {
    test('refuses what it does not answer in time, and admits again once it does', async () => {
      await using server = await RedisServer.start();
      await using proxy = await LoopbackProxy.to(server.port);
      await using open = CLIENTS[name](proxy.url);
      await using bank = await OpenBank.open(open.client, { timeout: TIMEOUT_MS });
      await until('calls are admitted', () => bank.call('list', {}));
      proxy.slow(1_000);
      await expect(bank.call('pay', { key: 'k1' })).rejects.toMatchObject(unavailable('timeout'));
      expect(bank.ledger.effects).toEqual([]);
      proxy.restore();
      expect(await until('keys are admitted', () => bank.call('pay', { key: 'k1' }))).toBe('paid k1');
      expect(bank.ledger.effects).toEqual(['k1']);
    });

    test('does not carry out late what was refused', async () => {
      await using server = await RedisServer.start();
      await using open = CLIENTS[name](server.url);
      await using bank = await OpenBank.open(open.client, { timeout: TIMEOUT_MS, prefix: 'late:' });
      await until('calls are admitted', () => bank.call('list', {}));
      const places = (): Promise<unknown> => server.ask('EVAL', PLACES, 0);
      expect(await places()).toBe(1);
      server.stop();
      const calls = await Promise.allSettled(Array.from({ length: 4 }, () => bank.call('list', {})));
      const late = await bank.call('pay', { key: 'k1' }).catch((error: unknown) => error);
      server.cont();
      expect(calls).toMatchObject(calls.map(() => ({ status: 'rejected', reason: unavailable('timeout') })));
      expect(late).toMatchObject(unavailable('timeout'));
      await until('it answers', () => bank.call('quote', {}));
      // Behind all that it was sent before.
      expect(await places()).toBe(1);
      expect(await server.ask('KEYS', 'late:record:*')).toEqual([]);
      for (let place = 2; place <= 5; place++) expect(await bank.call('list', {})).toBe('listed');
      await expect(bank.call('list', {})).rejects.toMatchObject({ code: 'guard.rate_limit_exceeded' });
    });

    test('lets no more commands wait than maxPending: others are refused at once', async () => {
      await using server = await RedisServer.start();
      await using open = CLIENTS[name](server.url);
      await using bank = await OpenBank.open(open.client, { timeout: '10s', maxPending: 3 });
      expect(await until('it answers', () => bank.call('quote', {}))).toBe('quoted');
      // The run of it has ended there, too: nothing is under way.
      server.stop();
      const waiting = Promise.all([1, 2, 3].map(() => bank.call('balance', {})));
      await expect(bank.call('balance', {})).rejects.toMatchObject(unavailable('overloaded'));
      await expect(bank.call('balance', {})).rejects.toMatchObject(unavailable('overloaded'));
      server.cont();
      expect(await waiting).toEqual(['balance', 'balance', 'balance']);
      // None is counted that has its answer: as many fit again, time after time.
      for (let round = 0; round < 5; round++)
        expect(await Promise.all([1, 2, 3].map(() => bank.call('balance', {})))).toHaveLength(3);
    });

    test('counts what was given up until the server has answered it, or the connection is lost', async () => {
      await using server = await RedisServer.start();
      await using proxy = await LoopbackProxy.to(server.port);
      await using open = CLIENTS[name](proxy.url);
      await using bank = await OpenBank.open(open.client, { timeout: TIMEOUT_MS, maxPending: 2 });
      await until('it answers', () => bank.call('balance', {}));
      proxy.blackHole();
      const both = [bank.call('balance', {}), bank.call('balance', {})];
      for (const call of both) await expect(call).rejects.toMatchObject(unavailable('timeout'));
      await expect(bank.call('balance', {})).rejects.toMatchObject(unavailable('overloaded'));
      proxy.cut();
      proxy.restore();
      await until('it answers', () => bank.call('balance', {}));
      expect(await Promise.all([bank.call('balance', {}), bank.call('balance', {})])).toHaveLength(2);
    });

    test('keeps no process alive, and rejects nothing that nobody handles', async () => {
      await using server = await RedisServer.start();
      const file = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../test-support/ending-worker.ts');
      await using workers = new Workers(file, { count: 1, args: () => [name, server.url] });
      await workers.haveSaid(1);
      server.stop();
      workers.tell('stopped');
      await workers.haveSaid(2);
      await server.kill();
      workers.tell('gone');
      const [ended] = await workers.ended();
      expect(ended).toMatchObject({ code: 0, err: '' });
      expect(ended?.said).toEqual(['ready', 'redis.timeout', expect.stringMatching(/^redis\./), 'closed']);
    });
  });
});

// Lua, so that it comes behind all commands of other connections that have arrived.
const PLACES = `
local count = 0
for _, key in ipairs(redis.call('KEYS', 'late:rate:*')) do count = count + redis.call('LLEN', key) end
return count
`;
