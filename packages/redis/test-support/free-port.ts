import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the ports that systems lend to outgoing connections: a port must still be free when its server restarts.
const FIRST = 10_240;
const COUNT = 12_000;
// A node of a cluster also listens here.
const BUS = 10_000;

/** A port on 127.0.0.1 that nobody listens on now, nor on the one 10000 above it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if ((await isFree(port)) && (await isFree(port + BUS))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
