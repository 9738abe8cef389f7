/** @jest-environment ./packages/google/test-support/dispatcher-environment.mjs */
import { BudgetExceededError, UnboundedCostError } from '@actguard/core';
import type { GenerateContentConfig, GenerateContentParameters } from '@google/genai';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answerOf, MODEL } from '../test-support/answers.js';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import type { Reply, Seen } from '../test-support/loopback-server.js';
import type { GoogleMeterOptions } from './google-meter-options.js';
import { meter } from './meter.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ reply: spendthrift });
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** Uses all of what a request allows: each candidate as much as its cap, and an input token for every byte. */
function spendthrift(path: string, body: Seen['body']): Reply {
  const { maxOutputTokens = 0, candidateCount = 1 } = configIn(body);
  const [promptTokenCount, out] = [JSON.stringify(body).length, maxOutputTokens * candidateCount];
  const usageMetadata = {
    ...{ promptTokenCount, candidatesTokenCount: 1, thoughtsTokenCount: out - 1 },
    totalTokenCount: promptTokenCount + out,
  };
  const whole = answerOf({ usageMetadata });
  return path.includes(':stream') ? { events: [whole] } : { json: whole };
}

function configIn(body: Seen['body'] | undefined): { maxOutputTokens?: number; candidateCount?: number } {
  return (body?.['generationConfig'] ?? {}) as { maxOutputTokens?: number };
}

const sentCap = (at = 0): number | undefined => configIn(bench.server.seen[at]?.body).maxOutputTokens;

/** Makes one call in a hard budget, and answers what was left of it. */
async function spend(
  tokenLimit: number,
  config: GenerateContentConfig,
  options: GoogleMeterOptions = {},
  more: Partial<GenerateContentParameters> = {},
): Promise<number | undefined> {
  const client = meter(bench.plain, options);
  const scope = await bench.run({ tokenLimit, enforcement: 'hard' }, () =>
    client.models.generateContent({ ...ASK, ...more, config }),
  );
  return scope.remaining.tokens;
}

describe('the cap of output', () => {
  test('is set where there is none, and lowered to what is left', async () => {
    await spend(100_000, {});
    expect(sentCap()).toBe(4096);
    await spend(100_000, {}, { defaultOutputTokens: 200 });
    expect(sentCap(1)).toBe(200);
    expect(await spend(1000, { maxOutputTokens: 8000, temperature: 0.5 })).toBeLessThan(100);
    expect(sentCap(2)).toBeGreaterThan(800);
    expect(bench.server.seen[2]?.body['generationConfig']).toMatchObject({ temperature: 0.5 });
  });

  test('stays as it is where it fits, and in a soft budget', async () => {
    await spend(100_000, { maxOutputTokens: 300 });
    expect(sentCap()).toBe(300);
    await bench.run({ tokenLimit: 100_000 }, () => bench.client.models.generateContent(ASK));
    expect(sentCap(1)).toBeUndefined();
  });

  test('holds for each candidate', async () => {
    const left = await spend(1000, { candidateCount: 3 });
    expect(sentCap()).toBeGreaterThan(200);
    expect(sentCap()).toBeLessThan(333);
    expect(left).toBeLessThan(100);
  });

  test('is also that of a stream and of a chat', async () => {
    await bench.run({ tokenLimit: 1000, enforcement: 'hard' }, async () => {
      for await (const _ of await bench.client.models.generateContentStream(ASK));
    });
    await bench.run({ tokenLimit: 1000, enforcement: 'hard' }, () =>
      bench.client.chats.create({ model: MODEL }).sendMessage({ message: 'hi' }),
    );
    for (const at of [0, 1]) expect(sentCap(at)).toBeLessThan(1000);
  });

  test('is that of the extra body, of the client or of the call, where one sets it', async () => {
    const extraBody = { generationConfig: { maxOutputTokens: 90_000 } };
    await spend(1000, { maxOutputTokens: 10, httpOptions: { extraBody } });
    expect(sentCap()).toBeGreaterThan(800);
    expect(sentCap()).toBeLessThan(1000);
    const client = meter(bench.connect({ httpOptions: { extraBody } }));
    await bench.run({ tokenLimit: 1000, enforcement: 'hard' }, () => client.models.generateContent(ASK));
    expect(sentCap(1)).toBeLessThan(1000);
  });

  test('leaves room for the thoughts that were asked for, or nothing is sent', async () => {
    await spend(100_000, { thinkingConfig: { thinkingBudget: 8000 } });
    expect(sentCap()).toBe(12_096);
    await expect(spend(4000, { thinkingConfig: { thinkingBudget: 8000 } })).rejects.toBeInstanceOf(BudgetExceededError);
    // What the caller asked for is the caller's.
    await spend(4000, { maxOutputTokens: 1000, thinkingConfig: { thinkingBudget: 8000 } });
    expect(sentCap(1)).toBe(1000);
    expect(bench.server.seen).toHaveLength(2);
  });

  test('leaves out thoughts of a model that does not count them into it', async () => {
    await spend(1000, {}, { uncappedThoughtTokens: 500 });
    expect(sentCap()).toBeGreaterThan(300);
    expect(sentCap()).toBeLessThan(500);
    await expect(spend(500, {}, { uncappedThoughtTokens: 500 })).rejects.toBeInstanceOf(BudgetExceededError);
  });
});

