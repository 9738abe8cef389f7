import type { RateTake } from '@actguard/core';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { OpenBank } from '../../test-support/bank.js';
import { describeWithOwnRedis } from '../../test-support/describe-with-redis.js';
import { RedisCluster } from '../../test-support/redis-cluster.js';
import type { RedisServer } from '../../test-support/redis-server.js';
import { until } from '../../test-support/until.js';
import type { RedisClient } from '../index.js';

// Real servers, on a machine that may be busy.
jest.setTimeout(60_000);

const USERS = Array.from({ length: 12 }, (_, index) => `user-${index}-`);

interface OpenCluster {
  readonly client: RedisClient;
  close(): unknown;
}

const CONNECT: Record<string, (cluster: RedisCluster) => Promise<OpenCluster>> = {
  ioredis: async ({ nodes }) => {
    const client = new Cluster(nodes, { clusterRetryStrategy: () => 50 });
    client.on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
  'node-redis': async ({ nodes }) => {
    const client = createCluster({
      rootNodes: nodes.map(({ host, port }) => ({ socket: { host, port } })),
      defaults: { socket: { reconnectStrategy: 50 } },
    });
    client.on('error', () => {});
    await client.connect();
    return { client, close: () => client.destroy() };
  },
};

describeWithOwnRedis('a cluster of which a node is gone', () => {
  let cluster: RedisCluster;
  let near: RedisServer;
  let gone: RedisServer;
  const names = Object.keys(CONNECT);
  const banks = new Map<string, OpenBank>();
  const closing: (() => unknown)[] = [];
  /** Of each client: users and keys that lie at the node that is going to be gone, and others. */
  const users = new Map<string, { there: string[]; elsewhere: string[] }>();
  const keys = new Map<string, { there: string; elsewhere: string }>();

  beforeAll(async () => {
    cluster = await RedisCluster.start();
    [near, gone] = cluster.servers as [RedisServer, RedisServer, RedisServer];
    for (const server of cluster.servers) await server.ask('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
    for (const name of names) {
      const open = await CONNECT[name]!(cluster);
      closing.push(() => open.close());
      const bank = await OpenBank.open(open.client, { prefix: `${name}:` });
      banks.set(name, bank);
      const byPlace = { there: [] as string[], elsewhere: [] as string[] };
      for (const user of USERS) {
        const before = (await keysAt(gone, name)).length;
        await until('it is connected', () => bank.call('visit', {}, user));
        byPlace[(await keysAt(gone, name)).length > before ? 'there' : 'elsewhere'].push(user);
      }
      users.set(name, byPlace);
      const places = USERS.map((user) => `place of ${user}`);
      for (const key of places) await until('it answers', () => bank.store.apply([take(key, 1_000)], 0));
      const [here, there] = await Promise.all([near, gone].map((server) => keysAt(server, name)));
      const oneOf = (at: readonly string[]): string =>
        USERS.find((user) => at.join().includes(partOf(`place of ${user}`)))!;
      keys.set(name, { elsewhere: `place of ${oneOf(here!)}`, there: `place of ${oneOf(there!)}` });
    }
    await gone.kill();
  }, 60_000);
  afterAll(async () => {
    for (const bank of banks.values()) await bank[Symbol.asyncDispose]();
    for (const close of closing) await close();
    await cluster?.close();
  });

  const keysAt = async (server: RedisServer, name: string): Promise<string[]> =>
    (await server.ask('KEYS', `${name}:rate:*`)) as string[];

  test.each(names)('refuses what lies there, and nothing else (%s)', async (name) => {
    const bank = banks.get(name)!;
    const { there, elsewhere } = users.get(name)!;
    expect(Math.min(there.length, elsewhere.length)).toBeGreaterThan(0);
    const refused = async (): Promise<void> => {
      const calls = await Promise.allSettled(there.map((user) => bank.call('visit', {}, user)));
      for (const each of calls)
        expect(each).toMatchObject({ status: 'rejected', reason: { code: 'guard.store_unavailable' } });
    };
    await refused();
    // The client may be looking for the node at first.
    for (const user of elsewhere) await until('others go on', () => bank.call('visit', {}, user));
    const calls = elsewhere.map((user) => bank.call('visit', {}, user));
    expect(await Promise.all(calls)).toEqual(elsewhere.map(() => 'visited'));
    await refused();
  });

  test.each(names)('takes back what a call has taken at other nodes (%s)', async (name) => {
    const { store } = banks.get(name)!;
    const { there, elsewhere } = keys.get(name)!;
    const places = async (): Promise<number[]> => {
      const found = (await keysAt(near, name)).filter((key) => key.includes('place'));
      return await Promise.all(found.map(async (key) => Number(await near.ask('LLEN', key))));
    };
    const before = await places();
    expect(before).toContain(1);
    await expect(store.apply([take(elsewhere, 1_000), take(there, 1_000)], 0)).rejects.toMatchObject({
      name: 'RedisUnavailableError',
    });
    expect(await places()).toEqual(before);
    expect(await until('it is free', () => store.apply([take(elsewhere, 2)], 0))).toMatchObject([{ admitted: true }]);
  });

  test.each(names)('refuses what no node serves (CLUSTERDOWN), and goes on when one does (%s)', async (name) => {
    const { store } = banks.get(name)!;
    const { elsewhere } = keys.get(name)!;
    const record = (await keysAt(near, name)).find((key) => key.includes(partOf(elsewhere)))!;
    const slot = (await near.ask('CLUSTER', 'KEYSLOT', record)) as number;
    await near.ask('CLUSTER', 'DELSLOTS', slot);
    await expect(store.apply([take(elsewhere, 1_000)], 0)).rejects.toMatchObject({ name: 'RedisUnavailableError' });
    await near.ask('CLUSTER', 'ADDSLOTS', slot);
    expect(await until('it goes on', () => store.apply([take(elsewhere, 1_000)], 0))).toMatchObject([
      { admitted: true },
    ]);
  });

  test('goes on when it is back', async () => {
    await gone.restart();
    for (const bank of banks.values())
      for (const user of USERS) expect(await until('it goes on', () => bank.call('visit', {}, user))).toBe('visited');
  });
});

/** A key as it stands in the names of keys. */
function partOf(key: string): string {
  return key.replaceAll(' ', '%20;');
}

function take(key: string, limit: number): RateTake {
  return { op: 'rate.take', key, limit, periodMs: 600_000, observe: false };
}
