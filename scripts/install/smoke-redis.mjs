// Runs in an empty project with the packed packages and a real client: nobody answers it, and the guard refuses.
import assert from 'node:assert/strict';
import { AgentHost, StoreUnavailableError } from '@actguard/core';
import { RedisStore, RedisUnavailableError } from '@actguard/redis';
import { Redis } from 'ioredis';

const client = new Redis('redis://127.0.0.1:1');
client.on('error', () => {});
const store = new RedisStore(client, { timeout: '50ms' });
const host = await AgentHost.create({ store });
await assert.rejects(
  host.run({ sessionId: 's1' }, () => {}),
  (error) => error instanceof StoreUnavailableError && error.cause instanceof RedisUnavailableError,
);
await host.close();
store.close();
client.disconnect();
console.log(`redis: ok under Node ${process.version}`);
