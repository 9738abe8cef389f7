import { expectTypeOf } from 'expect-type';
import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster, createSentinel } from 'redis';
import { type RedisClient, RedisStore } from './index.js';

export function types(): void {
  new RedisStore(new Redis());
  new RedisStore(new Redis({ sentinels: [{ host: 'a', port: 1 }], name: 'm', lazyConnect: true }));
  new RedisStore(new Cluster([{ host: 'a', port: 1 }]));
  new RedisStore(createClient());
  new RedisStore(createClient({ RESP: 3 }));
  new RedisStore(createCluster({ rootNodes: [{ url: 'redis://a' }] }));
  new RedisStore(createSentinel({ name: 'm', sentinelRootNodes: [{ host: 'a', port: 1 }] }));
  expectTypeOf<Redis>().toExtend<RedisClient>();
  expectTypeOf<Cluster>().toExtend<RedisClient>();

  new RedisStore(new Redis(), {
    prefix: 'shop:',
    timeout: 100,
    lease: '1m',
    onUnavailable: { rateLimit: 'local', circuitBreaker: 'refuse' },
  });
  // @ts-expect-error a URL is no client
  new RedisStore('redis://a');
  // @ts-expect-error what decides policy always refuses
  new RedisStore(new Redis(), { onUnavailable: { idempotency: 'local' } });
  // @ts-expect-error misspelt
  new RedisStore(new Redis(), { timeOut: '1s' });
  // @ts-expect-error no duration
  new RedisStore(new Redis(), { timeout: 'soon' });
  // @ts-expect-error no such way to go on
  new RedisStore(new Redis(), { onUnavailable: { rateLimit: 'open' } });
}
