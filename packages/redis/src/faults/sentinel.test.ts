import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createSentinel } from 'redis';
import { Bank, OpenBank } from '../../test-support/bank.js';
import { describeWithOwnRedis } from '../../test-support/describe-with-redis.js';
import { RedisSentinel } from '../../test-support/redis-sentinel.js';
import { until } from '../../test-support/until.js';

// Real servers, on a machine that may be busy.
jest.setTimeout(60_000);

describeWithOwnRedis('a master whose replica takes its place', () => {
  let redis: RedisSentinel;
  let banks: Record<'ioredis' | 'node-redis', OpenBank>;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    redis = await RedisSentinel.start();
    const { nodes: sentinels, name } = redis;
    const one = new Redis({ sentinels, name, retryStrategy: () => 50, sentinelRetryStrategy: () => 50 });
    one.on('error', () => {});
    const other = createSentinel({ name, sentinelRootNodes: sentinels, scanInterval: 200 });
    other.on('error', () => {});
    closing.push(
      () => one.disconnect(),
      () => other.destroy(),
    );
    await other.connect();
    // Keys of their own: what one of them does says nothing about the other.
    banks = {
      ioredis: await OpenBank.open(one, { prefix: 'one:' }),
      'node-redis': await OpenBank.open(other, { prefix: 'other:' }),
    };
  });
  afterAll(async () => {
    for (const bank of Object.values(banks ?? {})) await bank[Symbol.asyncDispose]();
    for (const close of closing) await close();
    await redis?.close();
  });

  // Replication does not wait. What a failover takes away is what @Idempotent stands on; this says what is left of it.
  test('has what had reached it, and both clients go on with it in the same run; it lacks what had not', async () => {
    const all = Object.values(banks);
    const runs = all.map((bank) => bank.host.open({ userId: 'alice', sessionId: 's1' }));
    for (const [index, bank] of all.entries()) {
      runs[index]!.facts.add('account', 'a1');
      expect(await until('it is connected', () => bank.call('pay', { key: 'k1' }))).toBe('paid k1');
      expect(await runs[index]!.get(Bank).transfer({ account: 'a1' })).toBe('from a1');
    }
    const [master, replica] = redis.servers;
    await settled();
    expect(await master.ask('WAIT', 1, 5_000)).toBe(1);
    replica.stop();
    await master.ask('CLIENT', 'KILL', 'TYPE', 'replica');
    for (const bank of all) {
      expect(await bank.call('pay', { key: 'k2' })).toBe('paid k2');
      expect(await bank.call('pay', { key: 'k2' })).toBe('paid k2');
      expect(bank.ledger.effects).toEqual(['k1', 'k2']);
    }
    await master.kill();
    replica.cont();
    await redis.mastered(replica);
    for (const [index, bank] of all.entries()) {
      expect(await until('it goes on', () => bank.call('list', {}))).toBe('listed');
      expect(await bank.call('pay', { key: 'k1' })).toBe('paid k1');
      expect(bank.ledger.effects).toEqual(['k1', 'k2']);
      expect(await runs[index]!.get(Bank).transfer({ account: 'a1' })).toBe('from a1');
      // Nothing is known of this one: it executes again, once.
      expect(await bank.call('pay', { key: 'k2' })).toBe('paid k2');
      expect(await bank.call('pay', { key: 'k2' })).toBe('paid k2');
      expect(bank.ledger.effects).toEqual(['k1', 'k2', 'k2']);
      await runs[index]!.end();
    }
  });

  // Of a call that has ended something may still be on its way.
  async function settled(): Promise<void> {
    await until('it has been told', async () => {
      const records = (await redis.servers[0].ask('KEYS', '*:record:*')) as string[];
      const states = await Promise.all(records.map((record) => redis.servers[0].ask('HGET', record, 'state')));
      return states.length === 2 && states.every((state) => state === 'done');
    });
  }
});
