/** @jest-environment ./packages/google/test-support/dispatcher-environment.mjs */

import { ApiError } from '@google/genai';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answerOf, apiError, USAGE_TOKENS } from '../test-support/answers.js';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { meter } from './meter.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const FAST = { initialDelay: 0.001, maxDelay: 0.001, jitter: 0 };
const retried = { ...ASK, config: { httpOptions: { retryOptions: { ...FAST, attempts: 3 } } } };

describe('retries of the SDK', () => {
  test('an attempt that got an error status is not billed', async () => {
    bench.server.next({ json: apiError(500, 'INTERNAL'), status: 500 });
    const scope = await bench.run({}, () => bench.client.models.generateContent(retried));
    expect(bench.server.seen).toHaveLength(2);
    expect(bench.usage).toHaveLength(1);
    expect(scope.tokensUsed).toBe(USAGE_TOKENS);
  });

  test('an attempt that took too long may have been: it is charged an estimate', async () => {
    bench.server.next({ silent: true });
    const scope = await bench.run({}, () =>
      bench.client.models.generateContent({
        ...ASK,
        config: { httpOptions: { timeout: 100, retryOptions: { ...FAST, attempts: 3 } } },
      }),
    );
    expect(bench.server.seen).toHaveLength(2);
    expect(bench.usage.map(({ isEstimated }) => isEstimated)).toEqual([false, true]);
    expect(scope.tokensUsed).toBeGreaterThan(USAGE_TOKENS);
  });

  test('of a fetch of the user: what was lost is charged an estimate, what never connected is not', async () => {
    const failures = [{ code: 'ECONNRESET' }, { code: 'ECONNREFUSED' }];
    const own: typeof fetch = async (input, init) => {
      const failure = failures.shift();
      if (failure !== undefined) throw Object.assign(new Error('failed'), failure);
      return fetch(input, init);
    };
    const client = meter(bench.connect({ httpOptions: { fetch: own } }));
    await bench.run({}, () => client.models.generateContent(retried));
    expect(failures).toEqual([]);
    expect(bench.usage.map(({ isEstimated }) => isEstimated)).toEqual([false, true]);
  });

  test('a lost connection is not retried by this SDK: it is charged an estimate', async () => {
    bench.server.next({ lost: true });
    await bench.run({}, () => expect(bench.client.models.generateContent(retried)).rejects.toThrow('fetch failed'));
    expect(bench.server.seen).toHaveLength(1);
    expect(bench.usage.map(({ isEstimated }) => isEstimated)).toEqual([true]);
  });

  test('a stream is retried until it begins', async () => {
    bench.server.next({ json: apiError(503, 'UNAVAILABLE'), status: 503 });
    const scope = await bench.run({}, async () => {
      for await (const _ of await bench.client.models.generateContentStream(retried));
    });
    expect(bench.server.seen).toHaveLength(2);
    expect(scope.tokensUsed).toBe(USAGE_TOKENS);
  });

  test('where all fail the error comes as it is, and nothing is charged', async () => {
    const failure = { json: apiError(500, 'INTERNAL'), status: 500 };
    bench.server.next(failure, failure, failure);
    const scope = await bench.run({}, () =>
      expect(bench.client.models.generateContent(retried)).rejects.toBeInstanceOf(ApiError),
    );
    expect(bench.server.seen).toHaveLength(3);
    expect(scope.tokensUsed).toBe(0);
  });

  test('a hard budget holds each attempt', async () => {
    const held: number[] = [];
    for (const config of [{}, retried.config]) {
      bench.server.next({ silent: true });
      await bench.run({ tokenLimit: 1_000_000, enforcement: 'hard' }, async (scope) => {
        const controller = new AbortController();
        const call = bench.client.models.generateContent({
          ...ASK,
          config: { ...config, abortSignal: controller.signal },
        });
        call.catch(() => {});
        while (bench.server.seen.length === held.length) await new Promise((resolve) => setImmediate(resolve));
        held.push(scope.held.tokens ?? 0);
        controller.abort();
        await expect(call).rejects.toThrow();
        expect(scope.held.tokens).toBe(0);
      });
    }
    const [once = 0, threeTimes] = held;
    expect(once).toBeGreaterThan(4096);
    expect(threeTimes).toBe(3 * once);
  });
});

describe('without retries', () => {
  test('a call whose connection was lost is charged an estimate', async () => {
    bench.server.next({ lost: true });
    const scope = await bench.run({}, () =>
      expect(bench.client.models.generateContent(ASK)).rejects.toThrow('fetch failed'),
    );
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, outcome: 'failed' });
    expect(scope.tokensUsed).toBeGreaterThan(0);
  });

  test('an answer that breaks off is charged an estimate', async () => {
    bench.server.next({ cutJson: answerOf() });
    await bench.run({}, () => expect(bench.client.models.generateContent(ASK)).rejects.toThrow());
    expect(bench.usage[0]).toMatchObject({ isEstimated: true, outcome: 'failed' });
  });

  test('one that never reached the provider is not', async () => {
    const gone = await openBench();
    const unreachable = meter(gone.plain);
    await gone[Symbol.asyncDispose]();
    const scope = await bench.run({}, () =>
      expect(unreachable.models.generateContent(ASK)).rejects.toThrow('fetch failed'),
    );
    expect(bench.usage[0]).toMatchObject({ isEstimated: false, outcome: 'failed', tokens: 0 });
    expect(scope.tokensUsed).toBe(0);
  });

  test('one that was given up before it was sent is not either', async () => {
    const scope = await bench.run({}, () =>
      expect(
        bench.client.models.generateContent({ ...ASK, config: { abortSignal: AbortSignal.abort() } }),
      ).rejects.toMatchObject({ name: 'AbortError' }),
    );
    expect(scope.tokensUsed).toBe(0);
  });

  test('one that took too long is charged an estimate', async () => {
    bench.server.next({ silent: true });
    await bench.run({}, () =>
      expect(
        bench.client.models.generateContent({ ...ASK, config: { httpOptions: { timeout: 50 } } }),
      ).rejects.toMatchObject({ name: 'AbortError' }),
    );
    expect(bench.usage[0]).toMatchObject({ isEstimated: true });
  });

  test('a fetch of the user is used', async () => {
    const urls: string[] = [];
    const own: typeof fetch = (input, init) => {
      urls.push(String(input));
      return fetch(input, init);
    };
    const client = meter(bench.connect({ httpOptions: { fetch: own } }));
    await bench.run({}, () => client.models.generateContent(ASK));
    expect(urls).toEqual([`${bench.server.url}/v1/models/gemini-2.5-flash:generateContent`]);
    expect(bench.usage[0]).toMatchObject({ tokens: USAGE_TOKENS });
  });
});
