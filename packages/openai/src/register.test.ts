import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import OpenAI, { AzureOpenAI } from 'openai';
import { type Bench, CHAT, collected, openBench, WIDE } from '../test-support/bench.js';
import { meter } from './meter.js';

const before = new OpenAI({ apiKey: 'test' });
await import('./register.js');

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const options = () => ({ apiKey: 'test', baseURL: bench.server.url });

test('clients are metered by themselves: new ones, their copies and those that were made before', async () => {
  const scope = await bench.run(WIDE, async () => {
    await new OpenAI(options()).chat.completions.create(CHAT);
    await new OpenAI(options()).withOptions({ timeout: 60_000 }).chat.completions.create(CHAT);
    await collected(new OpenAI(options()).chat.completions.create({ ...CHAT, stream: true }));
    before.baseURL = bench.server.url;
    await before.chat.completions.create(CHAT);
  });
  expect(scope.tokensUsed).toBe(4 * 130);
  expect(bench.events.map(({ provider }) => provider)).toEqual(Array(4).fill('127.0.0.1'));
});

test('those of other kinds and of the copy that is required too', async () => {
  const required = createRequire(import.meta.url)('openai') as { readonly OpenAI: typeof OpenAI };
  const scope = await bench.run(WIDE, async () => {
    await new required.OpenAI(options()).chat.completions.create(CHAT);
    await new AzureOpenAI({ ...options(), apiVersion: '2024-10-21', deployment: 'mine' }).chat.completions.create(CHAT);
  });
  expect(scope.tokensUsed).toBe(2 * 130);
  expect(bench.events[1]).toMatchObject({ provider: 'azure', model: 'mine' });
});

test('a client with a meter of its own is charged once, by it', async () => {
  const own = meter(new OpenAI(options()), { provider: 'mine' });
  const scope = await bench.run(WIDE, () => own.withOptions({ timeout: 60_000 }).chat.completions.create(CHAT));
  expect(scope.tokensUsed).toBe(130);
  expect(bench.events).toMatchObject([{ provider: 'mine' }]);
});

test('each lost attempt is counted once, also by a client that was used before', async () => {
  const client = new OpenAI(options());
  await bench.run(WIDE, async () => {
    await client.chat.completions.create(CHAT);
    bench.server.next({ lost: 'before' });
    await client.chat.completions.create(CHAT);
  });
  expect(bench.events.map(({ isEstimated }) => isEstimated)).toEqual([false, false, true]);
});

test('outside a run everything is as before', async () => {
  await collected(new OpenAI(options()).chat.completions.create({ ...CHAT, stream: true }));
  expect(bench.server.seen[0]?.body).toEqual({ ...CHAT, stream: true });
});
