import type { LlmUsageEvent } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type OpenAI from 'openai';
import { APIError, APIUserAbortError } from 'openai';
import type { Stream } from 'openai/streaming';
import { CHAT_USAGE, chunks, response, responseEvents } from '../test-support/answers.js';
import { ASK, type Bench, CHAT, collected, openBench, WIDE } from '../test-support/bench.js';
import { apiError } from '../test-support/loopback-server.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const begun = chunks(true).slice(0, 3);

function streamed(options?: OpenAI.RequestOptions): Promise<Stream<OpenAI.ChatCompletionChunk>> {
  return bench.client.chat.completions.create({ ...CHAT, stream: true }, options);
}

// The input in bytes, and 5 characters that were seen.
const ESTIMATED = { isEstimated: true, usage: { output: 2, reasoning: 0 } } as unknown as Partial<LlmUsageEvent>;

describe('a stream that its caller leaves', () => {
  test('by break is charged an estimate at once, and its connection is closed', async () => {
    bench.server.next({ events: begun, silent: true });
    await bench.run(WIDE, async (scope) => {
      let text = '';
      for await (const chunk of await streamed()) {
        text += chunk.choices[0]?.delta.content ?? '';
        if (text === 'hello') break;
      }
      expect(bench.events).toMatchObject([{ ...ESTIMATED, outcome: 'aborted' }]);
      expect(scope.tokensUsed).toBe(bench.events[0]?.tokens);
    });
    await bench.server.seen[0]?.left;
    expect(bench.events[0]?.usage.input).toBeGreaterThan(20);
  });

  test('by return() is charged an estimate', async () => {
    bench.server.next({ events: begun, silent: true });
    await bench.run(WIDE, async () => {
      const iterator = (await streamed())[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.return?.();
      expect(bench.events).toMatchObject([{ isEstimated: true, outcome: 'aborted' }]);
    });
    await bench.server.seen[0]?.left;
  });

  test('by its controller is charged an estimate, and the loop ends without an error', async () => {
    bench.server.next({ events: begun, silent: true });
    await bench.run(WIDE, async () => {
      const stream = await streamed();
      let seen = 0;
      for await (const _ of stream) if (++seen === 3) stream.controller.abort();
      expect(bench.events).toMatchObject([{ ...ESTIMATED, outcome: 'aborted' }]);
    });
    await bench.server.seen[0]?.left;
  });

  test('by a signal is charged an estimate', async () => {
    bench.server.next({ events: begun, silent: true });
    const controller = new AbortController();
    await bench.run(WIDE, async () => {
      let seen = 0;
      for await (const _ of await streamed({ signal: controller.signal })) if (++seen === 3) controller.abort();
      expect(bench.events).toMatchObject([{ ...ESTIMATED, outcome: 'aborted' }]);
    });
  });

  test('after its usage was told is charged exactly', async () => {
    const usage = { ...(begun[0] as object), choices: [], usage: CHAT_USAGE };
    bench.server.next({ events: [...begun, usage], silent: true });
    await bench.run(WIDE, async () => {
      const asked = { ...CHAT, stream: true, stream_options: { include_usage: true } } as const;
      for await (const chunk of await bench.client.chat.completions.create(asked)) if (chunk.usage) break;
      expect(bench.events).toMatchObject([{ isEstimated: false, tokens: 130, outcome: 'success' }]);
    });
  });

  test('before it has answered is charged an estimate', async () => {
    bench.server.next({ silent: 'before' });
    const controller = new AbortController();
    await bench.run(WIDE, async () => {
      const stream = streamed({ signal: controller.signal });
      while (bench.server.seen.length === 0) await new Promise(setImmediate);
      controller.abort();
      await expect(stream).rejects.toBeInstanceOf(APIUserAbortError);
      expect(bench.events).toMatchObject([{ isEstimated: true, outcome: 'aborted' }]);
    });
  });

  test('before it was sent costs nothing', async () => {
    await bench.run(WIDE, async () => {
      await expect(streamed({ signal: AbortSignal.abort() })).rejects.toBeInstanceOf(APIUserAbortError);
    });
    expect(bench.server.seen).toEqual([]);
    expect(bench.events).toMatchObject([{ isEstimated: false, tokens: 0, outcome: 'aborted' }]);
  });

  test('without ever reading it is charged an estimate when the run ends', async () => {
    const scope = await bench.run(WIDE, async () => {
      await streamed();
      expect(bench.events).toEqual([]);
    });
    expect(bench.events).toMatchObject([{ isEstimated: true, outcome: 'aborted' }]);
    expect(scope.tokensUsed).toBe(bench.events[0]?.tokens);
  });

  test('by the break of a helper is charged an estimate', async () => {
    bench.server.next({ events: begun, silent: true });
    await bench.run(WIDE, async () => {
      for await (const chunk of bench.client.chat.completions.stream(CHAT)) if (chunk.choices[0]?.delta.content) break;
      await bench.server.seen[0]?.left;
    });
    expect(bench.events).toMatchObject([{ isEstimated: true }]);
  });
});

describe('a stream that fails', () => {
  test('with an error of the provider gives this error to the caller, and is charged an estimate', async () => {
    bench.server.next({ events: [...begun, apiError('server_error', 'overloaded')] });
    await bench.run(WIDE, async () => {
      const error = await collected(streamed()).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(APIError);
      expect(error).toMatchObject({ status: undefined, type: 'server_error' });
    });
    expect(bench.events).toMatchObject([{ ...ESTIMATED, outcome: 'failed' }]);
  });

  test('because its connection is cut is charged an estimate', async () => {
    bench.server.next({ events: begun, cut: true });
    await bench.run(WIDE, async () => {
      await expect(collected(streamed())).rejects.toMatchObject({ name: 'TypeError', message: 'terminated' });
    });
    expect(bench.events).toMatchObject([{ ...ESTIMATED, outcome: 'failed' }]);
  });

  test('of the Responses API, cut before its end, is charged an estimate', async () => {
    bench.server.next({ events: responseEvents(), cut: true });
    await bench.run(WIDE, async () => {
      await expect(collected(bench.client.responses.create({ ...ASK, stream: true }))).rejects.toThrow('terminated');
    });
    expect(bench.events).toMatchObject([{ ...ESTIMATED, outcome: 'failed' }]);
  });

  test('of the Responses API with an error event is charged an estimate', async () => {
    bench.server.next({
      events: [...responseEvents(), { type: 'error', code: 'server_error', message: 'x', param: null }],
    });
    await bench.run(WIDE, async () => {
      await expect(collected(bench.client.responses.create({ ...ASK, stream: true }))).rejects.toBeInstanceOf(APIError);
    });
    expect(bench.events).toMatchObject([{ ...ESTIMATED, outcome: 'failed' }]);
  });

  test.each([
    ['response.incomplete', 'success'],
    ['response.failed', 'failed'],
  ] as const)('of the Responses API with %s is charged exactly, and told as %s', async (end, outcome) => {
    bench.server.next({ events: responseEvents(end) });
    await bench.run(WIDE, () => collected(bench.client.responses.create({ ...ASK, stream: true })));
    expect(bench.events).toMatchObject([{ isEstimated: false, tokens: 250, outcome }]);
  });

  test('with an error after its usage is charged exactly', async () => {
    const usage = { ...(begun[0] as object), choices: [], usage: CHAT_USAGE };
    bench.server.next({ events: [...begun, usage, apiError('server_error', 'overloaded')] });
    await bench.run(WIDE, async () => {
      await expect(collected(streamed())).rejects.toBeInstanceOf(APIError);
    });
    expect(bench.events).toMatchObject([{ isEstimated: false, tokens: 130, outcome: 'failed' }]);
  });

  test.each([
    ['an error', [...begun, apiError('server_error', 'overloaded')]],
    ['a failed response', responseEvents('response.failed')],
  ])('with %s in a raw response, which ends like any other', async (_, events) => {
    bench.server.next({ events });
    await bench.run(WIDE, async () => {
      const raw = await bench.client.responses.create({ ...ASK, stream: true }).asResponse();
      await raw.text();
    });
    expect(bench.events).toMatchObject([{ outcome: 'failed' }]);
  });
});

describe('an answer that says that the response failed', () => {
  test('is told so, and is charged exactly', async () => {
    const error = { code: 'server_error', message: 'x' } as const;
    bench.server.next({ json: response({ status: 'failed', error }) });
    await bench.run(WIDE, () => bench.client.responses.create(ASK));
    expect(bench.events).toMatchObject([{ isEstimated: false, tokens: 250, outcome: 'failed' }]);
  });
});

describe('a stream stays what it is', () => {
  test('both branches of tee() get everything, and it is charged once', async () => {
    const scope = await bench.run(WIDE, async () => {
      const [left, right] = (await streamed()).tee();
      expect((await collected(left)).length).toBe(4);
      expect((await collected(right)).length).toBe(4);
    });
    expect(scope.tokensUsed).toBe(130);
    expect(bench.events).toHaveLength(1);
  });

  test('leaving both branches of tee() settles it', async () => {
    bench.server.next({ events: begun, silent: true });
    await bench.run(WIDE, async () => {
      for (const branch of (await streamed()).tee()) for await (const _ of branch) break;
      expect(bench.events).toMatchObject([{ isEstimated: true, outcome: 'aborted' }]);
    });
  });

  test('toReadableStream() is charged', async () => {
    const scope = await bench.run(WIDE, async () => {
      const text = await new Response((await streamed()).toReadableStream()).text();
      expect(text.trim().split('\n')).toHaveLength(4);
    });
    expect(scope.tokensUsed).toBe(130);
  });

  test('a second reader is refused by the SDK, and the first one still counts', async () => {
    let goOn = (): void => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    bench.server.next({ events: [...begun, held, ...chunks(true).slice(3)] });
    const scope = await bench.run(WIDE, async () => {
      const stream = await streamed();
      const first = stream[Symbol.asyncIterator]();
      await first.next();
      await expect(collected(stream)).rejects.toThrow('consumed stream');
      goOn();
      while (!(await first.next()).done);
    });
    expect(scope.tokensUsed).toBe(130);
    expect(bench.events).toMatchObject([{ isEstimated: false }]);
  });

  test('each chunk is handed on before the next one comes', async () => {
    let goOn = (): void => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    bench.server.next({ events: [...begun.slice(0, 2), held, ...chunks(true).slice(2)] });
    await bench.run(WIDE, async () => {
      const seen: string[] = [];
      for await (const chunk of await streamed()) {
        seen.push(chunk.choices[0]?.delta.content ?? '');
        // The server says more only when the caller has this.
        if (seen.length === 2) goOn();
      }
      expect(seen).toEqual(['', 'hel', 'lo', '']);
    });
  });
});

describe('a raw response', () => {
  test('that is left in the middle is charged an estimate', async () => {
    bench.server.next({ events: begun, silent: true });
    await bench.run(WIDE, async () => {
      const raw = await bench.client.chat.completions.create({ ...CHAT, stream: true }).asResponse();
      const reader = raw.body!.getReader();
      await reader.read();
      await reader.cancel();
      expect(bench.events).toMatchObject([{ isEstimated: true, outcome: 'aborted' }]);
    });
    await bench.server.seen[0]?.left;
  });

  test('that nobody reads is charged an estimate when the run ends', async () => {
    await bench.run(WIDE, async () => {
      await bench.client.chat.completions.create(CHAT).asResponse();
    });
    expect(bench.events).toMatchObject([{ isEstimated: true, outcome: 'aborted' }]);
  });
});

describe('a server that tells the usage so far with every chunk', () => {
  const told = (chunks(false).slice(0, -1) as OpenAI.ChatCompletionChunk[]).map((chunk, output) => ({
    ...chunk,
    usage: { prompt_tokens: 10, completion_tokens: output, total_tokens: 10 + output },
  }));

  test('is charged the last one', async () => {
    bench.server.next({ events: [...told, '[DONE]'] });
    const scope = await bench.run(WIDE, async () => {
      expect(await collected(streamed())).toHaveLength(4);
    });
    expect(scope.tokensUsed).toBe(13);
    expect(bench.events).toMatchObject([{ isEstimated: false }]);
  });

  test('is charged an estimate where it is left when one of two answers is over', async () => {
    const [first] = told;
    const over = { ...first, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
    const more = { ...first, choices: [{ index: 1, delta: { content: 'x' }, finish_reason: null }] };
    bench.server.next({ events: [over, more], silent: true });
    await bench.run(WIDE, async () => {
      for await (const _ of await bench.client.chat.completions.create({ ...CHAT, n: 2, stream: true })) break;
    });
    expect(bench.events).toMatchObject([{ isEstimated: true, outcome: 'aborted' }]);
  });

  test('is charged what it had told as an estimate, where it is left before', async () => {
    bench.server.next({ events: told.slice(0, 3), silent: true });
    await bench.run(WIDE, async () => {
      for await (const chunk of await streamed()) if (chunk.choices[0]?.delta.content === 'lo') break;
    });
    expect(bench.events).toMatchObject([{ isEstimated: true, tokens: 12 }]);
  });
});
