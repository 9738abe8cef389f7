import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LoopbackGateway, type Received } from '../test-support/loopback-gateway.js';

const CLIENT = path.join(import.meta.dirname, '../dist/index.js');

let gateway: LoopbackGateway;
let folder: string;
beforeEach(async () => {
  gateway = await LoopbackGateway.start();
  folder = mkdtempSync(path.join(tmpdir(), 'actguard-exit-'));
});
afterEach(async () => {
  await gateway.kill();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly printed: string;
}

/** A process of its own with a client in it. It is killed where it does not end by itself. */
function run(body: string): { child: ChildProcess; ended: Promise<Ended>; says: (text: string) => Promise<void> } {
  const script = `
    import { Client } from ${JSON.stringify(CLIENT)};
    const options = { apiKey: 'k', gatewayUrl: ${JSON.stringify(gateway.url)}, flushInterval: '1h' };
    const event = { name: 'run.end', category: 'run', severity: '', outcome: 'success', time: 0, runId: 'r1', sessionId: 's' };
    const settlement = { reserveId: 'res-1', runId: 'r1', scopeId: 's1', usage: [] };
    const forever = () => setInterval(() => {}, 1000);
    ${body}
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const listeners: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      printed += data.toString();
      for (const listener of listeners) listener();
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), 25_000);
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, printed });
    });
  });
  const says = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (printed.includes(text) && resolve());
      listeners.push(look);
      look();
    });
  return { child, ended, says };
}

const eventsOf = (received: readonly Received[]): unknown[] =>
  received.filter((each) => each.path.endsWith('events')).flatMap(({ json }) => (json as { events: unknown[] }).events);

describe('a process with a client that nobody closes', () => {
  test('ends by itself, and sends what waits', async () => {
    const { ended } = run(`const client = new Client(options); client.onEvent(event);`);
    expect(await ended).toMatchObject({ code: 0, printed: '' });
    expect(eventsOf(gateway.received)).toHaveLength(1);
  }, 30_000);

  test('ends at once where nothing waits', async () => {
    const { ended } = run(
      `const client = new Client(options); await client.reserve({ runId: 'r1', scopeId: 's1' }); client.status();`,
    );
    expect(await ended).toMatchObject({ code: 0 });
    expect(eventsOf(gateway.received)).toEqual([]);
  }, 30_000);

  test('ends where the gateway is away, and does not try for ever', async () => {
    await gateway.kill();
    const { ended } = run(
      `const client = new Client({ ...options, eventTimeout: '300ms' }); client.onEvent(event); await client.settle(settlement);`,
    );
    expect(await ended).toMatchObject({ code: 0, signal: null });
  }, 30_000);

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is ended by %s as without a client, after it has sent what waits',
    async (signal) => {
      const { child, ended, says } = run(
        `const one = new Client(options), two = new Client(options); one.onEvent(event); two.onEvent(event); forever(); console.log('ready');`,
      );
      await says('ready');
      child.kill(signal);
      expect(await ended).toMatchObject({ code: null, signal });
      expect(eventsOf(gateway.received)).toHaveLength(2);
    },
    30_000,
  );

  test('leaves a signal to those who listen to it', async () => {
    const { child, ended, says } = run(`
      const client = new Client(options);
      client.onEvent(event);
      const timer = forever();
      process.once('SIGTERM', () => setTimeout(() => { console.log('cleaned up'); process.exitCode = 7; clearInterval(timer); }, 300));
      console.log('ready');
    `);
    await says('ready');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 7, signal: null, printed: expect.stringContaining('cleaned up') });
    expect(eventsOf(gateway.received)).toHaveLength(1);
  }, 30_000);

  test('is ended at once by a second signal', async () => {
    gateway.behave(() => 'hang');
    const { child, ended, says } = run(
      `const client = new Client({ ...options, eventTimeout: '10m' }); client.onEvent(event); forever(); console.log('ready');`,
    );
    await says('ready');
    child.kill('SIGINT');
    await gateway.arrived(1);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ signal: 'SIGINT' });
  }, 30_000);

  test('has no hooks where it wants none', async () => {
    const { ended } = run(`
      const client = new Client({ ...options, flushOnExit: false });
      client.onEvent(event);
      console.log(process.listenerCount('SIGTERM') + process.listenerCount('beforeExit'));
    `);
    expect(await ended).toMatchObject({ code: 0, printed: '0\n' });
    expect(gateway.received).toEqual([]);
  }, 30_000);

  test('and with one that was closed, has no hooks left', async () => {
    const { ended } = run(`
      const client = new Client(options);
      await client.close();
      console.log(process.listenerCount('SIGTERM') + process.listenerCount('beforeExit'));
    `);
    expect(await ended).toMatchObject({ code: 0, printed: '0\n' });
  }, 30_000);
});

test('a process that is killed while it settles has settled at the next start, once', async () => {
  gateway.behave(() => 'hang');
  const outbox = `outbox: { path: ${JSON.stringify(folder)} }`;
  const { child, ended } = run(
    `const client = new Client({ ...options, ${outbox}, budgetTimeout: '10m' }); await client.settle(settlement);`,
  );
  await gateway.arrived(1);
  child.kill('SIGKILL');
  expect(await ended).toMatchObject({ signal: 'SIGKILL' });
  expect(readdirSync(folder)).toHaveLength(1);
  gateway.behave(() => ({ json: {} }));
  const next = run(
    `const client = new Client({ ...options, ${outbox} }); console.log((await client.flush(), client.status().settlements.delivered));`,
  );
  expect(await next.ended).toMatchObject({ code: 0, printed: '1\n' });
  const [first, second, ...more] = gateway.received;
  expect(more).toEqual([]);
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
  expect(second?.text).toBe(first?.text);
  expect(readdirSync(folder)).toEqual([]);
}, 60_000);
