import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, AgentHost, type Gateway, Tool } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LoopbackGateway } from '../test-support/loopback-gateway.js';
import { RESERVE, testClient } from '../test-support/test-client.js';
import { Client } from './client.js';

let gateway: LoopbackGateway;
let folder: string;
beforeEach(async () => {
  gateway = await LoopbackGateway.start(() => ({ json: { reserve_id: 'res-1' } }));
  folder = mkdtempSync(path.join(tmpdir(), 'actguard-client-'));
});
afterEach(async () => {
  delete process.env['ACTGUARD_CONFIG'];
  await gateway.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe('a client', () => {
  const keys = (): Record<string, unknown> => ({ api_key: 'k', gateway_url: `${gateway.url}/`, flush_on_exit: false });

  test('is made from a file, and what is given beside it wins', async () => {
    const file = path.join(folder, 'actguard.json');
    writeFileSync(file, JSON.stringify({ ...keys(), event_mode: 'off' }));
    const client = Client.fromFile(file, { apiKey: 'k2', gatewayUrl: undefined });
    await client.reserve(RESERVE);
    expect(gateway.received[0]).toMatchObject({ path: '/api/v1/reserve', headers: { authorization: 'Bearer k2' } });
  });

  test('is made from the environment', async () => {
    expect(Client.fromEnv().isOffline).toBe(true);
    process.env['ACTGUARD_CONFIG'] = Buffer.from(JSON.stringify(keys())).toString('base64');
    const client = Client.fromEnv();
    expect(client.isOffline).toBe(false);
    expect(client.status().gateway).toBe(gateway.url);
    await client.reserve(RESERVE);
    expect(gateway.received).toHaveLength(1);
  });

  test('keeps a path of its gateway', async () => {
    const client = new Client({ apiKey: 'k', gatewayUrl: `${gateway.url}/base/`, flushOnExit: false });
    await client.reserve(RESERVE);
    expect(gateway.received[0]?.path).toBe('/base/api/v1/reserve');
  });

  test('sends through the fetch that it is given', async () => {
    const urls: string[] = [];
    const through: typeof fetch = (input, init) => {
      urls.push(input instanceof Request ? input.url : String(input));
      return fetch(input, init);
    };
    const { client } = testClient(gateway, { fetch: through });
    expect(await client.reserve(RESERVE)).toEqual({ reserveId: 'res-1' });
    expect(urls).toEqual([`${gateway.url}/api/v1/reserve`]);
  });

  test('hands nothing to other clients', async () => {
    await using other = await LoopbackGateway.start(() => ({ json: { reserve_id: 'res-2' } }));
    const [one, two] = [testClient(gateway).client, testClient(other, { apiKey: 'other' }).client];
    const granted = await Promise.all([one.reserve(RESERVE), two.reserve(RESERVE)]);
    expect(granted).toEqual([{ reserveId: 'res-1' }, { reserveId: 'res-2' }]);
    expect(other.received[0]?.headers.authorization).toBe('Bearer other');
  });

  test('listens to a host unbound, and delays none of its calls', async () => {
    @Agent()
    class Echo {
      @Tool()
      async echo(args: { text: string }) {
        return args.text;
      }
    }
    gateway.behave(() => 'hang');
    const { client, clock } = testClient(gateway, { emitAllToolRuns: true, maxBatchEvents: 1 });
    const listening: Gateway['onEvent'] = client.onEvent;
    await using host = await AgentHost.create({ agents: [Echo], onEvent: listening });
    for (let index = 0; index < 50; index++) await host.run((run) => run.get(Echo).echo({ text: 'hi' }));
    expect(client.status().events).toMatchObject({ waiting: 150, sent: 0 });
    const closed = client.close({ timeout: '1s' });
    await gateway.arrived(1);
    await clock.advance(1000);
    expect(await closed).toEqual({ sent: 0, failed: 0, dropped: 150 });
  });
});
