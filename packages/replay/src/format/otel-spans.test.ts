import { describe, expect, test } from '@jest/globals';
import type { Trace } from '../trace/trace.js';
import { readSpan, spansOf } from './otel-span.js';
import { SpanGroups } from './otel-spans.js';

type Attributes = Readonly<Record<string, unknown>>;

const T0 = 1_767_225_600_000;

function otlp(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(otlp) } };
  return {
    kvlistValue: { values: Object.entries(value as object).map(([key, each]) => ({ key, value: otlp(each) })) },
  };
}

function span(id: string, parent: string, [from, to]: readonly [number, number], attributes: Attributes, more = {}) {
  return {
    traceId: 'aa11',
    spanId: id,
    parentSpanId: parent,
    name: String(attributes['gen_ai.operation.name'] ?? 'work'),
    startTimeUnixNano: `${T0 + from}000000`,
    endTimeUnixNano: `${T0 + to}000000`,
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: otlp(value) })),
    ...more,
  };
}

function tool(id: string, at: readonly [number, number], name: string, rest: Attributes = {}, more = {}) {
  return span(id, 'r', at, { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name, ...rest }, more);
}

const said = (...texts: string[]) =>
  JSON.stringify([
    { role: 'system', parts: [{ type: 'text', content: 'Mind o9.' }] },
    ...texts.map((content) => ({ role: 'user', parts: [{ type: 'text', content }] })),
    { role: 'tool', parts: [{ type: 'tool_call_response', response: 'o8' }] },
  ]);

function tracesOf(spans: readonly object[], groups = new SpanGroups('suite')): Trace[] {
  const request = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
  return spansOf(request).flatMap((each) => [...groups.add(readSpan(each))]);
}

const chat = (id: string, at: number, ...texts: string[]) =>
  span(id, 'r', [at, at + 1], {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'm',
    'gen_ai.input.messages': said(...texts),
  });
const root = span('r', '', [0, 100], { 'gen_ai.operation.name': 'invoke_agent' });

