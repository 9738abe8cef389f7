import { UnboundedCostError } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type OpenAI from 'openai';
import { type Bench, CHAT, openBench, WIDE } from '../test-support/bench.js';

let bench: Bench;
let client: OpenAI;
beforeEach(async () => {
  bench = await openBench({ client: { maxRetries: 0 } });
  client = bench.client;
});
afterEach(() => bench[Symbol.asyncDispose]());

const HARD = { tokenLimit: 1_000_000, enforcement: 'hard' } as const;

/** Sent by the method of the client that all others end in, as the caller wrote it. */
const request = (options: object): Promise<unknown> =>
  (client as unknown as { request(options: object): Promise<unknown> }).request({ method: 'post', ...options });

describe('a request is charged however it is written', () => {
  test.each<[string, object]>([
    ['POST', { method: 'POST', path: '/chat/completions' }],
    ['Post', { method: 'Post', path: '/chat/completions' }],
    ['a trailing slash', { path: '/chat/completions/' }],
    ['a query', { path: '/chat/completions?a=b' }],
    ['a fragment', { path: '/chat/completions#a' }],
    ['all of them', { path: '/chat/completions/?a=b#c' }],
  ])('%s', async (_, options) => {
    const scope = await bench.run(WIDE, () => request({ ...options, body: CHAT }));
    expect(bench.server.seen).toHaveLength(1);
    expect(scope.tokensUsed).toBe(130);
  });
});

describe('a body that goes out as it is', () => {
  const text = JSON.stringify(CHAT);
  const form = new FormData();
  form.set('model', 'gpt-5');
  const json = { headers: { 'content-type': 'application/json' } };
  const bodies: readonly [string, unknown, object][] = [
    ['a text', text, json],
    ['bytes', new TextEncoder().encode(text), json],
    ['a blob', new Blob([text]), json],
    ['a form', form, {}],
  ];

  test.each(bodies)('is refused by a hard budget: %s', async (_, body, options) => {
    await bench.run(HARD, async () => {
      const error = await request({ path: '/chat/completions', body, ...options }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UnboundedCostError);
      expect((error as Error).message).toContain('no JSON object');
    });
    expect(bench.server.seen).toEqual([]);
  });

  test.each(bodies.slice(0, 3))('is sent unchanged and charged by a soft one: %s', async (_, body, options) => {
    const scope = await bench.run(WIDE, () => request({ path: '/chat/completions', body, ...options }));
    expect(bench.server.seen[0]?.body).toEqual(CHAT);
    expect(scope.tokensUsed).toBe(130);
  });

  test('is sent unchanged as a stream too', async () => {
    const body = JSON.stringify({ ...CHAT, stream: true });
    await bench.run(WIDE, () => request({ path: '/chat/completions', body, stream: true, ...json }));
    expect(bench.server.seen[0]?.body).toEqual({ ...CHAT, stream: true });
  });
});

describe('a request that its caller changes while it is on its way', () => {
  const growing = (apiKey: () => Promise<string>) => ({ client: { maxRetries: 0, apiKey } });

  test('goes out as it was when a hard budget looked at it', async () => {
    let goOn = (): void => {};
    const key = new Promise<string>((resolve) => {
      goOn = () => resolve('k');
    });
    let isAsked = (): void => {};
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    await using slow = await openBench(
      growing(() => {
        isAsked();
        return key;
      }),
    );
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'hi' }];
    await slow.run(HARD, async () => {
      const answer = slow.client.chat.completions.create({ model: 'gpt-5', messages });
      // The SDK has the request by now, and waits for its key.
      await asked;
      messages.push({ role: 'user', content: 'x '.repeat(50_000) });
      goOn();
      await answer;
    });
    expect(slow.server.seen[0]?.body['messages']).toEqual([{ role: 'user', content: 'hi' }]);
  });
});
