import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';

const BINARIES = ['valkey-server', 'redis-server'];

/** The server that is installed; `undefined` where none is. */
export function serverBinary(): string | undefined {
  return BINARIES.find((name) => spawnSync(name, ['--version']).status === 0);
}

/** Runs a body with a client of a server of its own on loopback, which keeps nothing on disk. */
export async function withServer<T>(binary: string, body: (client: Redis) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'actguard-bench-'));
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const server = spawn(binary, options, { stdio: 'ignore' });
  const end = (): void => void server.kill('SIGKILL');
  process.once('exit', end);
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: (times) => (times > 100 ? null : 20) });
  // Until it listens, attempts to connect fail.
  client.on('error', () => {});
  try {
    await client.ping();
    return await body(client);
  } finally {
    client.disconnect();
    process.off('exit', end);
    end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
