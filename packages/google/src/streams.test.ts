/** @jest-environment ./packages/google/test-support/dispatcher-environment.mjs */

import { ApiError, FinishReason } from '@google/genai';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { apiError, BUCKETS, chunks, MODEL, said, USAGE, USAGE_TOKENS } from '../test-support/answers.js';
import { ASK, type Bench, openBench } from '../test-support/bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const never = new Promise<never>(() => {});
const [first, last] = chunks();

/** What a call left early is charged: what the last chunk that went by had counted. */
const SO_FAR = { ...BUCKETS, output: 3 };

async function readAll(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
}

describe('a stream that its consumer leaves', () => {
  test('by break closes the connection and is charged what was counted so far, as an estimate', async () => {
    bench.server.next({ events: [first, never] });
    const scope = await bench.run({}, async () => {
      for await (const _ of await bench.client.models.generateContentStream(ASK)) break;
      await bench.server.seen[0]?.left;
    });
    expect(bench.usage).toHaveLength(1);
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, outcome: 'aborted', usage: SO_FAR });
    expect(scope.tokensUsed).toBe(580 + 400 + 50 + 3 + 20);
  });

  test('in a chat, the same', async () => {
    bench.server.next({ events: [first, never] });
    await bench.run({}, async () => {
      const chat = bench.client.chats.create({ model: MODEL });
      for await (const _ of await chat.sendMessageStream({ message: 'hi' })) break;
      await bench.server.seen[0]?.left;
    });
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, usage: SO_FAR });
  });

  test('by return() between two chunks, the same', async () => {
    bench.server.next({ events: [first, never] });
    await bench.run({}, async () => {
      const stream = await bench.client.models.generateContentStream(ASK);
      await stream.next();
      await stream.return(undefined);
      await bench.server.seen[0]?.left;
    });
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, usage: SO_FAR });
  });

  test('by its signal ends with the error of the SDK', async () => {
    bench.server.next({ events: [first, never] });
    const controller = new AbortController();
    await bench.run({}, async () => {
      const stream = await bench.client.models.generateContentStream({
        ...ASK,
        config: { abortSignal: controller.signal },
      });
      await stream.next();
      controller.abort();
      await expect(stream.next()).rejects.toMatchObject({ name: 'AbortError' });
      await bench.server.seen[0]?.left;
    });
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, usage: SO_FAR });
  });

  test('by its signal before anybody reads is settled at once', async () => {
    bench.server.next({ events: [first, never] });
    const controller = new AbortController();
    await bench.run({ tokenLimit: 100_000, enforcement: 'hard' }, async (scope) => {
      await bench.client.models.generateContentStream({ ...ASK, config: { abortSignal: controller.signal } });
      expect(scope.held.tokens).toBeGreaterThan(0);
      controller.abort();
      expect(scope.held.tokens).toBe(0);
    });
    expect(bench.usage).toHaveLength(1);
  });

  test('after its last chunk is charged exactly', async () => {
    bench.server.next({ events: [first, last, never] });
    const scope = await bench.run({}, async () => {
      let count = 0;
      for await (const _ of await bench.client.models.generateContentStream(ASK)) if (++count === 2) break;
    });
    expect(bench.usage[0]).toMatchObject({ isEstimated: false, outcome: 'success' });
    expect(scope.tokensUsed).toBe(USAGE_TOKENS);
  });
});

describe('a stream that is never read', () => {
  test('is charged when the run ends', async () => {
    const scope = await bench.run({ tokenLimit: 100_000, enforcement: 'hard' }, async (budget) => {
      await bench.client.models.generateContentStream(ASK);
      expect(budget.tokensUsed).toBe(0);
    });
    expect(bench.usage).toHaveLength(1);
    expect(bench.usage[0]).toMatchObject({ isEstimated: true });
    expect(scope.tokensUsed).toBeGreaterThan(4096);
    expect(scope.held.tokens).toBe(0);
  });
});