describe('spans of OpenTelemetry', () => {
  test('become a trace when their root comes, in the order in which they began', () => {
    const spans = [
      tool(
        'b',
        [30, 40],
        'remove',
        { 'gen_ai.tool.call.arguments': '{"id":"o1"}', 'error.type': 'TimeoutError' },
        { status: { code: 2, message: 'too late' } },
      ),
      tool('a', [10, 20], 'find', {
        'gen_ai.tool.call.arguments': { id: 'o1', n: 5 },
        'gen_ai.tool.call.result': '["o1"]',
      }),
      tool('c', [35, 45], 'count'),
      chat('d', 5, 'Delete o1.'),
      chat('e', 25, 'Delete o1.', 'Hurry.'),
    ];
    expect(tracesOf([...spans])).toEqual([]);
    expect(tracesOf([...spans, root])).toStrictEqual([
      {
        id: 'aa11',
        source: 'otel',
        suite: 'suite',
        model: 'm',
        startedAt: T0,
        userTurns: [
          { at: 0, text: 'Delete o1.' },
          { at: 1, text: 'Hurry.' },
        ],
        calls: [
          { tool: 'find', args: { id: 'o1', n: 5 }, result: ['o1'], step: 0, startMs: 10, durationMs: 10 },
          {
            tool: 'remove',
            args: { id: 'o1' },
            error: { message: 'too late', name: 'TimeoutError' },
            step: 1,
            startMs: 30,
            durationMs: 10,
          },
          { tool: 'count', args: {}, step: 1, startMs: 35, durationMs: 10 },
        ],
      },
    ]);
  });

  test('whose root never comes become one at the end', () => {
    const groups = new SpanGroups('suite');
    expect(tracesOf([tool('a', [1, 2], 'find')], groups)).toEqual([]);
    expect([...groups.end()]).toMatchObject([{ id: 'aa11', calls: [{ tool: 'find' }] }]);
    expect([...groups.end()]).toEqual([]);
  });

  test('of several traces of one conversation are one', () => {
    const groups = new SpanGroups('suite');
    for (const [traceId, from] of [
      ['t1', 0],
      ['t2', 1000],
    ] as const) {
      const own = { traceId };
      const conversation = { 'gen_ai.conversation.id': 'conv-1', 'user.id': 'alice' };
      tracesOf([tool(`a${traceId}`, [from + 1, from + 2], `tool-${traceId}`, {}, own)], groups);
      expect(tracesOf([span(`r${traceId}`, '', [from, from + 9], conversation, own)], groups)).toEqual([]);
    }
    expect([...groups.end()]).toMatchObject([
      {
        id: 'conv-1',
        userId: 'alice',
        startedAt: T0,
        calls: [
          { tool: 'tool-t1', startMs: 1 },
          { tool: 'tool-t2', startMs: 1001 },
        ],
      },
    ]);
  });

  test('inside a tool tell nothing of the user', () => {
    const inner = { ...chat('x', 12, 'Transfer everything.'), parentSpanId: 'y' };
    const between = span('y', 'a', [11, 19], { 'gen_ai.operation.name': 'invoke_agent' });
    const [trace] = tracesOf([inner, between, tool('a', [10, 20], 'ask_colleague'), chat('d', 5, 'Hello.'), root]);
    expect(trace?.userTurns).toEqual([{ at: 0, text: 'Hello.' }]);
  });

  test('are handed out early where too much would be held, and what comes late has another id', () => {
    const groups = new SpanGroups('suite', 1000);
    const first = tracesOf([tool('a', [1, 2], 'find', { 'gen_ai.tool.call.result': 'x'.repeat(2000) })], groups);
    expect(first).toMatchObject([{ id: 'aa11' }]);
    expect(tracesOf([tool('b', [3, 4], 'find'), root], groups)).toMatchObject([{ id: 'aa11#2' }]);
  });

  test('as consoles and other exporters write them are read too', () => {
    const attributes = {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.call.arguments': '{}',
      'gen_ai.tool.call.result': 'ok',
    };
    const python = {
      name: 'execute_tool find',
      context: { trace_id: '0xab', span_id: '0x1' },
      parent_id: null,
      start_time: '2026-01-01T00:00:00.250000Z',
      end_time: '2026-01-01T00:00:01.250000Z',
      status: { status_code: 'ERROR', description: 'broken' },
      attributes,
    };
    const javascript = {
      name: 'execute_tool find',
      traceId: 'ab',
      id: '1',
      timestamp: T0 * 1000 + 250_000,
      duration: 1_000_000,
      status: { code: 0 },
      attributes,
    };
    const hr = {
      ...javascript,
      timestamp: undefined,
      startTime: [T0 / 1000, 250_000_000],
      duration: [1, 0],
      attributes,
    };
    expect([...new SpanGroups('s').add(readSpan(python))]).toMatchObject([
      { startedAt: T0 + 250, calls: [{ tool: 'find', error: { message: 'broken' }, durationMs: 1000 }] },
    ]);
    for (const each of [javascript, hr])
      expect([...new SpanGroups('s').add(readSpan(each))]).toMatchObject([
        { id: 'ab', startedAt: T0 + 250, calls: [{ tool: 'find', args: {}, result: 'ok', durationMs: 1000 }] },
      ]);
  });

  test('say an HTTP status as one, and the message of an exception', () => {
    const exception = {
      name: 'exception',
      attributes: [{ key: 'exception.message', value: { stringValue: 'no route' } }],
    };
    const [trace] = tracesOf([tool('a', [1, 2], 'find', { 'error.type': '503' }, { events: [exception] }), root]);
    expect(trace?.calls[0]?.error).toEqual({ message: 'no route', status: 503 });
  });

  test('with times that no clock shows have none', () => {
    const odd = { startTimeUnixNano: '9'.repeat(300), endTimeUnixNano: [1e300, 5] };
    const [trace] = tracesOf([tool('a', [1, 2], 'find', {}, odd), { ...root, ...odd }]);
    expect(trace).not.toHaveProperty('startedAt');
    expect(trace?.calls).toEqual([{ tool: 'find', args: {}, step: 0 }]);
  });

  test('of any shape do no harm', () => {
    const odd = [
      {
        traceId: 'x',
        name: 'n',
        attributes: [null, { key: 'a' }, { key: '__proto__', value: { kvlistValue: 5 } }],
        parentSpanId: 'x',
      },
      {
        traceId: 'x',
        spanId: 'x',
        parentSpanId: 'x',
        startTimeUnixNano: '9'.repeat(400),
        attributes: 7,
        events: 'e',
        status: 5,
      },
      { traceId: '000', name: 'no trace' },
    ];
    const groups = new SpanGroups('s');
    expect(tracesOf(odd, groups)).toEqual([]);
    expect([...groups.end()]).toEqual([]);
    expect({}).not.toHaveProperty('polluted');
  });
});
