import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { surroundings } from './availability.js';
import { RedisServer } from './redis-server.js';

/** A Redis that others may use too: the one at `REDIS_URL`, or else one that is started. Leaves nothing behind there. */
export class AnyRedis implements AsyncDisposable {
  readonly url: string;
  readonly #token = randomBytes(8).toString('hex');
  readonly #server: RedisServer | undefined;
  #prefixes = 0;

  private constructor(url: string, server: RedisServer | undefined) {
    this.url = url;
    this.#server = server;
  }

  static async open(): Promise<AnyRedis> {
    const { url } = surroundings();
    if (url !== undefined) return new AnyRedis(url, undefined);
    const server = await RedisServer.start();
    return new AnyRedis(server.url, server);
  }

  /** A prefix that nobody else has. Keys that have it anywhere in them are removed at the end. */
  newPrefix(): string {
    return `actguard-test-${this.#token}-${++this.#prefixes}-`;
  }

  /** The keys that have a prefix of this one in them; all of them by default. */
  async keys(prefix: string = this.#token): Promise<string[]> {
    return await this.#withClient((client) => keysWith(client, prefix));
  }

  /** Removes what the tests have left, and nothing else, and ends the server where it was started. */
  async close(): Promise<void> {
    if (this.#server !== undefined) return await this.#server.close();
    await this.#withClient(async (client) => {
      for (const key of await keysWith(client, this.#token)) await client.unlink(key);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #withClient<T>(use: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null });
    // The command that was sent says so too.
    client.on('error', () => {});
    try {
      await client.connect();
      return await use(client);
    } finally {
      client.disconnect();
    }
  }
}

async function keysWith(client: Redis, text: string): Promise<string[]> {
  const keys = new Set<string>();
  let cursor = '0';
  do {
    const [next, found] = await client.scan(cursor, 'MATCH', `*${text}*`, 'COUNT', 1000);
    cursor = next;
    for (const key of found) keys.add(key);
  } while (cursor !== '0');
  return [...keys].sort();
}
