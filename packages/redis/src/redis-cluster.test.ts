import { setTimeout as sleep } from 'node:timers/promises';
import { describeStateStore } from '@actguard/core/testing';
import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import { Cluster } from 'ioredis';
import { describeWithOwnRedis } from '../test-support/describe-with-redis.js';
import { RedisCluster } from '../test-support/redis-cluster.js';
import { RedisStore } from './index.js';

// Real time passes here: a machine that stands still for long makes something expire that a test has just written.
jest.retryTimes(2, { logErrorsBeforeRetry: true });

describeWithOwnRedis('RedisStore on a cluster', () => {
  let cluster: RedisCluster;
  let client: Cluster;
  let tests = 0;

  beforeAll(async () => {
    cluster = await RedisCluster.start();
    client = new Cluster([...cluster.nodes]);
  }, 60_000);
  afterAll(async () => {
    client?.disconnect();
    await cluster?.close();
  });

  describeStateStore(
    'a cluster',
    async () => {
      const store = new RedisStore(client, { prefix: `test-${++tests}-`, timeout: '10s' });
      return {
        store,
        now: () => performance.now(),
        advance: (ms: number) => sleep(ms),
        close: async () => store.close(),
      };
    },
    { describe, it },
  );
});
