import { setTimeout as sleep } from 'node:timers/promises';
import { describeStateStore } from '@actguard/core/testing';
import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { AnyRedis } from '../test-support/any-redis.js';
import { describeWithRedis } from '../test-support/describe-with-redis.js';
import type { RedisClient } from './index.js';
import { RedisStore } from './index.js';

// Real time passes here: a machine that stands still for long makes something expire that a test has just written.
jest.retryTimes(2, { logErrorsBeforeRetry: true });

interface OpenClient {
  readonly client: RedisClient;
  close(): Promise<unknown>;
}

const CLIENTS: Readonly<Record<string, (url: string) => Promise<OpenClient>>> = {
  ioredis: async (url) => {
    const client = new Redis(url);
    return { client, close: () => client.quit() };
  },
  'node-redis': async (url) => {
    const client = createClient({ url });
    await client.connect();
    return { client, close: () => client.close() };
  },
};

for (const [name, connect] of Object.entries(CLIENTS)) {
  describeWithRedis(`RedisStore with ${name}`, () => {
    let redis: AnyRedis;
    let open: OpenClient;

    beforeAll(async () => {
      redis = await AnyRedis.open();
      open = await connect(redis.url);
    });
    afterAll(async () => {
      await open?.close();
      await redis?.close();
    });

    describeStateStore(
      name,
      async () => {
        const prefix = redis.newPrefix();
        // A busy machine must not fail tests that ask what is admitted, not how fast.
        const store = new RedisStore(open.client, { prefix, timeout: '10s' });
        return {
          store,
          now: () => performance.now(),
          advance: (ms: number) => sleep(ms),
          // Answers that are kept for a while hold nothing.
          size: async () => (await redis.keys(prefix)).filter((key) => !key.includes('reply:')).length,
          close: async () => store.close(),
        };
      },
      { describe, it },
    );
  });
}
