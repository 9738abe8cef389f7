import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { APIConnectionError, InternalServerError } from 'openai';
import { completion } from '../test-support/answers.js';
import { type Bench, CHAT, collected, openBench, WIDE } from '../test-support/bench.js';
import { apiError } from '../test-support/loopback-server.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const FAILED = { json: apiError('server_error'), status: 500 } as const;
const LIMITED = { json: apiError('rate_limit_exceeded'), status: 429 } as const;

test.each([500, 429, 408, 409])('an attempt that is answered with %i and repeated is not billed', async (status) => {
  bench.server.next({ json: apiError('x'), status });
  const scope = await bench.run(WIDE, () => bench.client.chat.completions.create(CHAT));
  expect(bench.server.seen).toHaveLength(2);
  expect(scope.tokensUsed).toBe(130);
  expect(bench.events).toMatchObject([{ isEstimated: false }]);
});

test('errors to the last attempt cost nothing', async () => {
  bench.server.next(FAILED, LIMITED, FAILED);
  const scope = await bench.run(WIDE, async () => {
    await expect(bench.client.chat.completions.create(CHAT)).rejects.toBeInstanceOf(InternalServerError);
  });
  expect(bench.server.seen).toHaveLength(3);
  expect(scope.tokensUsed).toBe(0);
  expect(bench.events).toMatchObject([{ outcome: 'failed', tokens: 0 }]);
});

describe('an attempt that may have been billed without telling is charged an estimate', () => {
  test('where its connection was lost before the answer', async () => {
    bench.server.next({ lost: 'before' });
    const scope = await bench.run(WIDE, () => bench.client.chat.completions.create(CHAT));
    expect(bench.server.seen).toHaveLength(2);
    expect(bench.events).toMatchObject([
      { isEstimated: false, tokens: 130 },
      { isEstimated: true, outcome: 'success' },
    ]);
    expect(scope.tokensUsed).toBe(130 + bench.events[1]!.tokens);
    expect(bench.events[1]!.tokens).toBeGreaterThan(0);
  });

  test('each time', async () => {
    bench.server.next({ lost: 'before' }, { lost: 'before' });
    await bench.run(WIDE, async () => {
      const client = bench.client.withOptions({ maxRetries: 1 });
      await expect(client.chat.completions.create(CHAT)).rejects.toBeInstanceOf(APIConnectionError);
    });
    expect(bench.server.seen).toHaveLength(2);
    expect(bench.events.map(({ isEstimated, outcome }) => [isEstimated, outcome])).toEqual([
      [true, 'failed'],
      [true, 'failed'],
    ]);
  });

  test('where its document broke off, which the SDK does not repeat', async () => {
    bench.server.next({ lost: 'within' });
    await bench.run(WIDE, async () => {
      await expect(bench.client.chat.completions.create(CHAT)).rejects.toThrow('terminated');
      expect(bench.events).toMatchObject([{ isEstimated: true, outcome: 'failed' }]);
    });
    expect(bench.server.seen).toHaveLength(1);
  });

  test('where nothing came in time', async () => {
    bench.server.next({ silent: 'before' });
    await bench.run(WIDE, async () => {
      const timely = bench.client.chat.completions.create(CHAT, { timeout: 40, maxRetries: 0 });
      await expect(timely).rejects.toBeInstanceOf(APIConnectionError);
    });
    expect(bench.events).toMatchObject([{ isEstimated: true, outcome: 'failed' }]);
  });

  test('where its document did not come in time and was asked for again', async () => {
    bench.server.next({ silent: 'within' });
    const scope = await bench.run(WIDE, () =>
      bench.client.chat.completions.create(CHAT, { timeout: 500, maxRetries: 1 }),
    );
    expect(bench.server.seen).toHaveLength(2);
    expect(bench.events).toMatchObject([{ isEstimated: false, tokens: 130 }, { isEstimated: true }]);
    expect(scope.tokensUsed).toBe(130 + bench.events[1]!.tokens);
  });
});

test('an attempt that never connected costs nothing', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const { port } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));
  const scope = await bench.run(WIDE, async () => {
    const client = bench.client.withOptions({ baseURL: `http://127.0.0.1:${port}`, maxRetries: 0 });
    await expect(client.chat.completions.create(CHAT)).rejects.toBeInstanceOf(APIConnectionError);
  });
  expect(scope.tokensUsed).toBe(0);
  expect(bench.events).toMatchObject([{ isEstimated: false, tokens: 0, outcome: 'failed' }]);
});

test('a stream is repeated only before it begins', async () => {
  bench.server.next(FAILED);
  const scope = await bench.run(WIDE, () => collected(bench.client.chat.completions.create({ ...CHAT, stream: true })));
  expect(scope.tokensUsed).toBe(130);
  expect(bench.events).toHaveLength(1);
});

test('an answer of another implementation of fetch reaches the caller', async () => {
  const client = bench.client.withOptions({ fetch: async () => Response.json(completion()) });
  const scope = await bench.run(WIDE, () => client.chat.completions.create(CHAT));
  expect(scope.tokensUsed).toBe(130);
});
