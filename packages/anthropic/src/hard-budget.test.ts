import { BudgetExceededError, type BudgetScope, UnboundedCostError } from '@actguard/core';
import type Anthropic from '@anthropic-ai/sdk';
import type { BetaRunnableTool } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { type Answerer, apiError, events, message } from '../test-support/loopback-server.js';
import { meter } from './meter.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ client: { maxRetries: 0 } });
});
afterEach(() => bench[Symbol.asyncDispose]());

const BOUND = JSON.stringify(ASK).length;

/** An answer as the API would bill it: no more tokens of input than the request has bytes, and as many of output as allowed. */
function used(input: number, output: number): Anthropic.Usage {
  return {
    ...message().usage,
    ...{ input_tokens: input, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, cache_creation: null },
    ...{ output_tokens: output, output_tokens_details: null },
  };
}

function sentCap(index = -1): unknown {
  return bench.server.seen.at(index)?.body['max_tokens'];
}

describe('the cap of output', () => {
  it('is lowered to what a hard budget has left', async () => {
    await bench.run({ tokenLimit: BOUND + 40, enforcement: 'hard' }, async (scope) => {
      bench.server.next({ json: message({ usage: used(20, 40) }) });
      await bench.client.messages.create(ASK);
      expect(scope.held.tokens).toBe(0);
    });
    expect(sentCap()).toBe(40);
  });

  it('stays as it was asked for where there is enough, and where the budget is soft', async () => {
    await bench.run({ tokenLimit: 10_000, enforcement: 'hard' }, () => bench.client.messages.create(ASK));
    expect(sentCap()).toBe(100);
    await bench.run({ tokenLimit: BOUND + 40 }, () => bench.client.messages.create(ASK));
    expect(sentCap()).toBe(100);
  });

  it('is set where a request has none, which the API would refuse', async () => {
    const { max_tokens: _, ...without } = ASK;
    const post = () => bench.client.post('/v1/messages', { body: without });
    await bench.run({ tokenLimit: 100_000, enforcement: 'hard' }, post);
    expect(sentCap()).toBe(4096);
  });

  it('of 0, which only fills the cache, stays 0', async () => {
    await bench.run({ tokenLimit: 10_000, enforcement: 'hard' }, () =>
      bench.client.messages.create({ ...ASK, max_tokens: 0 }),
    );
    expect(sentCap()).toBe(0);
  });

  it('is lowered for streams too', async () => {
    await bench.run({ tokenLimit: BOUND + 70, enforcement: 'hard' }, () =>
      bench.client.messages
        .stream(ASK)
        .finalMessage()
        .catch(() => {}),
    );
    expect(sentCap()).toBeLessThanOrEqual(70);
    expect(sentCap()).toBeGreaterThan(40);
  });

  it('is never lowered below what thinking needs: the call is refused', async () => {
    const thinking = { ...ASK, max_tokens: 4_000, thinking: { type: 'enabled', budget_tokens: 1_024 } } as const;
    const bytes = JSON.stringify(thinking).length;

    await bench.run({ tokenLimit: bytes + 1_024, enforcement: 'hard' }, async () => {
      await expect(bench.client.messages.create(thinking)).rejects.toBeInstanceOf(BudgetExceededError);
    });
    expect(bench.server.seen).toEqual([]);

    await bench.run({ tokenLimit: bytes + 1_025, enforcement: 'hard' }, () => bench.client.messages.create(thinking));
    expect(sentCap()).toBe(1_025);
  });
});

