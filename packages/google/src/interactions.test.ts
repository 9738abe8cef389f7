/** @jest-environment ./packages/google/test-support/dispatcher-environment.mjs */
import { BudgetExceededError, UnboundedCostError } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { apiError, INTERACTION_BUCKETS, interaction, interactionEvents, MODEL } from '../test-support/answers.js';
import { type Bench, openBench } from '../test-support/bench.js';
import { meter } from './meter.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const ASK = { model: MODEL, input: 'hi' };
const never = new Promise<never>(() => {});

describe('interactions', () => {
  test('are charged with what the provider reported', async () => {
    const scope = await bench.run({}, async () => {
      expect(await bench.client.interactions.create(ASK)).toMatchObject({ id: 'i1', status: 'completed' });
    });
    expect(scope.tokensUsed).toBe(180);
    expect(bench.usage).toHaveLength(1);
    expect(bench.usage[0]).toMatchObject({
      ...{ operation: 'interactions.create', provider: 'google', model: MODEL, responseModel: MODEL },
      ...{ usage: INTERACTION_BUCKETS, isEstimated: false },
    });
  });

  test('also streamed', async () => {
    const kinds: string[] = [];
    const scope = await bench.run({}, async () => {
      const stream = await bench.client.interactions.create({ ...ASK, stream: true });
      for await (const { event_type: kind } of stream) kinds.push(kind);
    });
    expect(kinds).toHaveLength(5);
    expect(scope.tokensUsed).toBe(180);
    expect(bench.usage[0]).toMatchObject({ usage: INTERACTION_BUCKETS, isEstimated: false });
  });

  test('each continuation is a call of its own', async () => {
    bench.server.next({ json: interaction({ status: 'requires_continuation', continuation_token: 'more' }) });
    const scope = await bench.run({}, () => bench.client.interactions.create(ASK));
    expect(bench.server.seen).toHaveLength(2);
    expect(scope.tokensUsed).toBe(360);
  });

  test('a stream that is left closes the connection and is charged an estimate', async () => {
    bench.server.next({ events: [...interactionEvents().slice(0, 3), never] });
    await bench.run({}, async () => {
      for await (const { event_type: kind } of await bench.client.interactions.create({ ...ASK, stream: true }))
        if (kind === 'step.delta') break;
      await bench.server.seen[0]?.left;
    });
    expect(bench.usage).toHaveLength(1);
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, outcome: 'aborted' });
    expect(bench.usage[0]?.usage.output).toBe(2);
  });

  test('one that failed is told so, and is charged what it used', async () => {
    bench.server.next({ json: interaction({ status: 'failed' }) });
    await bench.run({}, () => bench.client.interactions.create(ASK));
    expect(bench.usage).toMatchObject([{ outcome: 'failed', tokens: 180, isEstimated: false }]);
  });

  test.each([
    ['an error', { event_type: 'error', error: { code: 'internal', message: 'no' } }],
    ['a status', { event_type: 'interaction.status_update', interaction_id: 'i1', status: 'failed' }],
  ])('a stream that tells of its failure by %s has failed', async (_, event) => {
    bench.server.next({ events: [...interactionEvents().slice(0, 3), event] });
    await bench.run({}, async () => {
      const stream = await bench.client.interactions.create({ ...ASK, stream: true });
      try {
        for await (const _event of stream);
      } catch {
        // The SDK may throw what it was told.
      }
    });
    expect(bench.usage).toMatchObject([{ outcome: 'failed', isEstimated: true }]);
  });

  test('errors of the provider come as they are, and cost nothing', async () => {
    const failure = { json: apiError(400, 'INVALID_ARGUMENT'), status: 400 };
    bench.server.next(failure, failure);
    const plain = await bench.plain.interactions.create(ASK).catch((error: unknown) => error);
    const scope = await bench.run({}, async () => {
      const error = await bench.client.interactions.create(ASK).catch((thrown: unknown) => thrown);
      expect((error as Error).constructor).toBe((plain as Error).constructor);
      expect(error).toMatchObject({ status: 400 });
    });
    expect(scope.tokensUsed).toBe(0);
  });

  test('a budget that is used up refuses with its own error', async () => {
    await bench.run({ tokenLimit: 100 }, async () => {
      await bench.client.interactions.create(ASK);
      await expect(bench.client.interactions.create(ASK)).rejects.toBeInstanceOf(BudgetExceededError);
      await expect(bench.client.interactions.create({ ...ASK, stream: true })).rejects.toBeInstanceOf(
        BudgetExceededError,
      );
    });
    expect(bench.server.seen).toHaveLength(1);
  });

  test('a continuation that is refused hands on what was paid for before', async () => {
    bench.server.next({ json: interaction({ status: 'requires_continuation', continuation_token: 'more' }) });
    await bench.run({ tokenLimit: 100 }, async () => {
      const error = await bench.client.interactions.create(ASK).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'ContinuationInterruptedError', partialInteraction: { id: 'i1' } });
    });
    expect(bench.server.seen).toHaveLength(1);
  });

  test('a lost connection is charged an estimate, and the SDK’s own retries each', async () => {
    bench.server.next({ lost: true });
    await bench.run({}, () => bench.client.interactions.create(ASK).catch(() => {}));
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, outcome: 'failed' });
    expect(bench.usage).toHaveLength(bench.server.seen.length);
  });
});

