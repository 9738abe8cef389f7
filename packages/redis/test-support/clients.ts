import { Redis } from 'ioredis';
import { createClient } from 'redis';
import type { RedisClient } from '../src/index.js';

/** A client of a test, to be closed by it. */
export interface OpenClient extends AsyncDisposable {
  readonly client: RedisClient;
}

/** Opens a client of each library, and does not wait until it is connected: there may be no server yet. */
export const CLIENTS = {
  ioredis: (url: string, options: { readonly lazyConnect?: true } = {}): OpenClient => {
    const client = new Redis(url, { retryStrategy: () => 50, ...options });
    client.on('error', () => {});
    return { client, [Symbol.asyncDispose]: async () => client.disconnect() };
  },
  'node-redis': (url: string): OpenClient => {
    const client = createClient({ url, socket: { reconnectStrategy: 50 } });
    client.on('error', () => {});
    client.connect().catch(() => {});
    return { client, [Symbol.asyncDispose]: async () => client.destroy() };
  },
} as const;

/** Names of the libraries. */
export const CLIENT_NAMES = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[];
