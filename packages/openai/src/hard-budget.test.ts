import { BudgetExceededError, UnboundedCostError } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type OpenAI from 'openai';
import { chunks, completion, response } from '../test-support/answers.js';
import { ASK, type Bench, CHAT, collected, openBench } from '../test-support/bench.js';
import type { Reply, Seen } from '../test-support/loopback-server.js';
import { startServer } from '../test-support/loopback-server.js';
import { meter } from './meter.js';

let bench: Bench;
let client: OpenAI;
beforeEach(async () => {
  bench = await openBench({ client: { maxRetries: 0 } });
  client = bench.client;
});
afterEach(() => bench[Symbol.asyncDispose]());

const hard = (tokenLimit: number) => ({ tokenLimit, enforcement: 'hard' }) as const;
const sent = (index = 0): Readonly<Record<string, unknown>> => bench.server.seen[index]?.body ?? {};
const IMAGE = {
  role: 'user',
  content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
} satisfies OpenAI.ChatCompletionMessageParam;

describe('the cap of output', () => {
  test('is set where a request has none', async () => {
    await bench.run(hard(1_000_000), async () => {
      await client.chat.completions.create(CHAT);
      await client.responses.create(ASK);
    });
    expect(sent(0)).toEqual({ ...CHAT, max_completion_tokens: 4096 });
    expect(sent(1)).toEqual({ ...ASK, max_output_tokens: 4096 });
  });

  test('is lowered to what is left, in the field that the request uses', async () => {
    await bench.run(hard(1000), async () => {
      await client.chat.completions.create({ ...CHAT, max_tokens: 5000 });
      await client.chat.completions.create({ ...CHAT, max_completion_tokens: 5000 });
    });
    const first = sent(0)['max_tokens'] as number;
    expect(first).toBeGreaterThan(800);
    expect(first).toBeLessThan(1000);
    expect(sent(0)).not.toHaveProperty('max_completion_tokens');
    // The first call took 130 of what was left; the name of a field is a token or two.
    expect(Math.abs((sent(1)['max_completion_tokens'] as number) - (first - 130))).toBeLessThan(5);
    expect(sent(1)).not.toHaveProperty('max_tokens');
  });

  test('that is lower already stays', async () => {
    await bench.run(hard(1_000_000), () => client.chat.completions.create({ ...CHAT, max_completion_tokens: 7 }));
    expect(sent()).toEqual({ ...CHAT, max_completion_tokens: 7 });
  });

  test('of a compatible server is max_tokens', async () => {
    const groq = meter(bench.plain, { provider: 'groq', defaultOutputTokens: 50 });
    await bench.run(hard(1_000_000), () => groq.chat.completions.create(CHAT));
    expect(sent()).toEqual({ ...CHAT, max_tokens: 50 });
  });

  test('counts for each of n answers', async () => {
    await bench.run(hard(1000), () => client.chat.completions.create({ ...CHAT, n: 4, max_completion_tokens: 5000 }));
    expect(sent()['max_completion_tokens']).toBeLessThan(250);
    expect(sent()['max_completion_tokens']).toBeGreaterThan(200);
  });

  test('of legacy completions counts for each prompt and try, and stays the small one of the API', async () => {
    await bench.run(hard(1000), () => client.completions.create({ model: 'm', prompt: ['a', 'b'], best_of: 3, n: 2 }));
    expect(sent()['max_tokens']).toBe(16);
    await bench.run(hard(1000), () =>
      client.completions.create({ model: 'm', prompt: ['a', 'b'], best_of: 3, max_tokens: 900 }),
    );
    expect(sent(1)['max_tokens']).toBeLessThan(1000 / 6);
  });

  test('counts for each time that the SDK may send it', async () => {
    const retrying = client.withOptions({ maxRetries: 3 });
    await bench.run(hard(1000), () => retrying.chat.completions.create({ ...CHAT, max_completion_tokens: 5000 }));
    expect(sent()['max_completion_tokens']).toBeLessThan(250);
    await bench.run(hard(1000), () =>
      retrying.chat.completions.create({ ...CHAT, max_completion_tokens: 5000 }, { maxRetries: 0 }),
    );
    expect(sent(1)['max_completion_tokens']).toBeGreaterThan(800);
  });

  test('of a response is never below what the API takes: the call is refused instead', async () => {
    let refused = 0;
    for (let limit = 80; limit < 160; limit += 5)
      await bench.run(hard(limit), () =>
        client.responses.create(ASK).catch((error: unknown) => {
          expect(error).toBeInstanceOf(BudgetExceededError);
          refused++;
        }),
      );
    const caps = bench.server.seen.map(({ body }) => body['max_output_tokens'] as number);
    expect(refused).toBeGreaterThan(0);
    expect(Math.min(...caps)).toBeGreaterThanOrEqual(16);
    expect(Math.min(...caps)).toBeLessThan(21);
  });

  test('is no matter for embeddings', async () => {
    const body = { model: 'text-embedding-3-small', input: 'x', encoding_format: 'base64' } as const;
    await bench.run(hard(1000), () => client.embeddings.create(body));
    expect(sent()).toEqual(body);
    await bench.run(hard(1000), async () => {
      await expect(client.embeddings.create({ ...body, input: 'x '.repeat(1000) })).rejects.toBeInstanceOf(
        BudgetExceededError,
      );
    });
    expect(bench.server.seen).toHaveLength(1);
  });

  test('leaves the request of the caller as it was', async () => {
    const body = { ...CHAT, max_tokens: 5000 };
    await bench.run(hard(1000), () => client.chat.completions.create(body));
    expect(body.max_tokens).toBe(5000);
  });
});