describe('what is held', () => {
  it('has room for each attempt of the SDK', async () => {
    await using retrying = await openBench({ client: { maxRetries: 2 } });
    await retrying.run({ tokenLimit: 3 * (BOUND + 10), enforcement: 'hard' }, () =>
      retrying.client.messages.create(ASK),
    );
    expect(retrying.server.seen.at(-1)?.body['max_tokens']).toBe(10);

    await retrying.run({ tokenLimit: 3 * (BOUND + 10), enforcement: 'hard' }, () =>
      retrying.client.messages.create(ASK, { maxRetries: 0 }),
    );
    expect(retrying.server.seen.at(-1)?.body['max_tokens']).toBe(100);
  });

  it('is enough for attempts that were lost, which count as the worst', async () => {
    await using retrying = await openBench({ client: { maxRetries: 2 } });
    const limit = 3 * (BOUND + 100);
    retrying.server.next(
      { lost: true },
      { json: apiError('api_error'), status: 500 },
      { json: message({ usage: used(20, 100) }) },
    );
    const scope = await retrying.run({ tokenLimit: limit, enforcement: 'hard' }, async (open) => {
      const call = retrying.client.messages.create(ASK);
      while (retrying.server.seen.length === 0) await new Promise(setImmediate);
      expect(open.held.tokens).toBe(limit);
      await call;
    });
    expect(scope.tokensUsed).toBe(BOUND + 100 + 120);
    expect(scope.remaining.tokens).toBe(limit - scope.tokensUsed);
  });

  it('is charged where a stream was left, and given back where an error was answered', async () => {
    bench.server.next(
      { events: [...events({}, 'content_block_stop'), new Promise(() => {})] },
      { json: apiError('rate_limit_error'), status: 429 },
    );
    const scope = await bench.run({ tokenLimit: 10_000, enforcement: 'hard' }, async (open) => {
      for await (const event of await bench.client.messages.create({ ...ASK, stream: true }))
        if (event.type === 'content_block_delta') break;
      expect(open.tokensUsed).toBe(JSON.stringify({ ...ASK, stream: true }).length + 100);
      await expect(bench.client.messages.create(ASK)).rejects.toMatchObject({ status: 429 });
    });
    expect(scope.tokensUsed).toBe(JSON.stringify({ ...ASK, stream: true }).length + 100);
    expect(scope.held).toEqual({ tokens: 0, usd: 0, cost: 0 });
  });

  it('counts the dearest way to bill the input: written to a cache for an hour', async () => {
    // USD per million: 4 input, 8 written for an hour, 20 output.
    const worst = (BOUND * 8 + 10 * 20) / 1e6;
    await bench.run({ usdLimit: worst, enforcement: 'hard' }, () => bench.client.messages.create(ASK));
    expect(sentCap()).toBe(10);
  });
});

describe('50 calls at once', () => {
  it.each([
    ['tokens', { tokenLimit: 2_000 }, (scope: BudgetScope) => scope.tokensUsed, 2_000],
    ['USD', { usdLimit: 0.02 }, (scope: BudgetScope) => scope.usdUsed, 0.02],
  ] as const)('never use more %s than a small hard budget has', async (_, limit, amount, most) => {
    // Each is billed as dearly as it can be.
    const dearest: Answerer = (body) => {
      const cache = { ephemeral_1h_input_tokens: BOUND, ephemeral_5m_input_tokens: 0 };
      const usage = { ...used(0, Number(body['max_tokens'])), cache_creation_input_tokens: BOUND };
      return { json: message({ usage: { ...usage, cache_creation: cache } }) };
    };
    bench.server.next(...Array.from({ length: 50 }, () => dearest));
    let [made, refused] = [0, 0];
    const scope = await bench.run({ ...limit, enforcement: 'hard' }, async () => {
      const calls = Array.from({ length: 50 }, () => bench.client.messages.create(ASK));
      for (const { status } of await Promise.allSettled(calls)) status === 'fulfilled' ? made++ : refused++;
    });

    expect(amount(scope)).toBeLessThanOrEqual(most);
    expect(made).toBe(bench.server.seen.length);
    expect(made).toBeGreaterThan(2);
    expect(refused).toBeGreaterThan(2);
  });
});

