import {
  Agent,
  AgentHost,
  CircuitBreaker,
  Enforce,
  Idempotent,
  MaxAttempts,
  Prove,
  RateLimit,
  type Run,
  requireFact,
  type StateStore,
  Timeout,
  Tool,
} from '@actguard/core';
import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Call } from '../../measure/loop.js';
import { measurePairs } from '../../measure/pairs.js';
import type { Readings, TimeBudget } from '../../measure/readings.js';
import { KNOWN_ORDER, type Order, QUERY, type Query } from '../shop.js';
import { serverBinary, withServer } from './server.js';

const LIMIT = { maxCalls: 1_000_000, period: '1s' } as const;
const ATTEMPTS = 1_000_000_000;
const COUNTED_CALLS = 200;
const MANY = 64;

/** As the shop of the other groups, with windows and records that a server keeps in whole milliseconds. */
@Agent()
class SharedShop {
  @Tool()
  @RateLimit(LIMIT)
  async rateLimited(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @MaxAttempts(ATTEMPTS)
  @CircuitBreaker({ name: 'shop' })
  @RateLimit(LIMIT)
  @Timeout('5s')
  async four(args: Query): Promise<string> {
    return args.text;
  }

  @Tool()
  @Idempotent({ ttl: '1s' })
  @MaxAttempts(ATTEMPTS)
  @Enforce(requireFact('orderId', 'order_id'))
  @CircuitBreaker({ name: 'shop' })
  @RateLimit(LIMIT)
  @Timeout('5s')
  @Prove({ kind: 'receipt', extract: 'id' })
  async everything(args: Order): Promise<{ id: string }> {
    return { id: args.orderId };
  }
}

type StoreClass = new (client: Redis) => StateStore & { close(): void };

/** What the package has to export before this can be measured. */
async function storeClass(): Promise<StoreClass | undefined> {
  const { RedisStore } = (await import('@actguard/redis')) as { RedisStore?: StoreClass };
  return RedisStore;
}

/** What stands between here and a measurement; `undefined` where nothing does. */
export async function obstacle(): Promise<string | undefined> {
  if ((await storeClass()) === undefined) return '@actguard/redis exports no `RedisStore` yet';
  if (serverBinary() === undefined) return 'there is neither `valkey-server` nor `redis-server` on the PATH';
  return undefined;
}

/** Which calls are measured. */
export type SharedCall = 'ping' | 'rate' | 'four' | 'everything' | 'four-64' | 'rlf';

/** Calls whose guards keep their state on a server, against a `PING` on the same connection: the least that a round trip costs. */
export async function measureShared(name: SharedCall, budget: TimeBudget): Promise<Readings> {
  const Store = (await storeClass()) as StoreClass;
  return withServer(serverBinary() as string, async (client) => {
    const store = new Store(client);
    const host = await AgentHost.create({ agents: [SharedShop], store });
    try {
      return await host.run({ userId: 'alice' }, async (run) => {
        await run.facts.add('order_id', KNOWN_ORDER);
        const call = callOf(name, run, client);
        // As many at once: they share the way there.
        const calls = name === 'four-64' ? MANY : 1;
        const ping: Call = () => (calls === 1 ? client.ping() : atOnce(() => client.ping()));
        const { ratio = 0, ns = 0, p99 = 0, baseNs = 0 } = await measurePairs(call, ping, budget);
        const trips = (await scriptsPerCall(call, client)) / calls;
        return { ratio, ns: ns / calls, p99: p99 / calls, baseNs: baseNs / calls, trips };
      });
    } finally {
      await host.close();
      store.close();
    }
  });
}

function callOf(name: SharedCall, run: Run, client: Redis): Call {
  const shop = run.get(SharedShop);
  switch (name) {
    case 'ping':
      return () => client.ping();
    case 'rate':
      return () => shop.rateLimited(QUERY);
    case 'four':
      return () => shop.four(QUERY);
    case 'everything':
      return (index) => shop.everything({ orderId: KNOWN_ORDER, idempotencyKey: `key-${index}` });
    case 'four-64':
      return () => atOnce(() => shop.four(QUERY));
    case 'rlf': {
      const limiter = new RateLimiterRedis({ storeClient: client, points: LIMIT.maxCalls, duration: 1 });
      return async () => {
        await limiter.consume('alice');
        return QUERY.text;
      };
    }
  }
}

function atOnce(call: () => Promise<unknown>): Promise<unknown> {
  return Promise.all(Array.from({ length: MANY }, call));
}

/** Commands that reach the server for a call, without those that a script makes on it. */
async function scriptsPerCall(call: Call, client: Redis): Promise<number> {
  const before = await commandsFromClients(client);
  for (let index = 0; index < COUNTED_CALLS; index++) await call(1_000_000 + index);
  // One of the commands is the question itself.
  return ((await commandsFromClients(client)) - before - 1) / COUNTED_CALLS;
}

async function commandsFromClients(client: Redis): Promise<number> {
  const stats = await client.info('commandstats');
  const counts = [...stats.matchAll(/^cmdstat_(evalsha|eval|evalsha_ro|fcall|ping|info):calls=(\d+)/gm)];
  return counts.reduce((sum, [, , count]) => sum + Number(count), 0);
}
