import {
  Agent,
  AgentHost,
  admitModelCall,
  Enforce,
  Idempotent,
  MaxAttempts,
  RateLimit,
  requireFact,
  Timeout,
  Tool,
  tokenUsage,
} from '@actguard/core';
import { TestClock } from '@actguard/core/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { openTelemetry } from './open-telemetry.js';

const SECRET = 'Jane Doe';
let outer: Orders | undefined;
let duringTool: () => Promise<unknown> = async () => {};

@Agent()
class Orders {
  @Tool()
  async plain(_args: { note: string }) {
    await new Promise((resolve) => setImmediate(resolve));
    return SECRET;
  }
  @Tool()
  @RateLimit({ maxCalls: 100 })
  async guarded(_args: { note: string }) {
    return 'ok';
  }
  @Tool()
  async fail(args: { note: string }): Promise<string> {
    throw new TypeError(args.note);
  }
  @Tool()
  @Enforce(requireFact('note', 'order_id'))
  async refused(_args: { note: string }) {
    return 'never';
  }
  @Tool()
  @Timeout('1s')
  async slow(_args: { note: string }) {
    return new Promise<string>(() => {});
  }
  @Tool()
  @RateLimit({ maxCalls: 100 })
  @Timeout('1s')
  async slowAndGuarded(_args: { note: string }) {
    return new Promise<string>(() => {});
  }
  @Tool()
  @Idempotent({ key: 'note' })
  async repeated(_args: { note: string }) {
    return 'once';
  }
  @Tool()
  @MaxAttempts(1)
  async once(_args: object) {
    return 'ok';
  }
  @Tool()
  async traced(_args: object) {
    await new Promise((resolve) => setImmediate(resolve));
    tracer.startSpan('http').end();
    return 'ok';
  }
  @Tool()
  async *tracedLines(_args: object) {
    tracer.startSpan('first').end();
    yield 1;
    tracer.startSpan('second').end();
    yield 2;
  }
  @Tool()
  async fails(_args: object) {
    return outer?.fail({ note: 'inner' });
  }
  @Tool()
  async takesTime(_args: object) {
    await duringTool();
  }
  @Tool()
  async *lines(_args: object) {
    yield 1;
    yield 2;
  }
  @Tool()
  async nests(_args: object) {
    return outer?.guarded({ note: 'inner' });
  }
  @Tool()
  @RateLimit({ maxCalls: 1, period: '2s', onLimit: 'wait' })
  async waits(_args: object) {
    return 'ok';
  }
}

const manager = new AsyncLocalStorageContextManager().enable();
beforeAll(() => void context.setGlobalContextManager(manager));
afterAll(() => context.disable());

const exporter = new InMemorySpanExporter();
const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const tracer = tracerProvider.getTracer('app');
afterEach(() => exporter.reset());

async function inRun(
  body: (agent: Orders, clock: TestClock) => Promise<unknown>,
  options: Parameters<typeof openTelemetry>[1] = { tracerProvider, meterProvider: false },
): Promise<ReadableSpan[]> {
  const clock = new TestClock();
  await using host = await AgentHost.create({ agents: [Orders], clock });
  openTelemetry(host, options);
  await host
    .run({ runId: 'r1', sessionId: 'chat', userId: 'alice' }, async (run) => {
      outer = run.get(Orders);
      await body(outer, clock);
    })
    .catch(() => {});
  return exporter.getFinishedSpans();
}

