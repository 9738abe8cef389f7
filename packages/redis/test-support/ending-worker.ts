import { setTimeout as sleep } from 'node:timers/promises';
import { RedisStore, RedisUnavailableError } from '@actguard/redis';
import { CLIENTS } from './clients.js';
import { hear, say } from './worker-side.js';

// A worker of faults/slow.test.ts: holds leases and has undelivered ends when its server is frozen, and then dies. It ends by itself
// once the client is closed.
const [name, url] = process.argv.slice(2) as ['ioredis' | 'node-redis', string];
const open = CLIENTS[name](url);
const store = new RedisStore(open.client, { timeout: '200ms' });
const key = { scope: 'all', tool: 'Bank.pay', key: 'k1', owner: 'o1', ttlMs: 60_000 };

async function reason(asking: Promise<unknown>): Promise<unknown> {
  return await asking.then(
    () => 'answered',
    (error: unknown) => (error instanceof RedisUnavailableError ? error.code : String(error)),
  );
}

const begin = { op: 'idempotency.begin', ...key, args: {}, observe: false } as const;
while ((await reason(store.apply([begin], 0))) !== 'answered') await sleep(20);
say('ready');
await hear();
say(await reason(store.apply([{ op: 'idempotency.finish', ...key, state: 'done' }], 0)));
await hear();
say(await reason(store.apply([{ op: 'idempotency.finish', ...key, state: 'done' }], 0)));
// Not closed, on purpose: the store's own timers must not keep the process.
await open[Symbol.asyncDispose]();
say('closed');
