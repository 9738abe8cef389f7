import { expect, jest, test } from '@jest/globals';
import { AnyRedis } from './any-redis.js';
import { ask } from './ask.js';
import { describeWithOwnRedis, describeWithRedis } from './describe-with-redis.js';
import { RedisCluster } from './redis-cluster.js';
import { RedisSentinel } from './redis-sentinel.js';
import { RedisServer } from './redis-server.js';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

describeWithOwnRedis('a server of a test', () => {
  test('answers, is killed, and starts again at the same port without its data', async () => {
    await using server = await RedisServer.start();
    const { url } = server;
    await server.ask('SET', 'a', 1);
    expect(await server.ask('GET', 'a')).toBe('1');
    await server.kill();
    expect(server.isRunning).toBe(false);
    await expect(server.ask('PING')).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    expect(server.url).toBe(url);
    expect(await server.ask('GET', 'a')).toBeNull();
    await expect(server.restart('kept')).rejects.toThrow('only a durable server');
  });

  test('has what it answered for when it is durable, unless that is to be lost', async () => {
    await using server = await RedisServer.start({ durable: true });
    await server.ask('SET', 'a', 1);
    await server.restart();
    expect(await server.ask('GET', 'a')).toBe('1');
    await server.restart('lost');
    expect(await server.ask('GET', 'a')).toBeNull();
  });

  test('answers nothing while it is frozen, and then all', async () => {
    await using server = await RedisServer.start();
    server.stop();
    let answer: unknown;
    const pending = server.ask('PING').then((value) => (answer = value));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answer).toBeUndefined();
    server.cont();
    expect(await pending).toBe('PONG');
    server.stop();
    await server.kill('SIGTERM');
    expect(server.isRunning).toBe(false);
  });

  test('says why it does not start', async () => {
    const started = RedisServer.start({ config: ['no-such-setting yes'] });
    await expect(started).rejects.toThrow('ended by itself (1). Its log ends:');
    await expect(started).rejects.toThrow("'no-such-setting yes'");
  });
});

describeWithOwnRedis('a cluster of a test', () => {
  test('serves all slots, each at one of three masters, and is whole again when a killed one is back', async () => {
    await using cluster = await RedisCluster.start();
    const results = await Promise.allSettled(cluster.servers.map((server) => server.ask('SET', 'a', 1)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    const moved = results.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
    const owner = cluster.servers[results.findIndex(({ status }) => status === 'fulfilled')]!;
    for (const message of moved) expect(message).toContain(`MOVED 15495 127.0.0.1:${owner.port}`);
    await cluster.servers[1]!.restart();
    await cluster.healthy();
    expect(await cluster.servers[2]!.ask('SET', 'a', 1)).toBe('OK');
  });
});

describeWithOwnRedis('sentinels of a test', () => {
  test('make the replica the master when the master is gone', async () => {
    await using redis = await RedisSentinel.start();
    const [first, second] = redis.servers;
    expect(await redis.master()).toBe(first);
    await first.ask('SET', 'a', 1);
    expect(await first.ask('WAIT', 1, 1000)).toBe(1);
    expect(await redis.failOver()).toBe(second);
    expect(await second.ask('GET', 'a')).toBe('1');
  });
});

describeWithRedis('a Redis that others use too', () => {
  test('keeps what is theirs, and nothing of ours', async () => {
    // Stands in for that of others, also where there is one at REDIS_URL.
    await using theirs = await AnyRedis.open();
    const key = `${theirs.newPrefix()}theirs`;
    await ask(theirs.url, 'SET', key, 1);
    const before = process.env['REDIS_URL'];
    process.env['REDIS_URL'] = theirs.url;
    try {
      const ours = await AnyRedis.open();
      const [one, two] = [ours.newPrefix(), ours.newPrefix()];
      await ask(ours.url, 'MSET', `${one}a`, 1, `{${two}}b`, 1);
      expect(await ours.keys(two)).toEqual([`{${two}}b`]);
      await ours.close();
      expect(await theirs.keys(one)).toEqual([]);
      expect(await theirs.keys(two)).toEqual([]);
      expect(await theirs.keys()).toEqual([key]);
    } finally {
      if (before === undefined) delete process.env['REDIS_URL'];
      else process.env['REDIS_URL'] = before;
    }
  });
});