describe('what has no bound is refused before it is sent', () => {
  const chat = (body: object) => () => client.chat.completions.create({ ...CHAT, ...body });
  const ask = (body: object) => () => client.responses.create({ ...ASK, ...body });
  test.each<[string, () => Promise<unknown>]>([
    ['previous_response_id', ask({ previous_response_id: 'resp_0' })],
    ['conversation', ask({ conversation: 'conv_0' })],
    ['prompt', ask({ prompt: { id: 'pmpt_0' } })],
    ['background', ask({ background: true })],
    ['context_management', ask({ context_management: [{ type: 'compaction' }] })],
    ['item_reference', ask({ input: [{ type: 'item_reference', id: 'msg_0' }] })],
    ['item_reference', ask({ input: [{ id: 'msg_0' }] })],
    ['item_reference', ask({ input: [{ type: null, id: 'msg_0' }] })],
    ['item_reference', ask({ input: [{ id: 'msg_0', content: '' }] })],
    ['encrypted_content', ask({ input: [{ type: 'reasoning', id: 'rs_0', summary: [] }] })],
    ['encrypted_content', ask({ input: [{ type: 'reasoning', id: 'rs_0', summary: [], encrypted_content: null }] })],
    ['cap of 0', chat({ max_completion_tokens: 0 })],
    ['cap of 0', chat({ max_completion_tokens: 100, max_tokens: 0 })],
    ['cap of 0', ask({ max_output_tokens: 0 })],
    ['cap of 0', () => client.completions.create({ model: 'm', prompt: 'x', max_tokens: 0 })],
    ['web_search', ask({ tools: [{ type: 'web_search' }] })],
    ['file_search', ask({ tools: [{ type: 'file_search', vector_store_ids: ['v'] }] })],
    ['code_interpreter', ask({ tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] })],
    ['computer', ask({ tools: [{ type: 'computer' }] })],
    ['mcp', ask({ tools: [{ type: 'mcp', server_label: 's', server_url: 'https://example.org' }] })],
    ['image_generation', ask({ tools: [{ type: 'image_generation' }] })],
    ['a_tool_of_tomorrow', ask({ tools: [{ type: 'a_tool_of_tomorrow' }] })],
    ['mcp', ask({ tools: [{ type: 'namespace', name: 'x', description: 'x', tools: [{ type: 'mcp' }] }] })],
    ['web_search', chat({ web_search_options: {} })],
    ['gpt-4o-search-preview', chat({ model: 'gpt-4o-search-preview' })],
    ['prediction', chat({ prediction: { type: 'content', content: 'x' } })],
    ['maxAttachmentTokens', chat({ messages: [IMAGE] })],
    ['maxAttachmentTokens', chat({ messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] })],
    [
      'maxAttachmentTokens',
      chat({ messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] }),
    ],
    ['maxAttachmentTokens', ask({ input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] })],
    ['choices', chat({ n: 0.5 })],
    ['no cap', () => client.images.generate({ model: 'gpt-image-1', prompt: 'x' })],
    ['no cap', () => client.audio.transcriptions.create({ model: 'whisper-1', file: new File(['x'], 'a.mp3') })],
    ['does not say', () => client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'x' })],
    ['does not say', () => client.post('/videos', { body: { model: 'sora-2', prompt: 'x' } })],
  ])('%s', async (reason, call) => {
    await bench.run(hard(1_000_000), async () => {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UnboundedCostError);
      expect((error as Error).message).toContain(reason);
    });
    expect(bench.server.seen).toEqual([]);
  });

  test('tools that the application runs are none of it', async () => {
    const tools = [
      { type: 'function', name: 'f', parameters: {}, strict: false },
      { type: 'custom', name: 'c' },
    ] as const;
    await bench.run(hard(1_000_000), () => client.responses.create({ ...ASK, tools: [...tools] }));
    expect(bench.server.seen).toHaveLength(1);
  });

  test('messages without a type and thoughts that the request holds are none of it', async () => {
    const input = [
      { role: 'user', content: 'hi' },
      { type: 'reasoning', id: 'rs_0', summary: [], encrypted_content: 'AAAA' },
    ] as const;
    await bench.run(hard(1_000_000), () => client.responses.create({ ...ASK, input: input as never }));
    expect(bench.server.seen).toHaveLength(1);
  });

  test('a soft budget lets it pass', async () => {
    await bench.run({ tokenLimit: 1_000_000 }, () =>
      client.responses.create({ ...ASK, previous_response_id: 'resp_0' }),
    );
    expect(sent()).toEqual({ ...ASK, previous_response_id: 'resp_0' });
  });
});

