import { BudgetExceededError, currentRun, MissingRunError, UnpricedModelError, UsageError } from '@actguard/core';
import Anthropic, { APIConnectionError, BadRequestError, OverloadedError } from '@anthropic-ai/sdk';
import type { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import type { BetaRunnableTool } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { apiError, events, message, USAGE, USAGE_TOKENS } from '../test-support/loopback-server.js';
import { meter } from './meter.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const USAGE_BUCKETS = {
  ...{ input: 21, cachedInput: 500, cacheWrite5m: 100, cacheWrite1h: 200, audioInput: 0 },
  ...{ output: 47, reasoning: 30, audioOutput: 0 },
};

const FORMAT = {
  output_config: { format: { type: 'json_schema', schema: { type: 'object', properties: {} } } },
} satisfies Partial<Anthropic.MessageCreateParams>;

/** A tool whose use the model asks for once. */
const TOOL: BetaRunnableTool<object> = {
  type: 'custom',
  name: 'look',
  input_schema: { type: 'object' },
  parse: () => ({}),
  run: () => 'seen',
};
const toolUse = message({
  content: [{ type: 'tool_use', id: 'tool_1', name: 'look', input: {}, caller: { type: 'direct' } }],
  stop_reason: 'tool_use',
});

describe('every method that bills', () => {
  const methods: readonly [string, (client: Anthropic) => Promise<unknown>, unknown][] = [
    ['messages.create', async (client) => (await client.messages.create(ASK)).content.length, 1],
    ['messages.create, streamed', (client) => texts(client.messages.create({ ...ASK, stream: true })), 'hello'],
    ['messages.stream, iterated', (client) => texts(client.messages.stream(ASK)), 'hello'],
    [
      'messages.stream, finalMessage',
      async (client) => (await client.messages.stream(ASK).finalMessage()).usage,
      USAGE,
    ],
    ['messages.stream, events', (client) => heard(client.messages.stream(ASK)), ['hel', 'lo', 'end']],
    ['messages.parse', async (client) => (await client.messages.parse({ ...ASK, ...FORMAT })).parsed_output, { x: 1 }],
    ['beta.messages.create', async (client) => (await client.beta.messages.create(ASK)).content.length, 1],
    [
      'beta.messages.create, streamed',
      (client) => texts(client.beta.messages.create({ ...ASK, stream: true })),
      'hello',
    ],
    [
      'beta.messages.stream',
      async (client) => (await client.beta.messages.stream(ASK).finalMessage()).stop_reason,
      'end_turn',
    ],
    [
      'beta.messages.parse',
      async (client) => (await client.beta.messages.parse({ ...ASK, ...FORMAT })).parsed_output,
      { x: 1 },
    ],
    [
      'beta.messages.thread',
      async (client) => (await client.beta.messages.thread(ASK).send(ASK.messages)).stop_reason,
      'end_turn',
    ],
    [
      'a streamed thread',
      async (client) => (await client.beta.messages.thread(ASK).stream(ASK.messages).finalMessage()).stop_reason,
      'end_turn',
    ],
    ['withResponse', async (client) => (await client.messages.create(ASK).withResponse()).request_id, 'req_1'],
    ['asResponse', async (client) => typed(await (await client.messages.create(ASK).asResponse()).json()), 'message'],
    [
      'asResponse, streamed',
      async (client) =>
        (await (await client.messages.create({ ...ASK, stream: true }).asResponse()).text()).length > 100,
      true,
    ],
    [
      'a copy with other options',
      async (client) => (await client.withOptions({ maxRetries: 0 }).messages.create(ASK)).type,
      'message',
    ],
    ['post', async (client) => typed(await client.post('/v1/messages', { body: ASK })), 'message'],
  ];

  it.each(methods)('%s is charged once, with what the provider reported', async (name, call, expected) => {
    if (name.includes('parse'))
      bench.server.next({ json: message({ content: [{ type: 'text', text: '{"x":1}', citations: null }] }) });
    let got: unknown;
    const scope = await bench.run({}, async () => {
      got = await call(bench.client);
    });

    expect(got).toEqual(expected);
    expect(scope.tokensUsed).toBe(USAGE_TOKENS);
    expect(bench.usage).toHaveLength(1);
    expect(bench.usage[0]).toMatchObject({
      ...{ provider: 'anthropic', model: 'claude-opus-5-5', responseModel: 'claude-opus-5-5', operation: 'messages' },
      ...{ usage: USAGE_BUCKETS, tokens: USAGE_TOKENS, isEstimated: false, outcome: 'success' },
      // USD per million: 4 input, 0.2 cached, 5 and 8 written, 20 output.
      ...{ usdMicros: 21 * 4 + 500 * 0.2 + 100 * 5 + 200 * 8 + 77 * 20, scopeId: scope.id, toolName: undefined },
    });
  });

  it('beta.messages.toolRunner is charged for each of its turns', async () => {
    bench.server.next({ json: toolUse });
    const scope = await bench.run({}, async () => {
      const last = await bench.client.beta.messages.toolRunner({ ...ASK, tools: [TOOL] });
      expect(last.stop_reason).toBe('end_turn');
    });

    expect(bench.server.seen).toHaveLength(2);
    expect(scope.tokensUsed).toBe(2 * USAGE_TOKENS);
    expect(bench.usage).toHaveLength(2);
  });

  it('a tool runner that streams is charged for each of its turns', async () => {
    bench.server.next({
      events: [
        { type: 'message_start', message: { ...toolUse, content: [], stop_reason: null } },
        {
          type: 'content_block_start',
          index: 0,
          content_block: { ...(toolUse.content[0] as Anthropic.ToolUseBlock), input: {} },
        },
        { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{}' } },
        { type: 'content_block_stop', index: 0 },
        ...events({ stop_reason: 'tool_use' }).slice(-2),
      ],
    });
    const scope = await bench.run({}, async () => {
      for await (const stream of bench.client.beta.messages.toolRunner({ ...ASK, tools: [TOOL], stream: true }))
        for await (const _ of stream);
    });

    expect(scope.tokensUsed).toBe(2 * USAGE_TOKENS);
  });

  it.each<[string, (client: Anthropic) => Promise<unknown>]>([
    ['messages.countTokens', (client) => client.messages.countTokens({ model: ASK.model, messages: ASK.messages })],
    [
      'beta.messages.countTokens',
      (client) => client.beta.messages.countTokens({ model: ASK.model, messages: ASK.messages }),
    ],
  ])('%s is free', async (_, call) => {
    const scope = await bench.run({ tokenLimit: 1 }, () => call(bench.client));

    expect(scope.tokensUsed).toBe(0);
    expect(bench.usage).toEqual([]);
  });

  it('batches, which are billed later, are not charged', async () => {
    bench.server.next({ json: { id: 'batch_1', type: 'message_batch' } });
    const scope = await bench.run({}, () =>
      bench.client.messages.batches.create({ requests: [{ custom_id: 'a', params: ASK }] }),
    );

    expect(scope.tokensUsed).toBe(0);
  });
});

describe('the client', () => {
  it('that was given is not metered', async () => {
    const scope = await bench.run({}, () => bench.plain.messages.create(ASK));

    expect(scope.tokensUsed).toBe(0);
    expect(bench.server.seen).toHaveLength(1);
  });

  it('is one of the same class, with the same settings', () => {
    expect(bench.client).toBeInstanceOf(Anthropic);
    expect(bench.client).not.toBe(bench.plain);
    expect(bench.client.apiKey).toBe('test');
  });

  it('lets calls through outside any run, unless told to refuse them', async () => {
    await expect(bench.client.messages.create(ASK)).resolves.toMatchObject({ type: 'message' });

    const strict = meter(bench.plain, { outside: 'refuse' });
    await expect(strict.messages.create(ASK)).rejects.toBeInstanceOf(MissingRunError);
    expect(bench.server.seen).toHaveLength(1);
  });

  it('charges the scope that it was given', async () => {
    await bench.run({}, async (outer) => {
      await using inner = currentRun().budget({ name: 'inner' });
      await meter(bench.plain, { budget: inner }).messages.create(ASK);
      expect(inner.tokensUsed).toBe(USAGE_TOKENS);
      expect(outer.tokensUsed).toBe(USAGE_TOKENS);
      expect(outer.localTokensUsed).toBe(0);
    });
  });

  it('that is metered twice is charged once', async () => {
    const scope = await bench.run({}, () => meter(bench.client).messages.create(ASK));

    expect(scope.tokensUsed).toBe(USAGE_TOKENS);
  });
});

describe('prices', () => {
  it('of the meter go before those of the host, and those before the packaged ones', async () => {
    await using other = await openBench({
      host: { prices: { 'claude-opus-5-5': { input: 1, output: 0 } } },
    });
    const ofHost = await other.run({}, () => other.client.messages.create(ASK));
    expect(ofHost.usdUsed).toBeCloseTo(821e-6, 9);

    const own = meter(other.plain, { prices: { 'anthropic/claude-opus-5-5': { input: 0, output: 1 } } });
    const ofMeter = await other.run({}, () => own.messages.create(ASK));
    expect(ofMeter.usdUsed).toBeCloseTo(77e-6, 9);
  });

  it('are needed where USD are limited', async () => {
    await bench.run({ usdLimit: 1 }, async () => {
      const unknown = bench.client.messages.create({ ...ASK, model: 'claude-nobody-knows' });
      await expect(unknown).rejects.toBeInstanceOf(UnpricedModelError);
    });
    expect(bench.server.seen).toEqual([]);
  });

  it.each([
    ['fast mode', { speed: 'fast' }, 'claude-opus-5-5:fast'],
    ['a region', { inference_geo: 'us' }, 'claude-opus-5-5:us'],
  ] as const)('of %s are not those of the model', async (_, more, model) => {
    await bench.run({ usdLimit: 1 }, async () => {
      await expect(bench.client.messages.create({ ...ASK, ...more })).rejects.toThrow(`anthropic/${model}`);
    });

    const dear = meter(bench.plain, { prices: { [model]: { input: 0, output: 1_000 } } });
    const scope = await bench.run({ usdLimit: 1 }, () => dear.messages.create({ ...ASK, ...more }));
    expect(scope.usdUsed).toBeCloseTo(0.077, 9);
    expect(bench.server.seen[0]?.body).toMatchObject({ model: ASK.model, ...more });
  });

  it('that are wrong are refused at once', () => {
    expect(() => meter(bench.plain, { prices: { model: { input: -1, output: 1 } } })).toThrow(UsageError);
  });
});

describe('errors', () => {
  it('of the provider come through as they are', async () => {
    await using direct = await openBench({ client: { maxRetries: 0 } });
    const scope = await direct.run({}, async () => {
      direct.server.next({ json: apiError('invalid_request_error', 'bad'), status: 400 });
      const bad = await direct.client.messages.create(ASK).catch((error: unknown) => error);
      expect(bad).toBeInstanceOf(BadRequestError);
      expect(bad).toMatchObject({ status: 400, type: 'invalid_request_error', requestID: 'req_1' });

      direct.server.next({ json: apiError('overloaded_error'), status: 529 });
      await expect(direct.client.messages.create(ASK)).rejects.toBeInstanceOf(OverloadedError);

      direct.server.next({ lost: true });
      await expect(direct.client.messages.create(ASK)).rejects.toBeInstanceOf(APIConnectionError);
    });

    expect(direct.usage.map(({ outcome, isEstimated }) => [outcome, isEstimated])).toEqual([
      ['failed', false],
      ['failed', false],
      // It was sent, and nobody knows what became of it.
      ['failed', true],
    ]);
    expect(scope.tokensUsed).toBe(direct.usage[2]?.tokens);
  });

  it('of a budget reach the caller as they are, and nothing is sent', async () => {
    await bench.run({ tokenLimit: 10 }, async () => {
      await bench.client.messages.create(ASK);
      await expect(bench.client.messages.create(ASK)).rejects.toBeInstanceOf(BudgetExceededError);
      await expect(bench.client.messages.create({ ...ASK, stream: true })).rejects.toBeInstanceOf(BudgetExceededError);
      // Helpers of the SDK wrap what is not theirs.
      const wrapped = bench.client.messages.stream(ASK).finalMessage();
      await expect(wrapped).rejects.toMatchObject({ cause: expect.any(BudgetExceededError) });
    });
    expect(bench.server.seen).toHaveLength(1);
  });
});

async function texts(stream: PromiseLike<AsyncIterable<unknown>> | AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const event of await stream) {
    const { delta } = event as { readonly delta?: { readonly text?: string } };
    text += delta?.text ?? '';
  }
  return text;
}

async function heard(stream: MessageStream): Promise<readonly string[]> {
  const got: string[] = [];
  stream.on('text', (text) => got.push(text));
  stream.on('end', () => got.push('end'));
  await stream.done();
  return got;
}

function typed(data: unknown): unknown {
  return (data as { readonly type: unknown }).type;
}
