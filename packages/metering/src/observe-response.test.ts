import { beforeEach, describe, expect, test } from '@jest/globals';
import type { StreamEnd } from './observe-iterator.js';
import { observeResponse } from './observe-response.js';

let seen: unknown[];
let ends: StreamEnd[];
let pulled: number;
let cancelled: unknown;
beforeEach(() => {
  seen = [];
  ends = [];
  pulled = 0;
  cancelled = undefined;
});

function answered(pieces: readonly (string | Uint8Array | Error)[], type: string): Response {
  const bytes = pieces.map((piece) => (typeof piece === 'string' ? new TextEncoder().encode(piece) : piece));
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = bytes[pulled++];
        if (piece === undefined) controller.close();
        else if (piece instanceof Error) controller.error(piece);
        else controller.enqueue(piece);
      },
      cancel(reason) {
        cancelled = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status: 203, statusText: 'Fine', headers: { 'content-type': type, 'x-a': 'b' } });
}

const observed = (pieces: readonly (string | Uint8Array | Error)[], type = 'application/json'): Response =>
  observeResponse(
    answered(pieces, type),
    (data) => void seen.push(data),
    (end) => void ends.push(end),
  );
const EVENTS = 'text/event-stream; charset=utf-8';

test('a JSON document passes through, and is seen when it is whole', async () => {
  const response = observed(['{"a":', '"ä', '"}']);
  expect([response.status, response.statusText, response.headers.get('x-a')]).toEqual([203, 'Fine', 'b']);
  expect(pulled).toBe(0);
  expect(await response.json()).toEqual({ a: 'ä' });
  expect(seen).toEqual([{ a: 'ä' }]);
  expect(ends).toEqual([{ how: 'end' }]);
});

describe('an event stream', () => {
  test('is seen event by event, however it is cut into pieces', async () => {
    const text =
      ': hello\n\ndata: {"a":"ä"}\n\nevent: x\r\ndata: {"b":\r\ndata: 2}\r\n\r\ndata: no JSON\n\ndata: [DONE]\n\n';
    const bytes = new TextEncoder().encode(text);
    const pieces = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
    expect(await observed(pieces, EVENTS).text()).toBe(text);
    expect(seen).toEqual([{ a: 'ä' }, { b: 2 }]);
    expect(ends).toEqual([{ how: 'end' }]);
  });

  test('is seen before the next event comes', async () => {
    const reader = observed(['data: 1\n\n', 'data: 2\n\n'], EVENTS).body!.getReader();
    await reader.read();
    expect(seen).toEqual([1]);
    expect(pulled).toBe(1);
  });

  test('may end without the empty line', async () => {
    await observed(['data: 1'], EVENTS).text();
    expect(seen).toEqual([1]);
  });
});

test('what is neither is not looked at', async () => {
  expect(await observed(['{"a":1}'], 'audio/mpeg').text()).toBe('{"a":1}');
  expect(seen).toEqual([]);
  expect(ends).toEqual([{ how: 'end' }]);
});

test('who leaves early closes the source', async () => {
  const reader = observed(['data: 1\n\n', 'data: 2\n\n'], EVENTS).body!.getReader();
  await reader.read();
  await reader.cancel('enough');
  expect(cancelled).toBe('enough');
  expect(ends).toEqual([{ how: 'left' }]);
});

test('an error of the source reaches the reader', async () => {
  const error = new Error('broken');
  await expect(observed(['data: 1\n\n', error], EVENTS).text()).rejects.toBe(error);
  expect(ends).toEqual([{ how: 'error', error }]);
});

test('an answer without a body is over', () => {
  const empty = new Response(null, { status: 204 });
  expect(
    observeResponse(
      empty,
      () => {},
      (end) => void ends.push(end),
    ),
  ).toBe(empty);
  expect(ends).toEqual([{ how: 'end' }]);
});

test('a body of another kind is left alone', () => {
  const foreign = { body: { pipe() {} }, headers: new Headers() } as unknown as Response;
  expect(
    observeResponse(
      foreign,
      () => {},
      () => {},
    ),
  ).toBe(foreign);
});

test('the source can be read beside it as long as nobody reads it', async () => {
  const source = answered(['{}'], 'application/json');
  observeResponse(
    source,
    () => {},
    () => {},
  );
  expect(await source.json()).toEqual({});
});
