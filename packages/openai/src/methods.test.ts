import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type OpenAI from 'openai';
import { APIPromise } from 'openai';
import { callingTools, completion, embedding, response } from '../test-support/answers.js';
import { ASK, type Bench, CHAT, collected, openBench, WIDE } from '../test-support/bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const CHAT_BUCKETS = {
  ...{ input: 50, cachedInput: 40, cacheWrite5m: 8, cacheWrite1h: 0, audioInput: 2 },
  ...{ output: 15, reasoning: 12, audioOutput: 3 },
};
const RESPONSE_BUCKETS = {
  ...{ input: 120, cachedInput: 64, cacheWrite5m: 10, cacheWrite1h: 6, audioInput: 0 },
  ...{ output: 30, reasoning: 20, audioOutput: 0 },
};
const JSON_FORMAT = {
  type: 'json_schema',
  json_schema: { name: 'x', schema: { type: 'object', properties: {} } },
} as const;
const ADD = {
  type: 'function',
  function: {
    name: 'add',
    description: 'adds one',
    parameters: { type: 'object', properties: {} },
    parse: JSON.parse,
    function: ({ a }: { a: number }) => String(a + 1),
  },
} as const;
const SOUND = 'a'.repeat(40);

describe('chat.completions', () => {
  const methods: readonly [string, (client: OpenAI) => Promise<unknown>, unknown][] = [
    ['create', async (client) => (await client.chat.completions.create(CHAT)).choices[0]?.message.content, 'hello'],
    [
      'create with an image and a sound',
      async (client) =>
        (
          await client.chat.completions.create({
            model: 'gpt-5',
            messages: [
              {
                role: 'user',
                content: [
                  { type: 'text', text: 'what is this?' },
                  { type: 'image_url', image_url: { url: 'https://example.org/a.png' } },
                  { type: 'input_audio', input_audio: { data: SOUND, format: 'wav' } },
                ],
              },
            ],
          })
        ).choices.length,
      1,
    ],
    ['create, streamed', (client) => textOf(client.chat.completions.create({ ...CHAT, stream: true })), 'hello'],
    ['stream', (client) => client.chat.completions.stream(CHAT).finalContent(), 'hello'],
    ['stream, iterated', (client) => textOf(client.chat.completions.stream(CHAT)), 'hello'],
    [
      'stream, events',
      async (client) => {
        const heard: string[] = [];
        await client.chat.completions
          .stream(CHAT)
          .on('content', (delta) => void heard.push(delta))
          .done();
        return heard;
      },
      ['hel', 'lo'],
    ],
    [
      'withResponse',
      async (client) => {
        const { data, response: raw, request_id: id } = await client.chat.completions.create(CHAT).withResponse();
        return [data.choices.length, raw.status, id];
      },
      [1, 200, 'req_1'],
    ],
    [
      'withResponse, streamed',
      async (client) => {
        const { data, response: raw } = await client.chat.completions.create({ ...CHAT, stream: true }).withResponse();
        return [await textOf(data), raw.status];
      },
      ['hello', 200],
    ],
    [
      'asResponse',
      async (client) => {
        const raw = await client.chat.completions.create(CHAT).asResponse();
        return [((await raw.json()) as { object: string }).object, raw.url.endsWith('/v1/chat/completions')];
      },
      ['chat.completion', true],
    ],
    [
      'asResponse, streamed',
      async (client) =>
        (await (await client.chat.completions.create({ ...CHAT, stream: true }).asResponse()).text()).includes('hel'),
      true,
    ],
    [
      'a copy with other options',
      async (client) => (await client.withOptions({ maxRetries: 0 }).chat.completions.create(CHAT)).choices.length,
      1,
    ],
    [
      'a copy of a copy with a fetch of its own',
      async (client) =>
        (
          await client
            .withOptions({ fetch: (url, init) => fetch(url, init) })
            .withOptions({ timeout: 5000 })
            .chat.completions.create(CHAT)
        ).choices.length,
      1,
    ],
    [
      'post',
      async (client) => ((await client.post('/chat/completions', { body: CHAT })) as { object: string }).object,
      'chat.completion',
    ],
  ];

  test.each(methods)('%s is charged once', async (_, call, expected) => {
    const scope = await bench.run(WIDE, async () => expect(await call(bench.client)).toEqual(expected));
    expect(bench.server.seen).toHaveLength(1);
    expect(scope.tokensUsed).toBe(130);
    expect(bench.events).toMatchObject([
      {
        ...{ provider: 'openai', model: 'gpt-5', responseModel: 'gpt-5-2026-01-01', operation: 'chat.completions' },
        ...{ usage: CHAT_BUCKETS, tokens: 130, isEstimated: false, outcome: 'success', scopeId: scope.id },
      },
    ]);
  });

  test('parse is charged, and its promise is one of the SDK', async () => {
    bench.server.next({ json: completion({}, '{"x":1}') });
    const scope = await bench.run(WIDE, async () => {
      const promise = bench.client.chat.completions.parse({ ...CHAT, response_format: JSON_FORMAT });
      expect((await promise).choices[0]?.message.parsed).toEqual({ x: 1 });
      const created = bench.client.chat.completions.create(CHAT);
      expect(created).toBeInstanceOf(APIPromise);
      expect((await created)._request_id).toBe('req_1');
    });
    expect(scope.tokensUsed).toBe(260);
  });

  test('each turn of runTools is a call of its own', async () => {
    bench.server.next({ json: callingTools({ name: 'add', args: '{"a":1}' }) }, { json: completion({}, 'two') });
    const scope = await bench.run(WIDE, async () => {
      const runner = bench.client.chat.completions.runTools({ ...CHAT, tools: [ADD] });
      expect(await runner.finalContent()).toBe('two');
    });
    expect(bench.server.seen[1]?.body['messages']).toMatchObject([{}, {}, { role: 'tool', content: '2' }]);
    expect(scope.tokensUsed).toBe(260);
    expect(bench.events).toHaveLength(2);
  });

  test('n answers are charged as the provider counts them', async () => {
    const { choices } = completion();
    bench.server.next({ json: completion({ choices: [...choices, ...choices] }) });
    const scope = await bench.run(WIDE, () => bench.client.chat.completions.create({ ...CHAT, n: 2 }));
    expect(scope.tokensUsed).toBe(130);
  });
});

