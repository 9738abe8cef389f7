import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIUserAbortError,
  BetaFallbackState,
  betaRefusalFallbackMiddleware,
  InternalServerError,
} from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import { ASK, openBench } from '../test-support/bench.js';
import { apiError, message, USAGE_TOKENS } from '../test-support/loopback-server.js';

const FAILURE = { json: apiError('api_error'), status: 500 };
const BOUND = JSON.stringify(ASK).length;

describe('attempts of the SDK', () => {
  it('that were answered with an error are not billed', async () => {
    await using bench = await openBench();
    bench.server.next(FAILURE, FAILURE);
    const scope = await bench.run({}, () => bench.client.messages.create(ASK));

    expect(bench.server.seen).toHaveLength(3);
    expect(scope.tokensUsed).toBe(USAGE_TOKENS);
    expect(bench.usage.map(({ isEstimated, outcome }) => [isEstimated, outcome])).toEqual([[false, 'success']]);
  });

  it('cost nothing when all of them were answered with an error', async () => {
    await using bench = await openBench();
    bench.server.next(FAILURE, FAILURE, FAILURE);
    const scope = await bench.run({}, async () => {
      await expect(bench.client.messages.create(ASK)).rejects.toBeInstanceOf(InternalServerError);
    });

    expect(scope.tokensUsed).toBe(0);
    expect(bench.usage).toMatchObject([{ outcome: 'failed', tokens: 0 }]);
  });

  it.each([
    ['plain', ASK],
    ['streamed', { ...ASK, stream: true as const }],
  ])('that were lost may have been billed: %s', async (_, request) => {
    await using bench = await openBench();
    bench.server.next({ lost: true });
    await bench.run({}, async () => {
      const answer = await bench.client.messages.create(request);
      if ('controller' in answer) for await (const _ of answer);
    });

    expect(bench.server.seen).toHaveLength(2);
    const bound = JSON.stringify(request).length;
    expect(bench.usage.map(({ isEstimated, tokens }) => [isEstimated, tokens])).toEqual([
      [false, USAGE_TOKENS],
      [true, expect.any(Number)],
    ]);
    // What the answered attempt used is the best guess for the one that was lost.
    expect(bench.usage[1]?.tokens).toBeGreaterThanOrEqual(Math.min(bound, USAGE_TOKENS));
  });

  it('that timed out may have been billed', async () => {
    await using bench = await openBench({ client: { maxRetries: 1, timeout: 20 } });
    bench.server.next({ silent: true }, { silent: true });
    const scope = await bench.run({}, async () => {
      await expect(bench.client.messages.create(ASK)).rejects.toBeInstanceOf(APIConnectionTimeoutError);
    });

    expect(bench.usage.map(({ isEstimated, usage }) => [isEstimated, usage.input])).toEqual([
      [true, BOUND],
      [true, BOUND],
    ]);
    expect(scope.tokensUsed).toBe(2 * BOUND);
  });

  it('that never connected are not billed', async () => {
    await using bench = await openBench();
    // Nobody listens on its port any more.
    await bench.server[Symbol.asyncDispose]();
    const scope = await bench.run({}, async () => {
      await expect(bench.client.messages.create(ASK)).rejects.toBeInstanceOf(APIConnectionError);
    });

    expect(scope.tokensUsed).toBe(0);
    expect(bench.usage).toMatchObject([{ outcome: 'failed', isEstimated: false }]);
  });

  it('are counted also where the client has middleware', async () => {
    await using bench = await openBench({ client: { middleware: [(request, next) => next(request)] } });
    bench.server.next({ lost: true });
    await bench.run({}, () => bench.client.messages.create(ASK));

    expect(bench.usage.map(({ isEstimated }) => isEstimated)).toEqual([false, true]);
  });
});

describe('middleware that asks another model where the first one declines', () => {
  it('makes further calls, each of which is charged an estimate', async () => {
    const middleware = [betaRefusalFallbackMiddleware([{ model: 'claude-opus-4-8' }])];
    await using bench = await openBench({ client: { middleware } });
    const declined = { stop_reason: 'refusal', stop_details: { type: 'refusal', fallback_credit_token: 'credit' } };
    bench.server.next({ json: { ...message(), ...declined } });
    await bench.run({}, () => bench.client.beta.messages.create(ASK, { fallbackState: new BetaFallbackState() }));

    expect(bench.server.seen.map(({ body }) => body['model'])).toEqual(['claude-opus-5-5', 'claude-opus-4-8']);
    expect(bench.usage.map(({ isEstimated }) => isEstimated)).toEqual([false, true]);
  });
});

describe('a call that is aborted', () => {
  it('before it was sent costs nothing', async () => {
    await using bench = await openBench();
    const scope = await bench.run({}, async () => {
      const call = bench.client.messages.create(ASK, { signal: AbortSignal.abort() });
      await expect(call).rejects.toBeInstanceOf(APIUserAbortError);
    });

    expect(scope.tokensUsed).toBe(0);
    expect(bench.server.seen).toEqual([]);
  });

  it('while it waits for its answer may have been billed', async () => {
    await using bench = await openBench();
    bench.server.next({ silent: true });
    const controller = new AbortController();
    await bench.run({}, async () => {
      const call = bench.client.messages.create(ASK, { signal: controller.signal }).catch((error: unknown) => error);
      while (bench.server.seen.length === 0) await new Promise(setImmediate);
      controller.abort();
      expect(await call).toBeInstanceOf(APIUserAbortError);
    });

    expect(bench.usage).toMatchObject([{ isEstimated: true, usage: { input: BOUND } }]);
  });
});