describe('a stream that fails', () => {
  test('by an error in the middle hands on that error, and is charged what was counted', async () => {
    bench.server.next({ events: [first, apiError(503, 'UNAVAILABLE')] });
    await bench.run({}, async () => {
      const error = await bench.client.models
        .generateContentStream(ASK)
        .then(readAll)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ status: 503 });
    });
    expect(bench.usage).toHaveLength(1);
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, outcome: 'failed', usage: SO_FAR });
  });

  test('by a lost connection, the same', async () => {
    bench.server.next({ events: [first], cut: true });
    await bench.run({}, () =>
      expect(bench.client.models.generateContentStream(ASK).then(readAll)).rejects.toMatchObject({
        message: 'terminated',
      }),
    );
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, outcome: 'failed', usage: SO_FAR });
  });

  test('before any count is charged for the request and what went by', async () => {
    bench.server.next({ events: [{ candidates: [said('x'.repeat(300))] }], cut: true });
    const scope = await bench.run({}, () =>
      expect(bench.client.models.generateContentStream(ASK).then(readAll)).rejects.toThrow(),
    );
    expect(bench.usage[0]).toMatchObject({ isEstimated: true });
    expect(bench.usage[0]?.usage.output).toBe(100);
    expect(scope.tokensUsed).toBeGreaterThan(100);
  });

  test('by the end of the answer without a reason is charged as an estimate', async () => {
    bench.server.next({ events: [first] });
    await bench.run({}, async () =>
      expect(await readAll(await bench.client.models.generateContentStream(ASK))).toBe(1),
    );
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, usage: SO_FAR });
  });
});

describe('chunks', () => {
  test('arrive one by one, not when the answer is complete', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    bench.server.next({ events: [first, gate, last] });
    await bench.run({}, async () => {
      const stream = await bench.client.models.generateContentStream(ASK);
      expect((await stream.next()).value?.text).toBe('hel');
      release();
      expect((await stream.next()).value?.text).toBe('lo');
      expect((await stream.next()).done).toBe(true);
    });
    expect(bench.usage[0]).toMatchObject({ isEstimated: false, tokens: USAGE_TOKENS });
  });

  test('of two candidates: one that is finished is not the whole answer', async () => {
    const one = said('a', { finishReason: FinishReason.STOP, index: 0 });
    const two = said('b', { finishReason: FinishReason.STOP, index: 1 });
    const ask = { ...ASK, config: { candidateCount: 2 } };
    bench.server.next(
      { events: [{ candidates: [one], usageMetadata: USAGE }, never] },
      { events: [{ candidates: [one] }, { candidates: [two], usageMetadata: USAGE }] },
    );
    await bench.run({}, async () => {
      for await (const _ of await bench.client.models.generateContentStream(ask)) break;
      await readAll(await bench.client.models.generateContentStream(ask));
    });
    expect(bench.usage.map(({ isEstimated }) => isEstimated)).toEqual([true, false]);
  });

  test.each([
    { candidateCount: 2 },
    { httpOptions: { extraBody: { generationConfig: { candidateCount: 2 } } } },
    { httpOptions: { extraBody: { generation_config: { candidate_count: 2 } } } },
  ])('of two candidates, left after the first is finished: what came by is no final count (%j)', async (config) => {
    const running = { candidates: [said('b', { index: 1 })], usageMetadata: { ...USAGE, candidatesTokenCount: 500 } };
    const finished = said('a', { finishReason: FinishReason.STOP, index: 0 });
    bench.server.next({ events: [{ candidates: [finished], usageMetadata: USAGE }, running, never] });
    await bench.run({}, async () => {
      for await (const _ of await bench.client.models.generateContentStream({ ...ASK, config })) break;
    });
    expect(bench.usage).toMatchObject([{ isEstimated: true, outcome: 'aborted' }]);
  });

  test('a prompt that is blocked is charged for itself', async () => {
    const usageMetadata = { promptTokenCount: 9, totalTokenCount: 9 };
    bench.server.next({ events: [{ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata }] });
    const scope = await bench.run({}, async () => readAll(await bench.client.models.generateContentStream(ASK)));
    expect(bench.usage[0]).toMatchObject({ isEstimated: false });
    expect(scope.tokensUsed).toBe(9);
  });
});