describe('what has no bound is refused', () => {
  const parts = (part: object) => ({ contents: [part] as never });
  const cases: readonly [string, GenerateContentConfig, Partial<GenerateContentParameters>][] = [
    ['a search of the provider', { tools: [{ googleSearch: {} }] }, {}],
    ['code that the provider executes', { tools: [{ codeExecution: {} }] }, {}],
    [
      'addresses that the provider reads',
      { tools: [{ functionDeclarations: [{ name: 'f' }] }, { urlContext: {} }] },
      {},
    ],
    ['a named cache', { cachedContent: 'cachedContents/c1' }, {}],
    ['an answer that is continued', { continuationToken: 'more' }, {}],
    ['pictures in the output', { responseModalities: ['IMAGE'] }, {}],
    ['a model that makes pictures', {}, { model: 'gemini-2.5-flash-image' }],
    ['a file', {}, parts({ fileData: { fileUri: 'gs://b/cat.png', mimeType: 'image/png' } })],
    ['a PDF', {}, parts({ inlineData: { data: 'AAAA', mimeType: 'application/pdf' } })],
    ['a sound', {}, parts({ inlineData: { data: 'AAAA', mimeType: 'audio/ogg' } })],
    ['what the extra body says in another spelling', { httpOptions: { extraBody: { generation_config: {} } } }, {}],
  ];
  test.each(cases)('%s', async (_, config, more) => {
    await expect(spend(100_000, config, {}, more)).rejects.toBeInstanceOf(UnboundedCostError);
    expect(bench.server.seen).toEqual([]);
  });

  test('a tool of the provider is let through with a declared maximum, which is held', async () => {
    const client = meter(bench.plain, { maxServerToolUsd: 0.05, maxServerToolTokens: 1000 });
    const ask = { ...ASK, config: { maxOutputTokens: 10, tools: [{ googleSearch: {} }] } };
    await bench.run({ usdLimit: 0.06, enforcement: 'hard' }, () => client.models.generateContent(ask));
    await bench.run({ usdLimit: 0.04, enforcement: 'hard' }, () =>
      expect(client.models.generateContent(ask)).rejects.toBeInstanceOf(BudgetExceededError),
    );
    expect(bench.server.seen).toHaveLength(1);
    await bench.run({ tokenLimit: 1000, enforcement: 'hard' }, () =>
      expect(client.models.generateContent(ask)).rejects.toBeInstanceOf(BudgetExceededError),
    );
    await bench.run({ tokenLimit: 1500, enforcement: 'hard' }, () => client.models.generateContent(ask));
    expect(bench.server.seen).toHaveLength(2);
  });

  test.each([{ maxServerToolUsd: 0.05 }, { maxServerToolTokens: 1000 }])(
    'a tool of the provider with %j alone',
    async (options) => {
      const call = spend(100_000, { tools: [{ googleSearch: {} }] }, options);
      await expect(call).rejects.toBeInstanceOf(UnboundedCostError);
      expect(bench.server.seen).toEqual([]);
    },
  );

  test('files are let through with a declared maximum, which is held for each', async () => {
    const file = { fileData: { fileUri: 'gs://b/cat.png', mimeType: 'image/png' } };
    const two = { contents: [{ role: 'user', parts: [file, file] }] };
    const options = { maxAttachmentTokens: 1000 };
    await spend(3000, { maxOutputTokens: 10 }, options, two);
    await expect(spend(1900, { maxOutputTokens: 10 }, options, two)).rejects.toBeInstanceOf(BudgetExceededError);
    expect(bench.server.seen).toHaveLength(1);
  });

  test('a picture that the request holds counts as one, not by its bytes', async () => {
    const picture = (bytes: number) => ({
      contents: [{ role: 'user', parts: [{ inlineData: { data: 'A'.repeat(bytes), mimeType: 'image/png' } }] }],
    });
    // More than a tiny picture has bytes: what is left for output is less than all.
    await spend(9000, {}, {}, picture(4));
    expect(sentCap()).toBeLessThan(9000 - 8192);
    await expect(spend(8000, {}, {}, picture(4))).rejects.toBeInstanceOf(BudgetExceededError);
  });

  test('functions that the API declares by itself have room', async () => {
    const config = { tools: [{ computerUse: {} }] };
    await expect(spend(8000, config)).rejects.toBeInstanceOf(BudgetExceededError);
    await spend(9000, config);
    expect(bench.server.seen).toHaveLength(1);
  });

  test.each([
    ['batches', () => bench.client.batches.create({ model: MODEL, src: [{ contents: 'x' }] })],
    ['caches', () => bench.client.caches.create({ model: MODEL, config: { contents: 'x' } })],
    ['live sessions', () => bench.client.live.connect({ model: MODEL, callbacks: { onmessage() {} } })],
    ['music', () => bench.client.live.music.connect({ model: MODEL, callbacks: { onmessage() {} } })],
  ])('%s, whose usage is not metered', async (_, call) => {
    await bench.run({ tokenLimit: 100_000, enforcement: 'hard' }, () =>
      expect(call()).rejects.toBeInstanceOf(UnboundedCostError),
    );
    expect(bench.server.seen).toEqual([]);
  });
});