describe('responses', () => {
  const methods: readonly [string, (client: OpenAI) => Promise<unknown>, unknown][] = [
    ['create', async (client) => (await client.responses.create(ASK)).output_text, 'hello'],
    [
      'create, streamed',
      async (client) => (await collected(client.responses.create({ ...ASK, stream: true }))).length,
      6,
    ],
    ['stream', async (client) => (await client.responses.stream(ASK).finalResponse()).output_text, 'hello'],
    ['parse', async (client) => (await client.responses.parse(ASK)).output_text, 'hello'],
    ['withResponse', async (client) => (await client.responses.create(ASK).withResponse()).data.output_text, 'hello'],
    [
      'asResponse',
      async (client) => ((await (await client.responses.create(ASK).asResponse()).json()) as { id: string }).id,
      'resp_1',
    ],
    [
      'asResponse, streamed',
      async (client) => {
        const raw = await client.responses.create({ ...ASK, stream: true }).asResponse();
        return (await raw.text()).includes('response.completed');
      },
      true,
    ],
    ['beta', async (client) => (await client.beta.responses.create(ASK)).id, 'resp_1'],
  ];

  test.each(methods)('%s is charged once', async (_, call, expected) => {
    const scope = await bench.run(WIDE, async () => expect(await call(bench.client)).toEqual(expected));
    expect(bench.server.seen).toHaveLength(1);
    expect(scope.tokensUsed).toBe(250);
    expect(bench.events).toMatchObject([
      { operation: 'responses', usage: RESPONSE_BUCKETS, isEstimated: false, outcome: 'success' },
    ]);
  });

  test('what is incomplete or failed is charged', async () => {
    bench.server.next({ json: response({ status: 'incomplete' }) }, { json: response({ status: 'failed' }) });
    const scope = await bench.run(WIDE, async () => {
      expect((await bench.client.responses.create(ASK)).status).toBe('incomplete');
      expect((await bench.client.responses.create(ASK)).status).toBe('failed');
    });
    expect(scope.tokensUsed).toBe(500);
  });

  test('counting tokens is free', async () => {
    const scope = await bench.run(WIDE, () => bench.client.responses.inputTokens.count(ASK));
    expect(scope.tokensUsed).toBe(0);
    expect(bench.events).toEqual([]);
  });
});