const named = (spans: readonly ReadableSpan[], name: string): ReadableSpan => {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no span ${name} among ${spans.map((span) => span.name).join(', ')}`);
  return found;
};
const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;

/** Makes a call inside a span of the application, and returns both spans. */
async function called(
  tool: string,
  call: (agent: Orders, clock: TestClock) => Promise<unknown>,
): Promise<{ caller: ReadableSpan; span: ReadableSpan; spans: ReadableSpan[] }> {
  const spans = await inRun(async (agent, clock) => {
    await tracer.startActiveSpan('caller', async (caller) => {
      await call(agent, clock).catch(() => {});
      caller.end();
    });
  });
  return { caller: named(spans, 'caller'), span: named(spans, `execute_tool Orders.${tool}`), spans };
}

describe('a call of a tool', () => {
  test.each<[string, (agent: Orders, clock: TestClock) => Promise<unknown>]>([
    ['plain', (agent) => agent.plain({ note: 'n' })],
    ['guarded', (agent) => agent.guarded({ note: 'n' })],
    ['fail', (agent) => agent.fail({ note: 'n' })],
    ['refused', (agent) => agent.refused({ note: 'n' })],
    ['once', (agent) => agent.once({})],
    [
      'lines',
      async (agent) => {
        for await (const line of agent.lines({})) void line;
      },
    ],
  ])('is a span in the one of its caller: %s', async (tool, call) => {
    const { caller, span } = await called(tool, call);
    expect(parentOf(span)).toBe(caller.spanContext().spanId);
    expect(span.spanContext().traceId).toBe(caller.spanContext().traceId);
    expect(span.attributes).toMatchObject({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': `Orders.${tool}`,
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': 'r1:1',
      'gen_ai.conversation.id': 'chat',
      'actguard.run.id': 'r1',
    });
  });

  async function cutOff(tool: 'slow' | 'slowAndGuarded'): Promise<{ spans: ReadableSpan[]; span: ReadableSpan }> {
    const spans = await inRun(async (agent, clock) => {
      let calling: Promise<unknown> = Promise.resolve();
      tracer.startActiveSpan('caller', (caller) => {
        calling = agent[tool]({ note: 'n' }).catch(() => {});
        caller.end();
      });
      await tracer.startActiveSpan('elsewhere', async (elsewhere) => {
        await clock.advance(1000);
        elsewhere.end();
      });
      await calling;
    });
    return { spans, span: named(spans, `execute_tool Orders.${tool}`) };
  }

  test('that is cut off by a timer, far from its caller, is a span in the one of its caller', async () => {
    const { spans, span } = await cutOff('slowAndGuarded');
    expect(parentOf(span)).toBe(named(spans, 'caller').spanContext().spanId);
    expect(span.status.code).toBe(SpanStatusCode.ERROR);
    expect(span.attributes).toMatchObject({ 'error.type': 'timeout', 'actguard.guard.name': 'timeout' });
    expect(span.duration[0] + span.duration[1] / 1e9).toBeCloseTo(1);
  });

  test('that is cut off, and was not heard of before its method, is a span in the one of its caller, too', async () => {
    const { spans, span } = await cutOff('slow');
    expect(parentOf(span)).toBe(named(spans, 'caller').spanContext().spanId);
  });

  test('starts when its method did, and ends when it returned', async () => {
    const { span } = await called('waits', async (agent, clock) => {
      await agent.waits({});
      exporter.reset();
      const waiting = agent.waits({});
      await clock.advance(2000);
      await waiting;
    });
    expect(span.duration).toEqual([0, 0]);
    expect(span.startTime[0]).toBe(1_767_225_602);
  });

  test('says who refused it, and why', async () => {
    const { span } = await called('refused', (agent) => agent.refused({ note: SECRET }));
    expect(span.status.code).toBe(SpanStatusCode.ERROR);
    expect(span.attributes).toMatchObject({
      'error.type': 'PolicyViolationError',
      'actguard.error.code': 'MISSING_FACT',
      'actguard.guard.name': 'enforce',
      'actguard.outcome': 'blocked',
    });
  });

  test('that was answered from memory says so, and has not failed', async () => {
    const { span } = await called('repeated', async (agent) => {
      await agent.repeated({ note: 'k' });
      exporter.reset();
      await agent.repeated({ note: 'k' });
    });
    expect(span.attributes).toMatchObject({ 'actguard.action': 'return_cached', 'actguard.outcome': 'intervened' });
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  test('inside another is in the span of the other', async () => {
    const { span, spans } = await called('nests', (agent) => agent.nests({}));
    expect(parentOf(named(spans, 'execute_tool Orders.guarded'))).toBe(span.spanContext().spanId);
  });

  test('is in the span of its run where nobody traces', async () => {
    const spans = await inRun((agent) => agent.plain({ note: 'n' }));
    expect(parentOf(named(spans, 'execute_tool Orders.plain'))).toBe(named(spans, 'actguard.run').spanContext().spanId);
  });

  test('shows no content, and nobody', async () => {
    const spans = await inRun(async (agent) => {
      await agent.plain({ note: SECRET });
      await agent.refused({ note: SECRET }).catch(() => {});
      await agent.fail({ note: SECRET });
    });
    const text = JSON.stringify(
      spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
    );
    expect(spans).toHaveLength(4);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('alice');
  });
});

describe('a run', () => {
  test('is a span in the one around it, with what came of it', async () => {
    let spans: ReadableSpan[] = [];
    await tracer.startActiveSpan('request', async (request) => {
      spans = await inRun((agent) => agent.fail({ note: 'n' }));
      request.end();
    });
    const run = named(spans, 'actguard.run');
    expect(parentOf(run)).toBe(named(exporter.getFinishedSpans(), 'request').spanContext().spanId);
    expect(run.status.code).toBe(SpanStatusCode.ERROR);
    expect(run.attributes).toEqual({
      'actguard.run.id': 'r1',
      'gen_ai.conversation.id': 'chat',
      'actguard.outcome': 'failed',
      'error.type': 'TypeError',
    });
  });
});

const seconds = ({ duration: [whole, nanos] }: ReadableSpan): number => whole + nanos / 1e9;

async function callModel(
  outcome: 'success' | 'failed' = 'success',
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<void> {
  const call = await admitModelCall({
    ...{ provider: 'google', model: 'gemini-3', operation: 'models.generateContent' },
    bound: () => ({ inputTokens: 1, outputTokens: 1 }),
    defaultPrices: { priceOf: () => ({ input: 1, output: 2 }) },
  });
  const usage = tokenUsage({ input: 10, cachedInput: 5, cacheWrite5m: 2, output: 3, reasoning: 4 });
  await meanwhile();
  call.settle({ outcome, usage });
}

describe('what a tool does', () => {
  test('is inside its span, which is inside that of its caller', async () => {
    const { caller, span, spans } = await called('traced', (agent) => agent.traced({}));
    expect(parentOf(named(spans, 'http'))).toBe(span.spanContext().spanId);
    expect(parentOf(span)).toBe(caller.spanContext().spanId);
  });

  test('is inside it also where nobody else traces', async () => {
    const spans = await inRun((agent) => agent.traced({}));
    const span = named(spans, 'execute_tool Orders.traced');
    expect(parentOf(named(spans, 'http'))).toBe(span.spanContext().spanId);
    expect(parentOf(span)).toBe(named(spans, 'actguard.run').spanContext().spanId);
  });

  test('is inside it in every step of a generator, wherever that is read, and though it is left', async () => {
    const { span, spans } = await called('tracedLines', async (agent) => {
      const lines = agent.tracedLines({});
      await lines.next();
      await tracer.startActiveSpan('reader', async (reader) => {
        await lines.next();
        reader.end();
      });
      await lines.return(undefined);
    });
    for (const name of ['first', 'second']) expect(parentOf(named(spans, name))).toBe(span.spanContext().spanId);
    expect(spans.filter(({ name }) => name === span.name)).toHaveLength(1);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  test('calling another tool, too: each call is one span, and both failed', async () => {
    const { caller, span, spans } = await called('fails', (agent) => agent.fails({}));
    const inner = named(spans, 'execute_tool Orders.fail');
    expect(parentOf(inner)).toBe(span.spanContext().spanId);
    expect(parentOf(span)).toBe(caller.spanContext().spanId);
    for (const each of [inner, span]) {
      expect(each.status.code).toBe(SpanStatusCode.ERROR);
      expect(each.attributes['error.type']).toBe('TypeError');
    }
    expect(spans.filter(({ name }) => name.startsWith('execute_tool'))).toHaveLength(2);
  });

  test('is as long as it takes, and so is a call of a model', async () => {
    const spans = await inRun(async (agent, clock) => {
      duringTool = () => callModel('success', () => clock.advance(1500));
      await agent.takesTime({});
    });
    for (const name of ['execute_tool Orders.takesTime', 'generate_content gemini-3'])
      expect(seconds(named(spans, name))).toBeCloseTo(1.5);
    expect(parentOf(named(spans, 'generate_content gemini-3'))).toBe(
      named(spans, 'execute_tool Orders.takesTime').spanContext().spanId,
    );
  });

  test('is nobody’s child any more once telemetry has ended', async () => {
    await using host = await AgentHost.create({ agents: [Orders], clock: new TestClock() });
    const telemetry = openTelemetry(host, { tracerProvider, meterProvider: false });
    telemetry[Symbol.dispose]();
    await host.run((run) => run.get(Orders).traced({}));
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['http']);
    expect(parentOf(named(exporter.getFinishedSpans(), 'http'))).toBeUndefined();
  });
});

test('a call of a model is a span with the usage that the conventions describe', async () => {
  const spans = await inRun(async () => {
    await tracer.startActiveSpan('caller', async (caller) => {
      await callModel();
      caller.end();
    });
  });
  const span = named(spans, 'generate_content gemini-3');
  expect(parentOf(span)).toBe(named(spans, 'caller').spanContext().spanId);
  expect(span.attributes).toMatchObject({
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.provider.name': 'gcp.gen_ai',
    'gen_ai.request.model': 'gemini-3',
    'gen_ai.usage.input_tokens': 17,
    'gen_ai.usage.cache_read.input_tokens': 5,
    'gen_ai.usage.cache_creation.input_tokens': 2,
    'gen_ai.usage.output_tokens': 7,
    'gen_ai.usage.reasoning.output_tokens': 4,
  });
});

test('metrics count runs, calls, refusals, interventions, tokens and cost, by attributes of few values', async () => {
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const spans = await inRun(
    async (agent) => {
      await agent.plain({ note: SECRET });
      await agent.refused({ note: SECRET }).catch(() => {});
      await agent.repeated({ note: 'k' });
      await agent.repeated({ note: 'k' });
      await callModel();
      await agent.fail({ note: SECRET }).catch(() => {});
    },
    { tracerProvider: false, meterProvider },
  );
  await reader.forceFlush();
  const points = metricExporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics: all }) => all)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({
        name: descriptor.name,
        unit: descriptor.unit,
        attributes,
        value: typeof value === 'number' ? value : { count: value.count, sum: value.sum },
      })),
    );
  await meterProvider.shutdown();
  expect(spans).toEqual([]);
  const of = (name: string) => points.filter((point) => point.name === name);
  expect(of('actguard.runs')).toMatchObject([{ value: 1, attributes: { 'actguard.outcome': 'success' } }]);
  expect(of('gen_ai.execute_tool.duration').map(({ attributes }) => attributes)).toEqual([
    { 'gen_ai.tool.name': 'Orders.plain' },
    { 'gen_ai.tool.name': 'Orders.repeated' },
    { 'gen_ai.tool.name': 'Orders.fail', 'error.type': 'TypeError' },
  ]);
  expect(of('actguard.refusals')).toMatchObject([
    { value: 1, attributes: { 'actguard.guard.name': 'enforce', 'actguard.error.code': 'MISSING_FACT' } },
  ]);
  expect(of('actguard.interventions')).toMatchObject([
    { value: 1, attributes: { 'actguard.action': 'return_cached' } },
  ]);
  expect(of('gen_ai.client.token.usage')).toMatchObject([
    { unit: '{token}', value: { count: 1, sum: 17 }, attributes: { 'gen_ai.token.type': 'input' } },
    { value: { count: 1, sum: 7 }, attributes: { 'gen_ai.token.type': 'output' } },
  ]);
  expect(of('actguard.cost')).toMatchObject([{ attributes: { 'gen_ai.request.model': 'gemini-3' } }]);
  const attributes = JSON.stringify(points.map((point) => point.attributes));
  for (const text of ['r1', 'alice', 'chat', SECRET]) expect(attributes).not.toContain(text);
});

test('without an SDK nothing happens', async () => {
  trace.disable();
  expect(await inRun((agent) => agent.plain({ note: 'n' }), {})).toEqual([]);
});