describe('what has no bound', () => {
  type Body = Partial<Anthropic.Beta.MessageCreateParams>;
  const file = { type: 'document', source: { type: 'file', file_id: 'file_1' } } as const;
  const cases: readonly [string, Body, string][] = [
    ['a thread that goes on', { thread: { type: 'continue', previous_message_id: 'msg_1' } }, 'thread'],
    ['fallbacks', { fallbacks: 'default' }, 'fallbacks'],
    ['a compaction', { compaction: { type: 'summarize' } }, 'compaction'],
    ['a compaction on the way', { context_management: { edits: [{ type: 'compact_20260112' }] } }, 'compaction'],
    ['a search', { tools: [{ type: 'web_search_20260318', name: 'web_search' }] }, 'maxServerToolUsd'],
    ['an advisor', { tools: [{ type: 'advisor_20260301', name: 'advisor', model: 'claude-opus-5-5' }] }, 'advisor'],
    [
      'tools of an MCP server',
      { mcp_servers: [{ type: 'url', name: 'm', url: 'https://mcp.test' }] },
      'maxServerToolUsd',
    ],
    ['a container', { container: 'container_1' }, 'maxServerToolUsd'],
    ['a file by its id', { messages: [{ role: 'user', content: [file] }] }, 'maxAttachmentTokens'],
  ];

  it.each(cases)('is refused in a hard budget: %s', async (_, more, why) => {
    await bench.run({ tokenLimit: 1_000_000, enforcement: 'hard' }, async () => {
      const call = bench.client.beta.messages.create({ ...ASK, ...more, stream: false });
      await expect(call).rejects.toBeInstanceOf(UnboundedCostError);
      await expect(bench.client.beta.messages.create({ ...ASK, ...more, stream: false })).rejects.toThrow(why);
    });
    expect(bench.server.seen).toEqual([]);

    // A soft budget finds out afterwards.
    await bench.run({ tokenLimit: 1_000_000 }, () =>
      bench.client.beta.messages.create({ ...ASK, ...more, stream: false }),
    );
    expect(bench.server.seen).toHaveLength(1);
  });

  it('can be bounded by the application: attachments', async () => {
    const declared = meter(bench.plain, { maxAttachmentTokens: 5_000 });
    const request = { ...ASK, messages: [{ role: 'user' as const, content: [file, file] }] };
    const bytes = JSON.stringify(request).length;
    await bench.run({ tokenLimit: bytes + 10_000 + 7, enforcement: 'hard' }, () =>
      declared.beta.messages.create(request),
    );
    expect(sentCap()).toBe(7);
  });

  it('can be bounded by the application: tools of the provider, in USD', async () => {
    const declared = meter(bench.plain, { maxServerToolUsd: 0.5, maxServerToolTokens: 1_000 });
    const search = { ...ASK, tools: [{ type: 'web_search_20260318' as const, name: 'web_search' as const }] };
    await bench.run({ usdLimit: 0.5, enforcement: 'hard' }, async () => {
      await expect(declared.messages.create(search)).rejects.toBeInstanceOf(BudgetExceededError);
    });
    await bench.run({ usdLimit: 1, enforcement: 'hard' }, () => declared.messages.create(search));
    expect(bench.server.seen).toHaveLength(1);
  });

  it('can be bounded by the application: tools of the provider, in tokens', async () => {
    const declared = meter(bench.plain, { maxServerToolUsd: 0.5, maxServerToolTokens: 5_000 });
    const search = { ...ASK, tools: [{ type: 'web_search_20260318' as const, name: 'web_search' as const }] };
    const bytes = JSON.stringify(search).length + 1_024 + 8_192;
    await bench.run({ tokenLimit: bytes + 5_000, enforcement: 'hard' }, async () => {
      await expect(declared.messages.create(search)).rejects.toBeInstanceOf(BudgetExceededError);
    });
    // What they bring in is billed as input, and fits.
    bench.server.next({ json: message({ usage: used(bytes + 5_000, 7) }) });
    const scope = await bench.run({ tokenLimit: bytes + 5_000 + 7, enforcement: 'hard' }, () =>
      declared.messages.create(search),
    );
    expect(sentCap()).toBe(7);
    expect(scope.tokensUsed).toBe(bytes + 5_000 + 7);
  });

  it.each([{ maxServerToolUsd: 0.5 }, { maxServerToolTokens: 5_000 }])(
    'is not bounded by %j alone',
    async (options) => {
      const search = { ...ASK, tools: [{ type: 'web_search_20260318' as const, name: 'web_search' as const }] };
      await bench.run({ tokenLimit: 1_000_000, enforcement: 'hard' }, async () => {
        await expect(meter(bench.plain, options).messages.create(search)).rejects.toBeInstanceOf(UnboundedCostError);
      });
      expect(bench.server.seen).toEqual([]);
    },
  );

  it('a tool runner goes on where it sends the whole conversation each time', async () => {
    const look = {
      type: 'custom',
      name: 'look',
      input_schema: { type: 'object' },
      parse: () => ({}),
      run: () => 'seen',
    };
    const runner = { ...ASK, tools: [look as BetaRunnableTool<object>] };
    const toolUse = message({
      content: [{ type: 'tool_use', id: 'tool_1', name: 'look', input: {}, caller: { type: 'direct' } }],
      stop_reason: 'tool_use',
    });
    bench.server.next({ json: toolUse }, { json: message() }, { json: toolUse });
    await bench.run({ tokenLimit: 100_000, enforcement: 'hard' }, async () => {
      await bench.client.beta.messages.toolRunner({ ...runner, thread: false });
      expect(bench.server.seen).toHaveLength(2);
      const threaded = bench.client.beta.messages.toolRunner(runner);
      await expect(threaded.runUntilDone()).rejects.toBeInstanceOf(UnboundedCostError);
    });
    expect(bench.server.seen).toHaveLength(3);
  });

  it('a thread that begins is bounded, since it is sent as a whole', async () => {
    await bench.run({ tokenLimit: 100_000, enforcement: 'hard' }, () =>
      bench.client.beta.messages.create({ ...ASK, thread: { type: 'create' } }),
    );
    expect(bench.server.seen).toHaveLength(1);
  });
});
