import { Redis } from 'ioredis';

const TIME_LIMIT = 2_000;

/** Sends one command over a connection of its own, so that no test depends on the client it tests. Never tries twice. */
export async function ask(
  url: string,
  ...[name, ...args]: readonly [string, ...(string | number)[]]
): Promise<unknown> {
  const client = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
    connectTimeout: TIME_LIMIT,
    commandTimeout: TIME_LIMIT,
  });
  let reason: Error | undefined;
  client.on('error', (error: Error) => {
    reason = error;
  });
  try {
    await client.connect();
    return await client.call(name, ...args);
  } catch (error) {
    // Without this it says "Connection is closed.", and not why.
    throw reason ?? error;
  } finally {
    client.disconnect();
  }
}

/** The lines `name:value` that INFO and CLUSTER INFO answer with. */
export function infoOf(text: unknown): ReadonlyMap<string, string> {
  return new Map(
    String(text)
      .split(/\r?\n/)
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}
