import { APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import { Stream } from '@anthropic-ai/sdk/streaming';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { apiError, events, USAGE_TOKENS } from '../test-support/loopback-server.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const STREAMED = { ...ASK, stream: true } as const;
const never = new Promise<never>(() => {});

/** The input of the message, as its first event says, and what came of its output: 3 tokens are counted, 5 letters are fewer. */
const UNTIL_LEFT = 21 + 300 + 500 + 3;

/** All but the end of the message, which never comes. */
const unfinished = () => ({ events: [...events({}, 'content_block_stop'), never] });

function chargedOnce(tokens: number, outcome: string, isEstimated: boolean): void {
  expect(bench.usage.map((event) => [event.tokens, event.outcome, event.isEstimated])).toEqual([
    [tokens, outcome, isEstimated],
  ]);
}

describe('a stream that ends early is charged for what was used until then', () => {
  it('when the consumer breaks out of it, which also closes the connection', async () => {
    bench.server.next(unfinished());
    const scope = await bench.run({}, async (open) => {
      for await (const event of await bench.client.messages.create(STREAMED)) {
        if (event.type === 'content_block_delta') break;
      }
      expect(open.tokensUsed).toBe(UNTIL_LEFT);
      await bench.server.seen[0]?.left;
    });

    expect(scope.tokensUsed).toBe(UNTIL_LEFT);
    chargedOnce(UNTIL_LEFT, 'aborted', true);
  });

  it('when its iterator is returned', async () => {
    bench.server.next(unfinished());
    await bench.run({}, async (scope) => {
      const iterator = (await bench.client.messages.create(STREAMED))[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.return?.();
      expect(scope.tokensUsed).toBe(UNTIL_LEFT);
    });
    chargedOnce(UNTIL_LEFT, 'aborted', true);
  });

  it('when it is aborted by its controller, without an error', async () => {
    bench.server.next(unfinished());
    await bench.run({}, async (scope) => {
      const stream = await bench.client.messages.create(STREAMED);
      for await (const event of stream) if (event.type === 'content_block_delta') stream.controller.abort();
      expect(scope.tokensUsed).toBe(UNTIL_LEFT);
    });
    chargedOnce(UNTIL_LEFT, 'aborted', true);
  });

  it('when it is aborted by a signal', async () => {
    bench.server.next(unfinished());
    await bench.run({}, async (scope) => {
      const controller = new AbortController();
      const stream = await bench.client.messages.create(STREAMED, { signal: controller.signal });
      for await (const event of stream) if (event.type === 'content_block_delta') controller.abort();
      expect(scope.tokensUsed).toBe(UNTIL_LEFT);
    });
    chargedOnce(UNTIL_LEFT, 'aborted', true);
  });

  it('when its helper is aborted', async () => {
    bench.server.next(unfinished());
    await bench.run({}, async (scope) => {
      const stream = bench.client.messages.stream(ASK);
      stream.on('text', () => stream.abort());
      await expect(stream.done()).rejects.toBeInstanceOf(APIUserAbortError);
      expect(scope.tokensUsed).toBe(UNTIL_LEFT);
    });
    chargedOnce(UNTIL_LEFT, 'aborted', true);
  });

  it('when the provider sends an error in the middle, which reaches the consumer as it is', async () => {
    bench.server.next({ events: [...events({}, 'content_block_stop'), apiError('overloaded_error')] });
    await bench.run({}, async (scope) => {
      const error = await drain(await bench.client.messages.create(STREAMED)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(APIError);
      expect(error).toMatchObject({ type: 'overloaded_error', status: undefined });
      expect(scope.tokensUsed).toBe(UNTIL_LEFT);
    });
    chargedOnce(UNTIL_LEFT, 'failed', true);
  });

  it('when the provider sends an error in a raw response, which ends like any other', async () => {
    bench.server.next({ events: [...events({}, 'content_block_stop'), apiError('overloaded_error')] });
    await bench.run({}, async () => {
      const raw = await bench.client.messages.create(STREAMED).asResponse();
      expect(await raw.text()).toContain('overloaded_error');
    });
    chargedOnce(UNTIL_LEFT, 'failed', true);
  });

  it('when the connection is cut', async () => {
    bench.server.next({ events: events({}, 'content_block_stop'), cut: true });
    await bench.run({}, async (scope) => {
      await expect(drain(await bench.client.messages.create(STREAMED))).rejects.toThrow('terminated');
      expect(scope.tokensUsed).toBe(UNTIL_LEFT);
    });
    chargedOnce(UNTIL_LEFT, 'failed', true);
  });

  it('when the raw response is cancelled', async () => {
    bench.server.next(unfinished());
    await bench.run({}, async (scope) => {
      const reader = (await bench.client.messages.create(STREAMED).asResponse()).body?.getReader();
      await reader?.read();
      await reader?.cancel();
      expect(scope.tokensUsed).toBeGreaterThan(800);
      await bench.server.seen[0]?.left;
    });
    expect(bench.usage).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('when it is left before its first event: the size of the request stands in for what nobody said', async () => {
    bench.server.next({ events: [{ type: 'ping' }, never] });
    await bench.run({}, async () => {
      const stream = await bench.client.messages.create(STREAMED);
      stream.controller.abort();
      await drain(stream);
    });
    expect(bench.usage).toMatchObject([
      { isEstimated: true, usage: { input: JSON.stringify(STREAMED).length, output: 0 } },
    ]);
  });

  it('counts the output that went by where the provider counted less', async () => {
    const long = 'x'.repeat(3_000);
    bench.server.next({
      events: [
        ...events({}, 'content_block_stop'),
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: long } },
        {
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'thinking_delta', thinking: long },
        },
        { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: long } },
        never,
      ],
    });
    await bench.run({}, async () => {
      let deltas = 0;
      for await (const event of await bench.client.messages.create(STREAMED)) {
        if (event.type === 'content_block_delta' && ++deltas === 5) break;
      }
    });
    expect(bench.usage).toMatchObject([{ isEstimated: true, usage: { input: 21, output: 3_002, reasoning: 0 } }]);
  });
});

describe('a stream that is never read', () => {
  it('is charged an estimate when the run ends', async () => {
    const scope = await bench.run({}, async (open) => {
      await bench.client.messages.create(STREAMED);
      expect(open.tokensUsed).toBe(0);
    });
    const bound = JSON.stringify(STREAMED).length + ASK.max_tokens;
    expect(scope.tokensUsed).toBe(bound);
    chargedOnce(bound, 'aborted', true);
  });
});

describe('a stream that is left after its last count', () => {
  it('is charged exactly', async () => {
    await bench.run({}, async () => {
      for await (const event of await bench.client.messages.create(STREAMED)) if (event.type === 'message_delta') break;
    });
    chargedOnce(USAGE_TOKENS, 'success', false);
  });
});

describe('a stream with an error after its last count', () => {
  it('has failed, and is charged exactly', async () => {
    bench.server.next({ events: [...events({}, 'message_stop'), apiError('api_error')] });
    await bench.run({}, async () => {
      await expect(drain(await bench.client.messages.create(STREAMED))).rejects.toBeInstanceOf(APIError);
    });
    chargedOnce(USAGE_TOKENS, 'failed', false);
  });
});

describe('what the SDK can do with a stream', () => {
  it('works as before: tee()', async () => {
    await bench.run({}, async () => {
      const [left, right] = (await bench.client.messages.create(STREAMED)).tee();
      expect(await drain(left)).toBe(7);
      expect(await drain(right)).toBe(7);
    });
    chargedOnce(USAGE_TOKENS, 'success', false);
  });

  it('works as before: toReadableStream()', async () => {
    await bench.run({}, async () => {
      const stream = await bench.client.messages.create(STREAMED);
      expect(stream).toBeInstanceOf(Stream);
      const copy = Stream.fromReadableStream(stream.toReadableStream(), new AbortController());
      expect(await drain(copy)).toBe(7);
    });
    chargedOnce(USAGE_TOKENS, 'success', false);
  });

  it('works as before: it is consumed once', async () => {
    await bench.run({}, async () => {
      const stream = await bench.client.messages.create(STREAMED);
      await drain(stream);
      await expect(drain(stream)).rejects.toThrow('consumed stream');
    });
    chargedOnce(USAGE_TOKENS, 'success', false);
  });

  it('works as before: each event arrives when it is sent', async () => {
    let resolve = (): void => {};
    const read = new Promise<void>((settle) => {
      resolve = settle;
    });
    const [first, ...rest] = events();
    // The server goes on when the first event was read: were it held back, this would never end.
    bench.server.next({ events: [first as (typeof rest)[number], read, ...rest] });
    await bench.run({}, async () => {
      for await (const event of await bench.client.messages.create(STREAMED)) {
        if (event.type === 'message_start') resolve();
      }
    });
    chargedOnce(USAGE_TOKENS, 'success', false);
  });
});

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
}
