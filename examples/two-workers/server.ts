import { Redis } from 'ioredis';
import { RedisServer } from '../../packages/redis/test-support/redis-server.js';
import { serverBinary } from '../../packages/redis/test-support/server-binary.js';

/** A server that the demo may use. */
export interface DemoServer {
  readonly url: string;
  /** For the reader. */
  readonly description: string;
  /** Removes the keys of the demo, or the whole server where it was started for it. */
  close(prefix: string): Promise<void>;
}

/**
 * The server at `REDIS_URL`, or one that is started; `undefined` where neither is to be had.
 *
 * @throws {Error} where nobody answers at `REDIS_URL`
 */
export async function demoServer(url: string | undefined): Promise<DemoServer | undefined> {
  if (url !== undefined && url !== '') {
    await withClient(url, (client) => client.ping());
    return { url, description: 'the server at REDIS_URL', close: (prefix) => removeKeys(url, prefix) };
  }
  if (serverBinary() === undefined) return undefined;
  const server = await RedisServer.start();
  const description = `a server that was started for this, on port ${server.port}`;
  return { url: server.url, description, close: () => server.close() };
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  await withClient(url, async (client) => {
    for await (const keys of client.scanStream({ match: `${prefix}*` })) {
      if (keys.length > 0) await client.unlink(...(keys as string[]));
    }
  });
}

async function withClient(url: string, use: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  let reason: Error | undefined;
  client.on('error', (error) => {
    reason = error;
  });
  try {
    await client.connect();
    await use(client);
  } catch (error) {
    throw new Error(`The server at REDIS_URL does not answer: ${reason ?? error}`);
  } finally {
    client.disconnect();
  }
}
