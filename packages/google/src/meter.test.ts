/** @jest-environment ./packages/google/test-support/dispatcher-environment.mjs */
import {
  Agent,
  AgentHost,
  BudgetExceededError,
  inject,
  MissingRunError,
  Tool,
  UnpricedModelError,
  UsageError,
} from '@actguard/core';
import { ApiError, type CallableTool, GoogleGenAI } from '@google/genai';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answerOf, apiError, BUCKETS, MODEL, USAGE_TOKENS } from '../test-support/answers.js';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { meter } from './meter.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

async function textOf(stream: Promise<AsyncIterable<{ readonly text?: string | undefined }>>): Promise<string> {
  let text = '';
  for await (const chunk of await stream) text += chunk.text ?? '';
  return text;
}

describe('every way to content', () => {
  const methods: readonly [string, string, (client: GoogleGenAI) => Promise<string | undefined>][] = [
    ['generateContent', 'models.generateContent', async ({ models }) => (await models.generateContent(ASK)).text],
    [
      'generateContentStream',
      'models.generateContentStream',
      ({ models }) => textOf(models.generateContentStream(ASK)),
    ],
    [
      'a chat',
      'models.generateContent',
      async ({ chats }) => (await chats.create({ model: MODEL }).sendMessage({ message: 'hi' })).text,
    ],
    [
      'a streamed chat',
      'models.generateContentStream',
      ({ chats }) => textOf(chats.create({ model: MODEL }).sendMessageStream({ message: 'hi' })),
    ],
  ];

  test.each(methods)('%s is charged once, with what the provider reported', async (_, operation, call) => {
    let text: string | undefined;
    const scope = await bench.run({}, async () => {
      text = await call(bench.client);
    });
    expect(text).toBe('hello');
    expect(scope.tokensUsed).toBe(USAGE_TOKENS);
    expect(bench.usage).toHaveLength(1);
    expect(bench.usage[0]).toMatchObject({
      ...{ provider: 'google', model: MODEL, responseModel: `${MODEL}-001`, operation, usage: BUCKETS },
      ...{ tokens: USAGE_TOKENS, isEstimated: false, outcome: 'success', scopeId: scope.id, toolName: undefined },
    });
    // USD per million: 0.3 input, 0.03 cached, 1 audio, 2.5 output and thoughts.
    expect(bench.usage[0]?.usdMicros).toBe(Math.round(580 * 0.3 + 400 * 0.03 + 50 * 1 + 90 * 2.5));
  });

  test('each turn of automatic function calling is a call of its own', async () => {
    const add: CallableTool = {
      tool: async () => ({ functionDeclarations: [{ name: 'add' }] }),
      callTool: async () => [{ functionResponse: { name: 'add', response: { output: 3 } } }],
    };
    bench.server.next({ json: answerOf({ parts: [{ functionCall: { name: 'add', args: {} } }] }) });
    const scope = await bench.run({}, async () => {
      const { text } = await bench.client.models.generateContent({ ...ASK, config: { tools: [add] } });
      expect(text).toBe('hello');
    });
    expect(bench.usage).toHaveLength(2);
    expect(scope.tokensUsed).toBe(2 * USAGE_TOKENS);
  });

  test('each request of an answer that is continued is a call of its own', async () => {
    const cut = answerOf();
    Object.assign(cut.candidates?.[0] ?? {}, { finishReason: 'CONTINUATION', continuationToken: 'more' });
    bench.server.next({ json: cut });
    const scope = await bench.run({}, () => bench.client.models.generateContent(ASK));
    expect(bench.server.seen).toHaveLength(2);
    expect(scope.tokensUsed).toBe(2 * USAGE_TOKENS);
  });
});

describe('other methods', () => {
  test('embedContent says nothing of its usage on the Gemini API: the text is estimated', async () => {
    const scope = await bench.run({}, () =>
      bench.client.models.embedContent({ model: 'gemini-embedding-001', contents: ['a text of 24 characters.'] }),
    );
    expect(bench.usage[0]).toMatchObject({ operation: 'models.embedContent', isEstimated: true });
    expect(scope.tokensUsed).toBe(8);
  });

  test('countTokens is free', async () => {
    const scope = await bench.run({}, () => bench.client.models.countTokens(ASK));
    expect(scope.tokensUsed).toBe(0);
    expect(bench.usage).toEqual([]);
  });

  test('on Vertex the same calls are charged to the provider vertex', async () => {
    const client = meter(bench.connect({ vertexai: true }));
    const scope = await bench.run({}, async () => {
      expect((await client.models.generateContent(ASK)).text).toBe('hello');
      expect(await textOf(client.models.generateContentStream(ASK))).toBe('hello');
      await client.models.embedContent({ model: 'text-embedding-005', contents: 'x' });
      await client.models.embedContent({ model: 'gemini-embedding-2', contents: 'x' });
    });
    expect(bench.server.seen[0]?.path).toContain('publishers/google/models/gemini-2.5-flash:generateContent');
    expect(
      bench.usage.map(({ provider, model, tokens, isEstimated }) => [provider, model, tokens, isEstimated]),
    ).toEqual([
      ['vertex', MODEL, USAGE_TOKENS, false],
      ['vertex', MODEL, USAGE_TOKENS, false],
      ['vertex', 'text-embedding-005', 4, false],
      ['vertex', 'gemini-embedding-2', 9, false],
    ]);
    expect(scope.tokensUsed).toBe(2 * USAGE_TOKENS + 13);
  });

  test('what is not metered passes marked as an estimate, and not once a budget is used up', async () => {
    bench.server.next({ json: { name: 'batches/b1' } });
    const later = () => bench.client.batches.create({ model: MODEL, src: [{ contents: 'x' }] });
    const scope = await bench.run({ tokenLimit: 100 }, async (budget) => {
      await later();
      await bench.client.models.generateContent(ASK);
      expect(budget.exceeded).toBe('token');
      await expect(later()).rejects.toBeInstanceOf(BudgetExceededError);
    });
    expect(bench.usage[0]).toMatchObject({ operation: 'batches.create', model: MODEL, tokens: 0, isEstimated: true });
    expect(scope.tokensUsed).toBe(USAGE_TOKENS);
    expect(bench.server.seen).toHaveLength(2);
  });
});