describe('other calls that say what they used', () => {
  test('embeddings', async () => {
    bench.server.next({ json: embedding() });
    const scope = await bench.run(WIDE, async () => {
      const { data } = await bench.client.embeddings.create({ model: 'text-embedding-3-small', input: 'x' });
      expect(data[0]?.embedding).toEqual([0.5, 1]);
    });
    expect(scope.tokensUsed).toBe(9);
    expect(bench.events).toMatchObject([{ operation: 'embeddings', usage: { input: 9, output: 0 } }]);
  });

  test('legacy completions', async () => {
    const scope = await bench.run(WIDE, () =>
      bench.client.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'x' }),
    );
    expect(scope.tokensUsed).toBe(12);
  });

  test('legacy completions, streamed', async () => {
    const chunk = { id: 'c', object: 'text_completion', created: 1, model: 'm' };
    const text = { ...chunk, choices: [{ index: 0, text: 'a', finish_reason: 'stop', logprobs: null }], usage: null };
    const usage = { ...chunk, choices: [], usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 } };
    bench.server.next({ events: [text, usage, '[DONE]'] });
    const scope = await bench.run(WIDE, async () => {
      const seen = await collected(bench.client.completions.create({ model: 'm', prompt: 'x', stream: true }));
      expect(seen).toHaveLength(1);
    });
    expect(bench.server.seen[0]?.body['stream_options']).toEqual({ include_usage: true });
    expect(scope.tokensUsed).toBe(6);
  });

  test('images', async () => {
    const usage = {
      input_tokens: 50,
      output_tokens: 1000,
      total_tokens: 1050,
      input_tokens_details: { text_tokens: 50 },
    };
    bench.server.next({ json: { created: 1, data: [{ b64_json: 'AA==' }], usage } });
    const scope = await bench.run(WIDE, () => bench.client.images.generate({ model: 'gpt-image-1', prompt: 'x' }));
    expect(scope.tokensUsed).toBe(1050);
  });

  test('transcriptions, sent as a form', async () => {
    const usage = {
      type: 'tokens',
      input_tokens: 14,
      output_tokens: 2,
      total_tokens: 16,
      input_token_details: { audio_tokens: 13 },
    };
    bench.server.next({ json: { text: 'hi', usage } });
    await bench.run(WIDE, () =>
      bench.client.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: new File(['x'], 'a.mp3') }),
    );
    expect(bench.server.seen[0]?.body['multipart']).toContain('gpt-4o-transcribe');
    expect(bench.events).toMatchObject([
      { model: 'gpt-4o-transcribe', usage: { input: 1, audioInput: 13, output: 2 } },
    ]);
  });

  test('speech that is streamed as events', async () => {
    const usage = { input_tokens: 4, output_tokens: 20, total_tokens: 24 };
    bench.server.next({
      events: [
        { type: 'speech.audio.delta', audio: 'AA==' },
        { type: 'speech.audio.done', usage },
      ],
    });
    await bench.run(WIDE, async () => {
      const spoken = await bench.client.audio.speech.create({
        ...{ model: 'gpt-4o-mini-tts', voice: 'alloy', input: 'hello', stream_format: 'sse' },
      });
      expect(await spoken.text()).toContain('speech.audio.done');
    });
    expect(bench.events).toMatchObject([{ operation: 'audio.speech', isEstimated: false, tokens: 24 }]);
  });

  test('speech as a sound says nothing, so its estimate is charged', async () => {
    bench.server.next({ bytes: new Uint8Array([1, 2, 3]), type: 'audio/mpeg' });
    const scope = await bench.run(WIDE, async () => {
      const spoken = await bench.client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'hello' });
      expect((await spoken.arrayBuffer()).byteLength).toBe(3);
      expect(bench.events).toHaveLength(1);
    });
    expect(bench.events).toMatchObject([{ operation: 'audio.speech', isEstimated: true }]);
    expect(scope.tokensUsed).toBeGreaterThan(0);
  });
});

async function textOf(
  stream: AsyncIterable<OpenAI.ChatCompletionChunk> | PromiseLike<AsyncIterable<OpenAI.ChatCompletionChunk>>,
): Promise<string> {
  return (await collected(stream)).map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
}
