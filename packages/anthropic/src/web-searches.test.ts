import type { BudgetOptions } from '@actguard/core';
import type Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { events, message, USAGE } from '../test-support/loopback-server.js';
import { meter } from './meter.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ client: { maxRetries: 0 } });
});
afterEach(() => bench[Symbol.asyncDispose]());

const SEARCH = { type: 'web_search_20260318', name: 'web_search' } as const;
const FETCH = { type: 'web_fetch_20260318', name: 'web_fetch' } as const;
const CODE = { type: 'code_execution_20260521', name: 'code_execution' } as const;
const HARD: BudgetOptions = { usdLimit: 1, enforcement: 'hard' };
const SOFT: BudgetOptions = { usdLimit: 1 };
const DECLARED = { maxServerToolUsd: 0.5, maxServerToolTokens: 1_000 };

/** A client for which tokens cost nothing. */
function declared(perWebSearch?: number): Anthropic {
  const price = { input: 0, output: 0, ...(perWebSearch !== undefined && { perWebSearch }) };
  return meter(bench.plain, { ...DECLARED, prices: { [ASK.model]: price } });
}

function searched(count: number): Anthropic.Message {
  return message({ usage: { ...USAGE, server_tool_use: { web_search_requests: count, web_fetch_requests: 4 } } });
}

describe('web searches', () => {
  it.each<[string, BudgetOptions, readonly Anthropic.ToolUnion[], number | undefined, number]>([
    ['at their price', HARD, [SEARCH], 0.01, 0.03],
    ['at their price, where pages were fetched too, which costs only tokens', HARD, [SEARCH, FETCH], 0.01, 0.03],
    ['at their price', SOFT, [SEARCH], 0.01, 0.03],
    ['as the whole maximum where they have no price', HARD, [SEARCH], undefined, 0.5],
    ['as the whole maximum where other tools may have cost something', HARD, [SEARCH, CODE], 0.01, 0.5],
    ['as nothing where they have no price', SOFT, [SEARCH], undefined, 0],
    ['as nothing where other tools may have cost something', SOFT, [SEARCH, CODE], 0.01, 0],
  ])('are charged %s: %j', async (_, budget, tools, perWebSearch, usd) => {
    bench.server.next({ json: searched(3) });
    const scope = await bench.run(budget, () => declared(perWebSearch).messages.create({ ...ASK, tools: [...tools] }));
    expect(scope.usdUsed).toBe(usd);
    expect(bench.usage).toMatchObject([{ usdMicros: usd * 1_000_000, isEstimated: false }]);
  });

  it('are charged as the whole maximum where a message adds a tool that may have cost something', async () => {
    const added = { type: 'tool_addition', tool: { type: 'tool_definition', definition: CODE } };
    const messages = [...ASK.messages, { role: 'system', content: [added] }] as never;
    bench.server.next({ json: searched(3) });
    const scope = await bench.run(HARD, () => declared(0.01).messages.create({ ...ASK, messages, tools: [SEARCH] }));
    expect(scope.usdUsed).toBe(0.5);
  });

  it('that were offered and not made cost nothing', async () => {
    const scope = await bench.run(HARD, () => declared(0.01).messages.create({ ...ASK, tools: [SEARCH] }));
    expect(scope.usdUsed).toBe(0);
  });

  it('are counted in a stream, which tells them at its end', async () => {
    bench.server.next({ events: events({ usage: searched(2).usage }) });
    const scope = await bench.run(HARD, () =>
      declared(0.01)
        .messages.stream({ ...ASK, tools: [SEARCH] })
        .finalMessage(),
    );
    expect(scope.usdUsed).toBe(0.02);
  });

  it('of a stream that was left are charged as the whole maximum', async () => {
    bench.server.next({ events: [...events({}, 'content_block_stop'), new Promise(() => {})] });
    const scope = await bench.run(HARD, async () => {
      const stream = await declared(0.01).messages.create({ ...ASK, tools: [SEARCH], stream: true });
      for await (const event of stream) if (event.type === 'content_block_delta') break;
    });
    expect(scope.usdUsed).toBe(0.5);
    expect(bench.usage).toMatchObject([{ outcome: 'aborted', isEstimated: true }]);
  });

  it('have a price in the packaged table', async () => {
    const client = meter(bench.plain, DECLARED);
    bench.server.next({ json: searched(0) }, { json: searched(3) });
    await bench.run(HARD, async () => {
      for (let call = 0; call < 2; call++) await client.messages.create({ ...ASK, tools: [SEARCH] });
    });
    const [without = 0, withSearches = 0] = bench.usage.map(({ usdMicros }) => usdMicros);
    expect(without).toBeGreaterThan(0);
    // USD 10 for a thousand.
    expect(withSearches - without).toBe(30_000);
  });
});
