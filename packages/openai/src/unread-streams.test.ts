import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type OpenAI from 'openai';
import type { Stream } from 'openai/streaming';
import { chunks } from '../test-support/answers.js';
import { type Bench, CHAT, collected, openBench, WIDE } from '../test-support/bench.js';
import { apiError } from '../test-support/loopback-server.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ client: { maxRetries: 0 } });
});
afterEach(() => bench[Symbol.asyncDispose]());

const HARD = { tokenLimit: 3000, enforcement: 'hard' } as const;
const ABORTED = { isEstimated: true, outcome: 'aborted' } as const;
const begun = chunks(true).slice(0, 3);

function streamed(options?: OpenAI.RequestOptions): Promise<Stream<OpenAI.ChatCompletionChunk>> {
  bench.server.next({ events: begun, silent: true });
  return bench.client.chat.completions.create({ ...CHAT, stream: true }, options);
}

type Leave = () => Promise<unknown>;
const ways: readonly [string, Leave][] = [
  ['by its controller', async () => (await streamed()).controller.abort()],
  [
    'by a signal',
    async () => {
      const leaving = new AbortController();
      await streamed({ signal: leaving.signal });
      leaving.abort();
    },
  ],
  [
    'after a chunk, by a signal, without closing the iterator',
    async () => {
      const leaving = new AbortController();
      await (await streamed({ signal: leaving.signal }))[Symbol.asyncIterator]().next();
      leaving.abort();
    },
  ],
  [
    'after one branch of tee() was left',
    async () => {
      const stream = await streamed();
      const [left] = stream.tee();
      for await (const _ of left) break;
      stream.controller.abort();
    },
  ],
  [
    'as a raw response',
    async () => {
      const leaving = new AbortController();
      bench.server.next({ events: begun, silent: true });
      const { signal } = leaving;
      await bench.client.chat.completions.create({ ...CHAT, stream: true }, { signal }).asResponse();
      leaving.abort();
    },
  ],
];

test.each(ways)('a stream that is aborted %s and that nobody reads gives back what it held', async (_, leave) => {
  await bench.run(HARD, async (scope) => {
    await leave();
    expect(scope.held.tokens).toBe(0);
    expect(scope.tokensUsed).toBeGreaterThan(0);
    expect(bench.events).toMatchObject([ABORTED]);
  });
  expect(bench.events).toHaveLength(1);
});

test('a stream that is aborted while somebody waits for a chunk is told once, by its end', async () => {
  await bench.run(HARD, async (scope) => {
    const stream = await streamed();
    let seen = 0;
    const reading = (async () => {
      for await (const _ of stream) if (++seen === 3) setImmediate(() => stream.controller.abort());
    })();
    await reading;
    expect(scope.held.tokens).toBe(0);
    expect(bench.events).toMatchObject([ABORTED]);
  });
});

test('a stream that fails has failed, though the SDK aborts it', async () => {
  bench.server.next({ events: [...begun, apiError('server_error')] });
  await bench.run(WIDE, async () => {
    const stream = await bench.client.chat.completions.create({ ...CHAT, stream: true });
    await expect(collected(stream)).rejects.toThrow();
    expect(stream.controller.signal.aborted).toBe(true);
  });
  expect(bench.events).toMatchObject([{ outcome: 'failed' }]);
});

test('a stream that was read is charged exactly, whatever is aborted afterwards', async () => {
  const leaving = new AbortController();
  await bench.run(HARD, async () => {
    const { signal } = leaving;
    await collected(bench.client.chat.completions.create({ ...CHAT, stream: true }, { signal }));
    leaving.abort();
  });
  expect(bench.events).toMatchObject([{ isEstimated: false, tokens: 130, outcome: 'success' }]);
});
