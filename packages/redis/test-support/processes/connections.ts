import { type RedisClient, RedisStore } from '@actguard/redis';
import { Redis } from 'ioredis';
import type { Setting } from './setting.js';

/** In a worker: its store, and a connection of its own for what it does to the world. */
export class Connections {
  readonly store: RedisStore;
  /** Not the connection of the store. */
  readonly world: Redis;
  readonly #prefix: string;
  readonly #close: () => void;

  private constructor({ url, prefix, lease }: Setting, client: RedisClient, close: () => void) {
    // On a busy machine it matters what is decided, not how soon.
    this.store = new RedisStore(client, { prefix, timeout: '30s', ...(lease !== undefined && { lease }) });
    this.world = new Redis(url);
    this.#prefix = prefix;
    this.#close = close;
  }

  static async open(setting: Setting): Promise<Connections> {
    if (setting.index % 4 !== 3) {
      const client = new Redis(setting.url);
      return new Connections(setting, client, () => client.disconnect());
    }
    // Loaded where it is used, as it takes as long as all the rest.
    const { createClient } = await import('redis');
    const client = createClient({ url: setting.url });
    await client.connect();
    return new Connections(setting, client, () => client.destroy());
  }

  /** A key of the test's own. */
  key(name: string): string {
    return `${this.#prefix}world-${name}`;
  }

  /** Microseconds of the server's clock. */
  async serverTime(): Promise<number> {
    const [seconds, microseconds] = await this.world.time();
    return Number(seconds) * 1_000_000 + Number(microseconds);
  }

  /** Nothing else keeps the process. */
  close(): void {
    this.store.close();
    this.world.disconnect();
    this.#close();
  }
}
