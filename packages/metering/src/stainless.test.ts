import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AgentHost, type LlmUsageEvent, tokenUsage } from '@actguard/core';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import OpenAI, { type APIPromise } from 'openai';
import { meteringOf } from './metering.js';
import type { Operation } from './operation.js';
import { instrumentStainless, type MeteredSdk, meterStainless } from './stainless.js';

const operation: Operation = {
  name: 'embed',
  model: (body) => String(body['model']),
  bound: (body) => ({ inputTokens: JSON.stringify(body).length, outputTokens: 0 }),
  withOutputCap: (body) => body,
  reader: () => ({
    read: () => true,
    usage: tokenUsage({ input: 9 }),
    isFinal: true,
    model: undefined,
    outputLength: 0,
  }),
};

type Client = OpenAI & MeteredSdk;
const metered = (given: OpenAI, provider = 'p'): Client =>
  meterStainless(given as Client, meteringOf(provider, {}), (path) =>
    path.endsWith('/embeddings') ? operation : undefined,
  );

let server: Server;
let url: string;
let events: LlmUsageEvent[];
let host: AgentHost;
beforeEach(async () => {
  events = [];
  host = await AgentHost.create({
    onEvent: (event) => {
      if (event.name === 'llm.usage') events.push(event);
    },
  });
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"object":"list","data":[],"model":"m"}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await host.close();
  server.closeAllConnections();
  server.close();
});

const plain = (): OpenAI => new OpenAI({ apiKey: 'k', baseURL: url });
const embed = (client: OpenAI): Promise<unknown> => client.embeddings.create({ model: 'm', input: 'x' });

test('what a path bills is charged, and what is free is not', async () => {
  const client = metered(plain());
  await host.run(async () => {
    await embed(client);
    await client.models.list();
    await client.moderations.create({ input: 'x' });
  });
  expect(events).toMatchObject([{ operation: 'embed', model: 'm', tokens: 9 }]);
});

test('copies are metered, and the given client is not', async () => {
  const given = plain();
  const client = metered(given);
  await host.run(async () => {
    await embed(client.withOptions({ timeout: 1000 }).withOptions({ maxRetries: 0 }));
    await embed(given);
    await embed(given.withOptions({}));
  });
  expect(events).toHaveLength(1);
});

test('each client is asked for its own metering', async () => {
  const client = meterStainless(
    plain() as Client,
    (each) => meteringOf(each.baseURL.endsWith('/v2') ? 'second' : 'first', {}),
    (_, each) => (each.baseURL === '' ? undefined : operation),
  );
  await host.run(async () => {
    await embed(client);
    await embed(client.withOptions({ baseURL: `${url}/v2` }));
  });
  expect(events.map(({ provider }) => provider)).toEqual(['first', 'second']);
});

test('a class is instrumented once, and a client with a meter of its own keeps it', async () => {
  class Sub extends OpenAI {}
  const prototype = Sub.prototype as Sub & MeteredSdk;
  const meter = { metering: meteringOf('all', {}), operationOf: () => operation };
  instrumentStainless(prototype, meter);
  instrumentStainless(prototype, { ...meter, metering: meteringOf('again', {}) });
  const client = new Sub({ apiKey: 'k', baseURL: url });
  await host.run(async () => {
    await embed(client);
    await embed(metered(client, 'own'));
    await embed(plain());
  });
  expect(events.map(({ provider }) => provider)).toEqual(['all', 'own']);
});

test('a request that cannot be made JSON fails as it does without a meter, and has not been lost', async () => {
  const circular: unknown[] = [];
  circular.push(circular);
  const client = metered(plain());
  const unreadable = (): unknown => client.embeddings.create({ model: 'm', input: circular as never });
  await expect(unreadable()).rejects.toThrow('circular');
  await host.run(async () => {
    await expect(unreadable()).rejects.toThrow('circular');
    expect(events).toMatchObject([{ outcome: 'failed', tokens: 0, isEstimated: false }]);
  });
});

test('a call is charged once however its promise is used, and every use gets the same data', async () => {
  const client = metered(plain());
  const ask = (): APIPromise<unknown> => client.post('/embeddings', { body: { model: 'm', input: 'x' } });
  const uses: readonly ((promise: APIPromise<unknown>) => Promise<readonly unknown[]>)[] = [
    async (promise) => [await promise, await promise],
    (promise) => Promise.all([promise, promise.then((data) => data), promise.finally()]),
    async (promise) => [await promise, (await promise.withResponse()).data],
    async (promise) => [(await promise.asResponse()).ok && (await promise), await promise],
    async (promise) => [await promise._thenUnwrap((data) => data)._thenUnwrap((data) => data)],
  ];
  for (const use of uses) {
    events.length = 0;
    await host.run(async () => {
      const [first, ...others] = await use(ask());
      expect(first).toEqual({ object: 'list', data: [], model: 'm' });
      for (const other of others) expect(other).toBe(first);
    });
    expect(events).toMatchObject([{ operation: 'embed', tokens: 9, outcome: 'success' }]);
  }
});

test('a transform that throws is told to its caller, and the call is charged', async () => {
  const client = metered(plain());
  const broken = new Error('broken');
  await host.run(async () => {
    const promise = client.post('/embeddings', { body: { model: 'm', input: 'x' } });
    const derived = promise._thenUnwrap(() => {
      throw broken;
    });
    await expect(derived).rejects.toBe(broken);
  });
  expect(events).toMatchObject([{ tokens: 9, outcome: 'success' }]);
});

test('a response that is awaited twice is the same both times, and is charged once it was read', async () => {
  const client = metered(plain());
  await host.run(async () => {
    const promise = client.post('/embeddings', { body: { model: 'm', input: 'x' }, __binaryResponse: true });
    const response = (await promise) as Response;
    expect(await promise).toBe(response);
    expect(events).toEqual([]);
    await response.text();
    expect(events).toMatchObject([{ operation: 'embed', tokens: 9 }]);
  });
});