describe('a declared maximum is a bound', () => {
  test('of attachments: each is held as so many tokens, and its bytes are not', async () => {
    const declared = meter(bench.plain, { provider: 'openai', maxAttachmentTokens: 300 });
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(5000)}` } } as const;
    await bench.run(hard(1000), async (scope) => {
      const stream = await declared.chat.completions.create({
        ...CHAT,
        messages: [{ role: 'user', content: [image, image] }],
        max_completion_tokens: 10,
        stream: true,
      });
      expect(scope.held.tokens).toBeGreaterThanOrEqual(610);
      expect(scope.held.tokens).toBeLessThan(900);
      await collected(stream);
      expect(scope.held.tokens).toBe(0);
    });
  });

  test('of tools that the provider runs: their USD are held', async () => {
    const prices = { 'gpt-5': { input: 1, output: 10 } };
    const options = { prices, provider: 'openai', maxServerToolUsd: 0.5, maxServerToolTokens: 10 };
    const declared = meter(bench.plain, options);
    const body = { ...ASK, tools: [{ type: 'web_search' as const }], max_output_tokens: 16 };
    const limited = (usdLimit: number) => ({ usdLimit, enforcement: 'hard' }) as const;
    await bench.run(limited(0.4), async () => {
      await expect(declared.responses.create(body)).rejects.toBeInstanceOf(BudgetExceededError);
    });
    const scope = await bench.run(limited(0.6), () => declared.responses.create(body));
    expect(bench.server.seen).toHaveLength(1);
    // OpenAI does not tell what its tools cost: it may have been all of it.
    expect(scope.usdUsed).toBeGreaterThan(0.5);
  });

  test('of tools that the provider runs: what they add to the input is held', async () => {
    const declared = meter(bench.plain, { provider: 'openai', maxServerToolUsd: 0.5, maxServerToolTokens: 5000 });
    const body = { ...ASK, tools: [{ type: 'web_search' as const }], max_output_tokens: 16 };
    await bench.run(hard(5000), async () => {
      await expect(declared.responses.create(body)).rejects.toBeInstanceOf(BudgetExceededError);
    });
    await bench.run(hard(5300), async (scope) => {
      const stream = await declared.responses.create({ ...body, stream: true });
      expect(scope.held.tokens).toBeGreaterThan(5016);
      await collected(stream);
    });
    expect(bench.server.seen).toHaveLength(1);
  });

  test.each([{ maxServerToolUsd: 0.5 }, { maxServerToolTokens: 5000 }])(
    'is not there for tools of the provider with %j alone',
    async (options) => {
      const declared = meter(bench.plain, { provider: 'openai', ...options });
      await bench.run(hard(1_000_000), async () => {
        const call = declared.responses.create({ ...ASK, tools: [{ type: 'web_search' as const }] });
        await expect(call).rejects.toBeInstanceOf(UnboundedCostError);
      });
      expect(bench.server.seen).toEqual([]);
    },
  );
});

describe('the budget is never exceeded', () => {
  /** A provider that writes as much as it is let, of what the request holds. */
  function greedy({ body }: Seen): Reply {
    const cap = (body['max_completion_tokens'] ?? 1_000_000) as number;
    const input = Math.ceil(JSON.stringify(body['messages']).length / 2);
    const usage = { prompt_tokens: input, completion_tokens: cap, total_tokens: input + cap };
    return body['stream'] === true ? { events: chunks(true, ['a'], usage) } : { json: completion({ usage }) };
  }

  test.each([false, true])('by fifty calls at once (streamed: %s)', async (stream) => {
    await using server = await startServer(greedy);
    const client = meter(bench.plain.withOptions({ baseURL: server.url }), { provider: 'openai' });
    const limit = 2000;
    let refused = 0;
    const scope = await bench.run(hard(limit), async (open) => {
      const call = async (): Promise<void> => {
        const body = { ...CHAT, max_completion_tokens: 60 };
        const answer = stream
          ? collected(client.chat.completions.create({ ...body, stream: true }))
          : client.chat.completions.create(body);
        await answer.catch((error: unknown) => {
          expect(error).toBeInstanceOf(BudgetExceededError);
          refused++;
        });
        expect(open.tokensUsed + (open.held.tokens ?? 0)).toBeLessThanOrEqual(limit);
      };
      await Promise.all(Array.from({ length: 50 }, call));
      expect(open.held.tokens).toBe(0);
    });
    expect(scope.tokensUsed).toBeLessThanOrEqual(limit);
    expect(scope.tokensUsed).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    expect(server.seen.length + refused).toBe(50);
  });

  test('by a stream that is left early: its worst case is charged', async () => {
    bench.server.next({ events: chunks(true).slice(0, 3), silent: true });
    const scope = await bench.run(hard(1000), async () => {
      for await (const chunk of await client.chat.completions.create({
        ...CHAT,
        stream: true,
        max_completion_tokens: 100,
      }))
        if (chunk.choices[0]?.delta.content) break;
    });
    expect(scope.tokensUsed).toBeGreaterThan(100);
    expect(scope.tokensUsed).toBeLessThanOrEqual(1000);
    expect(bench.events).toMatchObject([{ isEstimated: true }]);
  });

  test('by a lost attempt and its repetition: both fit', async () => {
    bench.server.next({ lost: 'before' });
    const retrying = client.withOptions({ maxRetries: 1 });
    const scope = await bench.run(hard(1000), async (open) => {
      await retrying.chat.completions.create({ ...CHAT, max_completion_tokens: 5000 });
      expect(open.held.tokens).toBe(0);
    });
    expect(bench.server.seen).toHaveLength(2);
    expect(sent(0)).toEqual(sent(1));
    expect(scope.tokensUsed).toBeGreaterThan(130 + (sent()['max_completion_tokens'] as number));
    expect(scope.tokensUsed).toBeLessThanOrEqual(1000);
  });

  test('an attempt that the server failed gives back what was held', async () => {
    bench.server.next({ json: { error: { message: 'x' } }, status: 500 });
    const retrying = client.withOptions({ maxRetries: 1 });
    const scope = await bench.run(hard(1000), () => retrying.chat.completions.create(CHAT));
    expect(scope.tokensUsed).toBe(130);
  });

  test('what a cancelled call held is given back or charged', async () => {
    const controller = new AbortController();
    bench.server.next({ silent: 'before' });
    const scope = await bench.run(hard(1000), async (open) => {
      const call = client.chat.completions.create(
        { ...CHAT, max_completion_tokens: 50 },
        { signal: controller.signal },
      );
      while (bench.server.seen.length === 0) await new Promise(setImmediate);
      expect(open.held.tokens).toBeGreaterThan(50);
      controller.abort();
      await expect(call).rejects.toThrow('aborted');
      expect(open.held.tokens).toBe(0);
    });
    expect(scope.tokensUsed).toBeGreaterThan(50);
  });

  test('a response that used less gives the rest back', async () => {
    bench.server.next({ json: response() });
    const scope = await bench.run(hard(100_000), () => client.responses.create(ASK));
    expect(scope.tokensUsed).toBe(250);
    expect(scope.remaining.tokens).toBe(99_750);
  });
});