describe('errors', () => {
  test('those of the provider come as they are, and cost nothing', async () => {
    bench.server.next(
      { json: apiError(429, 'RESOURCE_EXHAUSTED'), status: 429 },
      { json: apiError(429, 'RESOURCE_EXHAUSTED'), status: 429 },
    );
    const plain = await bench.plain.models.generateContent(ASK).catch((error: unknown) => error);
    const scope = await bench.run({}, async () => {
      const error = await bench.client.models.generateContent(ASK).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toEqual(plain);
      expect(error).toMatchObject({ status: 429 });
    });
    expect(scope.tokensUsed).toBe(0);
    expect(bench.usage[0]).toMatchObject({ outcome: 'failed', tokens: 0 });
  });

  test('a budget that is used up refuses before anything is sent', async () => {
    await bench.run({ tokenLimit: 1000 }, async () => {
      await bench.client.models.generateContent(ASK);
      await expect(bench.client.models.generateContent(ASK)).rejects.toBeInstanceOf(BudgetExceededError);
      await expect(bench.client.models.generateContentStream(ASK)).rejects.toBeInstanceOf(BudgetExceededError);
      const chat = bench.client.chats.create({ model: MODEL });
      await expect(chat.sendMessage({ message: 'hi' })).rejects.toBeInstanceOf(BudgetExceededError);
    });
    expect(bench.server.seen).toHaveLength(1);
  });

  test('a USD limit refuses a model whose price is not known', async () => {
    const ask = { ...ASK, model: 'gemini-of-tomorrow' };
    await bench.run({ usdLimit: 1 }, () =>
      expect(bench.client.models.generateContent(ask)).rejects.toBeInstanceOf(UnpricedModelError),
    );
    const client = meter(bench.plain, { prices: { 'gemini-of-tomorrow': { input: 1, output: 10 } } });
    const scope = await bench.run({ usdLimit: 1 }, () => client.models.generateContent(ask));
    expect(scope.usdUsed).toBeCloseTo((1030 + 90 * 10) / 1_000_000, 9);
  });
});

describe('runs', () => {
  test('outside of any, calls pass, or are refused', async () => {
    expect((await bench.client.models.generateContent(ASK)).text).toBe('hello');
    const strict = meter(bench.plain, { outside: 'refuse' });
    await expect(strict.models.generateContent(ASK)).rejects.toBeInstanceOf(MissingRunError);
    expect(bench.server.seen).toHaveLength(1);
    expect(bench.usage).toEqual([]);
  });

  test('inside a tool, the tool is named', async () => {
    @Agent()
    class Writer {
      readonly #ai = inject(GoogleGenAI);
      @Tool()
      async write() {
        return (await this.#ai.models.generateContent(ASK)).text;
      }
    }
    const tools: unknown[] = [];
    const host = await AgentHost.create({
      agents: [Writer],
      providers: [{ provide: GoogleGenAI, useValue: bench.client }],
      onEvent: (event) => void (event.name === 'llm.usage' && tools.push(event.toolName)),
    });
    await host.run((run) => run.get(Writer).write());
    await host.close();
    expect(tools).toEqual(['Writer.write']);
  });
});

describe('the client', () => {
  test('is a client of the same class; the given one stays unmetered', async () => {
    expect(bench.client).toBeInstanceOf(GoogleGenAI);
    const scope = await bench.run({}, async () => {
      await bench.plain.models.generateContent(ASK);
      await bench.plain.interactions.create({ model: MODEL, input: 'hi' });
    });
    expect(scope.tokensUsed).toBe(0);
  });

  test('metered twice, it charges once, by the second options', async () => {
    const twice = meter(meter(bench.client, { provider: 'first' }), { provider: 'second' });
    const scope = await bench.run({}, async () => {
      await twice.models.generateContent(ASK);
      await twice.interactions.create({ model: MODEL, input: 'hi' });
    });
    expect(bench.usage.map(({ provider }) => provider)).toEqual(['second', 'second']);
    expect(scope.tokensUsed).toBe(USAGE_TOKENS + 180);
  });

  test('wrong options are refused', () => {
    expect(() => meter(bench.plain, { uncappedThoughtTokens: -1 })).toThrow(UsageError);
    expect(() => meter(bench.plain, { limit: 1 } as never)).toThrow(UsageError);
  });
});