describe('embeddings', () => {
  test('are held by their bytes, and have no output to cap', async () => {
    const embed = () => bench.client.models.embedContent({ model: 'gemini-embedding-001', contents: 'x'.repeat(500) });
    await bench.run({ tokenLimit: 400, enforcement: 'hard' }, () =>
      expect(embed()).rejects.toBeInstanceOf(BudgetExceededError),
    );
    expect(bench.server.seen).toEqual([]);
  });
});

describe('many at once', () => {
  test('never use more than the limit, whatever becomes of them', async () => {
    const { client, server } = bench;
    const ways = [
      () => client.models.generateContent(ASK),
      async () => {
        for await (const _ of await client.models.generateContentStream(ASK));
      },
      async () => {
        for await (const _ of await client.models.generateContentStream(ASK)) break;
      },
      () => client.models.generateContent({ ...ASK, config: { candidateCount: 2, maxOutputTokens: 50 } }),
      () => client.models.generateContent({ ...ASK, config: { abortSignal: AbortSignal.timeout(1) } }),
    ];
    const scope = await bench.run({ tokenLimit: 3000, enforcement: 'hard' }, async (budget) => {
      const calls = Array.from({ length: 50 }, (_, at) => ways[at % ways.length]?.());
      for (const settled of await Promise.allSettled(calls)) {
        if (settled.status === 'rejected' && (settled.reason as Error).name !== 'AbortError')
          expect(settled.reason).toBeInstanceOf(BudgetExceededError);
      }
      expect(budget.held.tokens).toBe(0);
    });
    expect(server.seen.length).toBeGreaterThan(0);
    expect(server.seen.length).toBeLessThan(50);
    expect(scope.tokensUsed).toBeGreaterThan(0);
    expect(scope.tokensUsed).toBeLessThanOrEqual(3000);
  });

  test('share what there is where each asks for little', async () => {
    const ask = { ...ASK, config: { maxOutputTokens: 20 } };
    let refused = 0;
    const scope = await bench.run({ tokenLimit: 2000, enforcement: 'hard' }, async () => {
      const calls = Array.from({ length: 50 }, () => bench.client.models.generateContent(ask));
      for (const { status } of await Promise.allSettled(calls)) if (status === 'rejected') refused++;
    });
    expect(bench.server.seen.length).toBe(50 - refused);
    expect(bench.server.seen.length).toBeGreaterThan(10);
    expect(scope.tokensUsed).toBeLessThanOrEqual(2000);
    expect(scope.tokensUsed).toBeGreaterThan(1000);
  });
});