describe('a hard budget', () => {
  test('caps the output', async () => {
    await bench.run({ tokenLimit: 1000, enforcement: 'hard' }, async () => {
      await bench.client.interactions.create({ ...ASK, generation_config: { max_output_tokens: 5000, seed: 1 } });
    });
    const config = bench.server.seen[0]?.body['generation_config'];
    expect(config).toMatchObject({ seed: 1, max_output_tokens: expect.any(Number) });
    const { max_output_tokens: cap } = config as { max_output_tokens: number };
    expect(cap).toBeLessThan(1000);
    expect(cap).toBeGreaterThan(700);
  });

  test.each([
    ['a conversation that the provider holds', { previous_interaction_id: 'i0' }],
    ['an answer that is continued', { continuation_token: 'more' }],
    ['background work', { background: true }],
    ['a tool that the provider runs', { tools: [{ type: 'google_search' }] }],
    ['a file by its address', { input: [{ type: 'image', uri: 'https://example.com/cat.png' }] }],
    ['a video that is held', { input: [{ type: 'video', data: 'AAAA', mime_type: 'video/mp4' }] }],
    ['pictures', { response_modalities: ['image'] }],
  ])('refuses %s', async (_, more) => {
    await bench.run({ tokenLimit: 100_000, enforcement: 'hard' }, () =>
      expect(bench.client.interactions.create({ ...ASK, ...more } as never)).rejects.toBeInstanceOf(UnboundedCostError),
    );
    expect(bench.server.seen).toEqual([]);
  });

  test('takes files and tools whose most is declared', async () => {
    const client = meter(bench.plain, { maxAttachmentTokens: 2000, maxServerToolUsd: 0.1, maxServerToolTokens: 3000 });
    const ask = {
      ...ASK,
      input: [{ type: 'image', uri: 'https://example.com/cat.png' }],
      tools: [{ type: 'google_search' }],
    };
    await bench.run({ usdLimit: 1, enforcement: 'hard' }, () => client.interactions.create(ask as never));
    expect(bench.server.seen).toHaveLength(1);
    await bench.run({ tokenLimit: 5000, enforcement: 'hard' }, () =>
      expect(client.interactions.create(ask as never)).rejects.toBeInstanceOf(BudgetExceededError),
    );
    await bench.run({ usdLimit: 0.1, enforcement: 'hard' }, () =>
      expect(client.interactions.create(ask as never)).rejects.toBeInstanceOf(BudgetExceededError),
    );
  });
});
