import { BudgetExceededError, MissingRunError, tokensOf, UnpricedModelError, UsageError } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AzureOpenAI, BadRequestError, RateLimitError } from 'openai';
import { completion } from '../test-support/answers.js';
import { ASK, type Bench, CHAT, collected, openBench, WIDE } from '../test-support/bench.js';
import { apiError } from '../test-support/loopback-server.js';
import { meter } from './meter.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('the stream of a chat', () => {
  test('tells its usage to the meter, and only what was asked for to the caller', async () => {
    await bench.run(WIDE, async () => {
      const seen = await collected(bench.client.chat.completions.create({ ...CHAT, stream: true }));
      expect(seen.map((chunk) => [chunk.choices.length, 'usage' in chunk])).toEqual(Array(4).fill([1, false]));
    });
    expect(bench.server.seen[0]?.body['stream_options']).toEqual({ include_usage: true });
  });

  test('keeps other options of the stream', async () => {
    const options = { include_obfuscation: false };
    await bench.run(WIDE, () =>
      collected(bench.client.chat.completions.create({ ...CHAT, stream: true, stream_options: options })),
    );
    expect(bench.server.seen[0]?.body['stream_options']).toEqual({ include_obfuscation: false, include_usage: true });
    expect(options).toEqual({ include_obfuscation: false });
  });

  test('shows the usage to a caller who asked for it', async () => {
    await bench.run(WIDE, async () => {
      const seen = await collected(
        bench.client.chat.completions.create({ ...CHAT, stream: true, stream_options: { include_usage: true } }),
      );
      expect(seen.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 130 } });
    });
  });

  test('is left as it is and charged an estimate with streamUsage: false', async () => {
    await using careful = await openBench({ meter: { streamUsage: false } });
    await careful.run(WIDE, () => collected(careful.client.chat.completions.create({ ...CHAT, stream: true })));
    expect(careful.server.seen[0]?.body).toEqual({ ...CHAT, stream: true });
    expect(careful.events).toMatchObject([{ isEstimated: true, usage: { output: 2 } }]);
  });
});

describe('the budget', () => {
  test('refuses the next call once a limit is reached, and sends nothing', async () => {
    await bench.run({ tokenLimit: 100 }, async () => {
      await bench.client.chat.completions.create(CHAT);
      await expect(bench.client.chat.completions.create(CHAT)).rejects.toBeInstanceOf(BudgetExceededError);
      await expect(bench.client.responses.create(ASK)).rejects.toBeInstanceOf(BudgetExceededError);
      await expect(bench.client.chat.completions.stream(CHAT).finalContent()).rejects.toMatchObject({
        cause: expect.any(BudgetExceededError),
      });
    });
    expect(bench.server.seen).toHaveLength(1);
  });

  test('USD come from the price package, and an unknown model is refused where USD are limited', async () => {
    const known = { ...CHAT, model: 'gpt-4o-mini' };
    const scope = await bench.run({ usdLimit: 1 }, async () => {
      await bench.client.chat.completions.create(known);
      await expect(
        bench.client.chat.completions.create({ ...CHAT, model: 'gpt-4o-mini-of-mine' }),
      ).rejects.toBeInstanceOf(UnpricedModelError);
    });
    expect(scope.usdUsed).toBeGreaterThan(0);
    expect(bench.events).toHaveLength(1);
    expect(bench.events[0]?.usdMicros).toBeGreaterThan(0);
  });

  test('USD come from the prices of the meter before any other', async () => {
    const prices = { 'gpt-5': { input: 1, output: 10, cachedInput: 0.5 } };
    await using priced = await openBench({
      meter: { prices },
      host: { prices: { 'gpt-5': { input: 99, output: 99 } } },
    });
    const scope = await priced.run({ usdLimit: 1 }, () => priced.client.chat.completions.create(CHAT));
    // 60 tokens of input that is not cached, 40 of cached, 30 of output.
    expect(scope.usdUsed).toBeCloseTo((60 * 1 + 40 * 0.5 + 30 * 10) / 1e6, 12);
  });
});

test('a tier that costs more is asked a price of its own', async () => {
  const dear = { ...CHAT, service_tier: 'priority' } as const;
  await bench.run({ usdLimit: 1 }, async () => {
    await expect(bench.client.chat.completions.create(dear)).rejects.toBeInstanceOf(UnpricedModelError);
  });
  const priced = meter(bench.plain, { provider: 'openai', prices: { 'gpt-5:priority': { input: 10, output: 10 } } });
  const scope = await bench.run({ usdLimit: 1 }, () => priced.chat.completions.create(dear));
  expect(scope.usdUsed).toBeCloseTo(0.0013, 12);
  expect(bench.server.seen).toHaveLength(1);
});

