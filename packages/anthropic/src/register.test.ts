import { createRequire } from 'node:module';
import { BudgetExceededError } from '@actguard/core';
import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { USAGE_TOKENS } from '../test-support/loopback-server.js';

const before = new Anthropic({ apiKey: 'test' });
await import('./register.js');

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('with the register imported', () => {
  it('clients of the process are metered, also those that were there', async () => {
    const scope = await bench.run({}, async () => {
      await bench.plain.messages.create(ASK);
      for await (const _ of await bench.plain.messages.create({ ...ASK, stream: true }));
      await before.withOptions({ baseURL: bench.server.url }).messages.create(ASK);
    });

    expect(bench.server.seen).toHaveLength(3);
    expect(scope.tokensUsed).toBe(3 * USAGE_TOKENS);
  });

  it('a lost attempt is counted', async () => {
    bench.server.next({ lost: true });
    await bench.run({}, () => bench.plain.messages.create(ASK));
    expect(bench.usage.map(({ isEstimated }) => isEstimated)).toEqual([false, true]);
  });

  it('clients of the copy that `require` loads are metered', async () => {
    const sdk = createRequire(import.meta.url)('@anthropic-ai/sdk') as { readonly Anthropic: typeof Anthropic };
    expect(sdk.Anthropic).not.toBe(Anthropic);
    const client = new sdk.Anthropic({ apiKey: 'test', baseURL: bench.server.url });
    const scope = await bench.run({}, () => client.messages.create(ASK));
    expect(scope.tokensUsed).toBe(USAGE_TOKENS);
  });

  it('a client that has a meter of its own is charged once', async () => {
    const scope = await bench.run({}, () => bench.client.messages.create(ASK));
    expect(scope.tokensUsed).toBe(USAGE_TOKENS);
  });

  it('calls are refused where the budget is used up', async () => {
    await bench.run({ tokenLimit: 1 }, async () => {
      await bench.plain.messages.create(ASK);
      await expect(bench.plain.messages.create(ASK)).rejects.toBeInstanceOf(BudgetExceededError);
    });
    expect(bench.server.seen).toHaveLength(1);
  });

  it('outside a run everything is as it was', async () => {
    await expect(bench.plain.messages.create(ASK)).resolves.toMatchObject({ type: 'message' });
  });
});