describe('outside a run', () => {
  test('calls pass as they are', async () => {
    await collected(bench.client.chat.completions.create({ ...CHAT, stream: true }));
    expect(bench.server.seen[0]?.body).toEqual({ ...CHAT, stream: true });
    expect(bench.events).toEqual([]);
  });

  test("or are refused with outside: 'refuse'", async () => {
    const strict = meter(bench.plain, { outside: 'refuse' });
    await expect(strict.chat.completions.create(CHAT)).rejects.toBeInstanceOf(MissingRunError);
    expect(bench.server.seen).toEqual([]);
  });
});

test('the given client stays unmetered', async () => {
  const scope = await bench.run(WIDE, () => bench.plain.chat.completions.create(CHAT));
  expect(scope.tokensUsed).toBe(0);
  expect(Object.hasOwn(bench.plain, 'request')).toBe(false);
});

test('a client that is metered twice is charged once, with the newer options', async () => {
  const again = meter(bench.client, { provider: 'mine' });
  const scope = await bench.run(WIDE, () => again.chat.completions.create(CHAT));
  expect(scope.tokensUsed).toBe(130);
  expect(bench.events).toMatchObject([{ provider: 'mine' }]);
});

test('errors of the provider reach the caller as they are, and cost nothing', async () => {
  bench.server.next(
    { json: apiError('invalid_request_error', 'bad'), status: 400 },
    { json: apiError('insufficient_quota'), status: 429, headers: { 'x-should-retry': 'false' } },
  );
  const scope = await bench.run(WIDE, async () => {
    const error = await bench.client.chat.completions.create(CHAT).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ status: 400, error: { message: 'bad' }, requestID: 'req_1' });
    await expect(bench.client.responses.create(ASK)).rejects.toBeInstanceOf(RateLimitError);
  });
  expect(scope.tokensUsed).toBe(0);
  expect(bench.events).toMatchObject([
    { outcome: 'failed', tokens: 0, isEstimated: false },
    { outcome: 'failed', tokens: 0, isEstimated: false },
  ]);
});

test('an answer that reports nonsense is charged an estimate', async () => {
  bench.server.next({ json: completion({ usage: { prompt_tokens: -1, completion_tokens: 'x' } as never }) });
  await bench.run(WIDE, () => bench.client.chat.completions.create(CHAT));
  expect(bench.events).toMatchObject([{ isEstimated: true }]);
  expect(tokensOf(bench.events[0]!.usage)).toBeGreaterThan(0);
});

describe('the name of the provider', () => {
  test.each([
    ['https://api.openai.com/v1', 'openai'],
    ['https://eu.api.openai.com/v1', 'openai'],
    ['https://api.groq.com/openai/v1', 'groq'],
    ['https://openrouter.ai/api/v1', 'openrouter'],
    ['https://api.mistral.ai/v1', 'mistral'],
    ['https://api.deepseek.com', 'deepseek'],
    ['https://api.x.ai/v1', 'x-ai'],
    ['https://mine.openai.azure.com/openai/v1', 'azure'],
    ['https://api.openai.com.evil.example/v1', 'api.openai.com.evil.example'],
    ['https://llm.example.org:8443/v1', 'llm.example.org'],
  ])('of %s is %s', async (baseURL, provider) => {
    const client = meter(bench.plain).withOptions({ baseURL, fetch: async () => Response.json(completion()) });
    await bench.run(WIDE, () => client.chat.completions.create(CHAT));
    expect(bench.events).toMatchObject([{ provider, tokens: 130 }]);
  });

  test('of a client for Azure is azure, and the model is its deployment', async () => {
    const options = { apiKey: 'k', apiVersion: '2024-10-21', baseURL: `${bench.server.url}/openai` };
    const client = meter(new AzureOpenAI({ ...options, deployment: 'mine' }));
    const scope = await bench.run(WIDE, async () => {
      expect((await client.chat.completions.create(CHAT)).choices).toHaveLength(1);
      await client.withOptions({ deployment: 'other' }).chat.completions.create(CHAT);
    });
    expect(client).toBeInstanceOf(AzureOpenAI);
    expect(bench.server.seen[0]?.path).toBe('/v1/openai/deployments/mine/chat/completions?api-version=2024-10-21');
    expect(scope.tokensUsed).toBe(260);
    expect(bench.events).toMatchObject([
      { provider: 'azure', model: 'mine' },
      { provider: 'azure', model: 'other' },
    ]);
  });
});

test.each([
  ['an unknown option', { budgte: 1 }],
  ['outside', { outside: 'ignore' }],
  ['streamUsage', { streamUsage: 'no' }],
  ['maxAttachmentTokens', { maxAttachmentTokens: 0 }],
  ['prices', { prices: { 'gpt-5': { input: -1, output: 1 } } }],
])('wrong options are refused: %s', (_, options) => {
  expect(() => meter(bench.plain, options as never)).toThrow(UsageError);
});
