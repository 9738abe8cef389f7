import {
  type ActGuardEvent,
  Agent,
  AgentHost,
  admitModelCall,
  Enforce,
  Idempotent,
  MaxAttempts,
  RateLimit,
  requireFact,
  Tool,
  tokenUsage,
} from '@actguard/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Behaviour, LoopbackGateway, type Received } from '../../test-support/loopback-gateway.js';
import { testClient, warningsOf } from '../../test-support/test-client.js';
import type { Client } from '../client.js';
import type { ClientOptions } from '../config/client-options.js';
import type { EventEnvelope } from './envelope.js';

@Agent()
class Orders {
  @Tool()
  @Idempotent({ key: 'id' })
  async read(args: { id: string }) {
    return { secret: `result of ${args.id}` };
  }

  @Tool()
  @Enforce(requireFact('id', 'order_id'))
  async remove(_args: { id: string; amount: number }) {
    return 'removed';
  }

  @Tool()
  async fail(args: { id: string; note: string }): Promise<string> {
    throw new Error(`cannot find ${args.id}: ${args.note}, at postgres://user:pw@db/orders`);
  }

  @Tool()
  @RateLimit({ maxCalls: 1, scope: 'id' })
  async limited(_args: { id: string }) {
    return 'ok';
  }

  @Tool()
  @MaxAttempts(1)
  async once(_args: object) {
    return 'ok';
  }
}

let gateway: LoopbackGateway;
beforeEach(async () => {
  gateway = await LoopbackGateway.start();
});
afterEach(() => gateway.kill());

const eventsIn = (received: readonly Received[]): EventEnvelope[] =>
  received.flatMap(({ json }) => (json as { events: EventEnvelope[] }).events);

async function sentBy(
  body: (agent: Orders) => Promise<unknown>,
  options: ClientOptions = {},
  hostOptions: { mode?: 'observe' } = {},
): Promise<EventEnvelope[]> {
  const { client } = testClient(gateway, options);
  await using host = await AgentHost.create({
    agents: [Orders],
    ...hostOptions,
    onEvent: (event) => client.onEvent(event),
  });
  await host
    .run({ runId: 'r1', userId: 'alice', sessionId: 'chat' }, async (run) => {
      await body(run.get(Orders));
    })
    .catch(() => {});
  await client.close();
  return eventsIn(gateway.received);
}

const namesOf = (events: readonly EventEnvelope[]): string[] => events.map(({ name }) => name);

describe('the envelope', () => {
  test('has the fields of the wire, and no others', async () => {
    const [start, end] = await sentBy(async () => {});
    expect(start).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      ingested_at: start?.ts,
      tenant_id: '',
      run_id: 'r1',
      trace_id: '',
      span_id: '',
      category: 'run',
      name: 'run.start',
      version: 1,
      severity: '',
      outcome: '',
      digest: '',
      digest_algo: '',
      payload: { run_id: 'r1', user_id: 'alice' },
      evidence: [],
      meta: { session_id: 'chat' },
      user_id: 'alice',
    });
    expect(end).toMatchObject({ name: 'run.end', outcome: 'success', payload: { run_id: 'r1' } });
    expect(end?.id).not.toBe(start?.id);
    expect(gateway.received[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/events',
      headers: { authorization: 'Bearer ag_live_testkey', 'idempotency-key': expect.any(String) },
    });
  });

  test('tells of a refusal: who, why, and of which call', async () => {
    const events = await sentBy(async (agent) => {
      await agent.limited({ id: 'o1' });
      await agent.limited({ id: 'o1' });
    });
    expect(events).toMatchObject([
      { name: 'run.start' },
      {
        ...{ name: 'guard.blocked', category: 'guard', severity: 'error', outcome: 'blocked' },
        tool_name: 'Orders.limited',
        meta: { session_id: 'chat', call_id: 'r1:2' },
        payload: {
          ...{ tool_name: 'Orders.limited', guard_name: 'rateLimit', error_type: 'RateLimitExceededError' },
          ...{ error_code: 'guard.rate_limit_exceeded', max_calls: 1, period_ms: 60_000 },
          error_message: expect.stringContaining('rate limit of 1 calls in 60000 ms reached'),
        },
      },
      { name: 'run.end', severity: 'error', outcome: 'blocked', payload: { error_type: 'RateLimitExceededError' } },
    ]);
  });

  test('tells of usage in the tokens of the wire', async () => {
    const events = await sentBy(async () => {
      const call = await admitModelCall({
        ...{ provider: 'openai', model: 'gpt-5', operation: 'chat.completions' },
        bound: () => ({ inputTokens: 1, outputTokens: 1 }),
      });
      const usage = tokenUsage({ input: 10, cachedInput: 5, cacheWrite5m: 2, output: 3, reasoning: 4 });
      call.settle({ outcome: 'success', usage });
    });
    expect(events[1]).toMatchObject({
      ...{ name: 'llm.usage', category: 'llm', outcome: 'success', provider: 'openai', model: 'gpt-5' },
      ...{ input_tokens: 12, cached_input_tokens: 5, output_tokens: 7 },
      payload: { operation: 'chat.completions', tokens: 24, is_estimated: false },
    });
    expect(events[1]).not.toHaveProperty('usd_micros');
  });
});

describe('what is sent', () => {
  const everything = async (agent: Orders): Promise<void> => {
    await agent.read({ id: 'o1' });
    await agent.read({ id: 'o1' });
    await agent.fail({ id: 'o1', note: 'n' }).catch(() => {});
    await agent.once({});
    await agent.once({}).catch(() => {});
  };
  const usual = ['run.start', 'guard.intervention', 'tool.failure', 'guard.blocked', 'run.end'];

  test('is nothing where events are off', async () => {
    expect(await sentBy(everything, { eventMode: 'off' })).toEqual([]);
    expect(gateway.received).toEqual([]);
  });

  test.each(['significant', 'verbose'] as const)(
    'is what matters, without calls that succeeded: %s',
    async (eventMode) => {
      expect(namesOf(await sentBy(everything, { eventMode }))).toEqual(usual);
    },
  );

  test('are calls that succeeded too, where the environment or the option says so', async () => {
    const invoked = namesOf(await sentBy(everything, { emitAllToolRuns: true })).filter(
      (name) => name === 'tool.invoke',
    );
    expect(invoked).toHaveLength(2);
    gateway.received.length = 0;
    for (const [value, count] of [
      ['YES', 2],
      ['0', 0],
    ] as const) {
      process.env['ACTGUARD_EMIT_ALL_TOOL_RUNS'] = value;
      try {
        gateway.received.length = 0;
        expect(namesOf(await sentBy(everything)).filter((name) => name === 'tool.invoke')).toHaveLength(count);
      } finally {
        delete process.env['ACTGUARD_EMIT_ALL_TOOL_RUNS'];
      }
    }
  });

  test('are observations, as nothing that was stopped, in verbose mode', async () => {
    const observe = async (eventMode: 'significant' | 'verbose') => {
      gateway.received.length = 0;
      return sentBy(
        async (agent) => void (await agent.remove({ id: 'o9', amount: 1 })),
        { eventMode },
        { mode: 'observe' },
      );
    };
    expect(namesOf(await observe('significant'))).toEqual(['run.start', 'run.end']);
    expect(await observe('verbose')).toMatchObject([
      { name: 'run.start' },
      { name: 'guard.observed', outcome: '', payload: { guard_name: 'enforce', error_code: 'MISSING_FACT' } },
      { name: 'run.end', outcome: 'success' },
    ]);
  });

  test('is a budget that would have blocked as an observation', async () => {
    const { client } = testClient(gateway);
    client.onEvent(blockedBudget('observed'));
    client.onEvent(blockedBudget('blocked'));
    await client.close();
    expect(eventsIn(gateway.received)).toMatchObject([
      { name: 'guard.observed', category: 'guard', severity: '', outcome: '', payload: { guard_name: 'budget' } },
      { name: 'budget.blocked', category: 'budget', severity: 'error', outcome: 'blocked', scope_kind: 'root' },
    ]);
  });
});

function blockedBudget(outcome: 'blocked' | 'observed'): ActGuardEvent {
  return {
    ...{ name: 'budget.blocked', category: 'budget', severity: 'error', outcome, time: 0 },
    ...{ runId: 'r1', sessionId: 's', userId: undefined, scopeId: 'x', scopeName: undefined, scopeKind: 'root' },
    ...{ parentScopeId: undefined, rootScopeId: 'x', planKey: undefined, limitType: 'usd', used: 1, limit: 1 },
    ...{ refused: 'openai/gpt-5', error: undefined },
  };
}

describe('content of calls', () => {
  const SECRET = 'Jane Doe, 4 Privet Drive';
  const calls = async (agent: Orders): Promise<void> => {
    await agent.read({ id: SECRET });
    await agent.remove({ id: SECRET, amount: 4321 }).catch(() => {});
    await agent.fail({ id: 'order-77', note: SECRET }).catch(() => {});
    await agent.limited({ id: SECRET });
    await agent.limited({ id: SECRET }).catch(() => {});
  };
  const all: ClientOptions = { eventMode: 'verbose', emitAllToolRuns: true };

  test('stays in the process', async () => {
    const text = JSON.stringify(await sentBy(calls, all));
    expect(text).toContain('tool.failure');
    for (const value of ['Jane', 'Privet', 'order-77', '4321', 'pw@', 'result of']) expect(text).not.toContain(value);
  });

  test('leaves in part, where the user allows that part', async () => {
    const withArguments = await sentBy(calls, { ...all, eventContent: { arguments: true } });
    const failure = withArguments.find(({ name }) => name === 'tool.failure');
    expect(failure?.payload).toMatchObject({
      arguments: { id: 'order-77', note: SECRET },
      error_message: `cannot find order-77: ${SECRET}, at postgres://[redacted]db/orders`,
    });
    expect(JSON.stringify(withArguments)).not.toContain('result of');
    gateway.received.length = 0;
    const withResults = JSON.stringify(await sentBy(calls, { ...all, eventContent: { results: true } }));
    expect(withResults).not.toContain('4321');
    // The field is called "secret".
    expect(withResults).toContain('"result":{"secret":"[redacted]"}');
  });

  test('is never what users said, unless that is allowed', async () => {
    for (const eventContent of [{}, { arguments: true, results: true }, { userText: true }]) {
      gateway.received.length = 0;
      const { client } = testClient(gateway, { eventContent });
      await using host = await AgentHost.create({ onEvent: (event) => client.onEvent(event) });
      await host.run(async (run) => {
        run.userSaid('my number is 555, and my key sk-abcdefghijklmnopqrstuvwx');
        run.facts.add('user_id', '555');
      });
      await client.close();
      const text = JSON.stringify(eventsIn(gateway.received));
      expect(text.includes('my number is 555')).toBe('userText' in eventContent);
      expect(text).not.toContain('sk-abc');
    }
  });

  test('is redacted wherever it leaves', async () => {
    const redact = { keys: ['user-id'], patterns: [/order-\d+/] };
    const events = await sentBy(calls, { ...all, eventContent: { arguments: true }, redact });
    const text = JSON.stringify(events);
    expect(text).not.toContain('order-77');
    expect(text).not.toContain('alice');
    expect(events[0]).toMatchObject({ user_id: '[redacted]', payload: { user_id: '[redacted]' } });
  });
});

describe('delivery', () => {
  const event = (name: 'run.start' | 'run.end', runId = 'r'): ActGuardEvent => ({
    ...{ name, category: 'run', severity: '', outcome: '', time: 0, runId, sessionId: 's', userId: undefined },
  });
  const starts = (client: Client, count: number): void => {
    for (let index = 0; index < count; index++) client.onEvent(event('run.start', `r${index}`));
  };
  const sizes = (): number[] => gateway.received.map(({ json }) => (json as { events: unknown[] }).events.length);

  test('waits an interval for others to come', async () => {
    const { client, clock } = testClient(gateway);
    starts(client, 3);
    await clock.advance(999);
    expect(gateway.received).toEqual([]);
    await clock.advance(1);
    await gateway.arrived(1);
    expect(sizes()).toEqual([3]);
    await client.close();
  });

  test('waits for no more than fit into a batch', async () => {
    const { client } = testClient(gateway, { maxBatchEvents: 10 });
    starts(client, 25);
    await gateway.arrived(2);
    expect(sizes()).toEqual([10, 10]);
    expect(await client.flush()).toEqual({ sent: 25, failed: 0, dropped: 0 });
    expect(sizes()).toEqual([10, 10, 5]);
  });

  test('keeps batches below their bytes', async () => {
    const { client } = testClient(gateway, { maxBatchBytes: 2000 });
    starts(client, 20);
    await client.flush();
    expect(eventsIn(gateway.received)).toHaveLength(20);
    for (const { text } of gateway.received) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2000);
    expect(gateway.received.length).toBeLessThan(20);
  });

  test('keeps the order, and tries again under the same key', async () => {
    gateway.behaveOnce({ status: 503 }, 'reset', { status: 429, headers: { 'retry-after': '3' } });
    const { client, clock } = testClient(gateway, { maxBatchEvents: 2 });
    starts(client, 5);
    const report = await clock.through(client.flush({ timeout: '1h' }));
    expect(report).toEqual({ sent: 5, failed: 0, dropped: 0 });
    const [first, second, third, fourth] = gateway.received;
    const keys = [first, second, third, fourth].map((each) => each?.headers['idempotency-key']);
    expect(new Set(keys).size).toBe(1);
    expect(eventsIn(gateway.received.slice(3)).map(({ run_id }) => run_id)).toEqual(['r0', 'r1', 'r2', 'r3', 'r4']);
    expect(clock.waits).toEqual([300, 500, 3000]);
  });

  test('does not hold up others for a batch that the gateway fails at', async () => {
    gateway.behave(({ text }) => ({ status: text.includes('"r0"') ? 500 : 200 }));
    const { client, clock } = testClient(gateway, { maxBatchEvents: 1 });
    starts(client, 8);
    await gateway.arrived(8);
    expect(sizes()).toHaveLength(8);
    while (client.status().events.sent < 7) await new Promise((resolve) => setImmediate(resolve));
    expect(client.status().events).toMatchObject({ sent: 7, waiting: 1 });
    await warningsOf(async () => {
      expect(await clock.through(client.flush({ timeout: '1h' }))).toEqual({ sent: 7, failed: 1, dropped: 0 });
    });
    expect(gateway.received.filter(({ text }) => text.includes('"r0"'))).toHaveLength(9);
  });

  test('holds up everything where the gateway says that it is busy', async () => {
    gateway.behave(() => ({ status: 503 }));
    const { client, clock } = testClient(gateway, { maxBatchEvents: 1 });
    starts(client, 8);
    await gateway.arrived(1);
    while (clock.waits.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(gateway.received).toHaveLength(1);
    await warningsOf(async () => {
      const closed = client.close({ timeout: '1s' });
      await clock.advance(1000);
      // The one that was tried has failed, or was given up on its way.
      const { sent, failed, dropped } = await closed;
      expect([sent, failed + dropped]).toEqual([0, 8]);
    });
  });

  test('gives a batch up after eight retries, and goes on with the next', async () => {
    let isDown = true;
    gateway.behave(() => ({ status: isDown ? 503 : 200 }));
    const { client, clock } = testClient(gateway);
    starts(client, 3);
    const warnings = await warningsOf(() => clock.through(client.flush({ timeout: '1h' })));
    expect(gateway.received).toHaveLength(9);
    expect(warnings).toEqual([expect.stringContaining('the events of a batch are lost')]);
    isDown = false;
    starts(client, 2);
    expect(await client.flush()).toEqual({ sent: 2, failed: 3, dropped: 0 });
    expect(client.status()).toMatchObject({ events: { failed: 3, waiting: 0 }, lastFailure: { operation: 'events' } });
  });

  test.each([400, 401, 403, 422])('does not try again what is refused: HTTP %p', async (status) => {
    gateway.behave(() => ({ status }));
    const { client } = testClient(gateway);
    starts(client, 3);
    await warningsOf(async () => {
      expect(await client.flush()).toEqual({ sent: 0, failed: 3, dropped: 0 });
    });
    expect(gateway.received).toHaveLength(1);
  });

  test('splits a batch that the gateway finds too large', async () => {
    const fits = ({ json }: Received): Behaviour =>
      (json as { events: unknown[] }).events.length <= 2 ? {} : { status: 413 };
    gateway.behave(fits);
    const { client } = testClient(gateway);
    starts(client, 7);
    expect(await client.flush()).toEqual({ sent: 7, failed: 0, dropped: 0 });
    const taken = gateway.received.filter((each) => fits(each) !== undefined && !('status' in (fits(each) as object)));
    expect(eventsIn(taken).map(({ run_id }) => run_id)).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6']);
    expect(new Set(gateway.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(
      gateway.received.length,
    );
  });

  test('loses one event that is too large by itself, and no other', async () => {
    gateway.behave(({ text }) => (text.includes('"r1"') ? { status: 413 } : {}));
    const { client } = testClient(gateway);
    starts(client, 3);
    await warningsOf(async () => {
      expect(await client.flush()).toEqual({ sent: 2, failed: 1, dropped: 0 });
    });
  });

  test('loses one event that cannot be written, and no other', async () => {
    const { client } = testClient(gateway);
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    await warningsOf(async () => {
      starts(client, 1);
      client.onEvent({
        ...event('run.start'),
        ...{ name: 'tool.failure', category: 'tool', toolName: 'A.b', callId: 'c', attempt: 1, durationMs: 1 },
        ...{ args: hostile, errorType: 'Error', errorMessage: 'm', error: hostile },
      } as ActGuardEvent);
      starts(client, 1);
      expect(await client.flush()).toEqual({ sent: 2, failed: 0, dropped: 1 });
    });
    expect(client.status().events.droppedByName).toEqual({ 'tool.failure': 1 });
  });

  test('counts what had to go, and keeps what ends or stops something', async () => {
    const { client } = testClient(gateway, { maxQueueEvents: 5 });
    const warnings = await warningsOf(async () => {
      starts(client, 10);
      client.onEvent(event('run.end', 'last'));
    });
    expect(warnings).toEqual([expect.stringContaining('events are dropped')]);
    expect(await client.flush()).toEqual({ sent: 5, failed: 0, dropped: 6 });
    expect(eventsIn(gateway.received).map(({ run_id }) => run_id)).toEqual(['r6', 'r7', 'r8', 'r9', 'last']);
    expect(client.status().events.droppedByName).toEqual({ 'run.start': 6 });
  });

  test('a flush waits no longer than it is told, and what is left is sent later', async () => {
    gateway.behave(() => 'hang');
    const { client, clock } = testClient(gateway);
    starts(client, 1);
    const flushed = client.flush({ timeout: '2s' });
    await gateway.arrived(1);
    await clock.advance(2000);
    expect(await flushed).toEqual({ sent: 0, failed: 0, dropped: 0 });
    expect(client.status().events.waiting).toBe(1);
    gateway.behave(() => ({}));
    await clock.advance(3000);
    await clock.through(client.flush());
    expect(client.status().events).toMatchObject({ sent: 1, waiting: 0 });
  });

  test('a flush does not sit out the wait of a retry', async () => {
    gateway.behaveOnce({ status: 500 });
    const { client, clock } = testClient(gateway);
    starts(client, 1);
    await clock.advance(1000);
    await gateway.arrived(1);
    while (clock.waits.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await client.flush()).toMatchObject({ sent: 1 });
  });

  test('a close gives up what does not answer, and counts it; nothing is taken afterwards', async () => {
    gateway.behave(() => 'hang');
    const { client, clock } = testClient(gateway, { maxBatchEvents: 2 });
    starts(client, 3);
    await warningsOf(async () => {
      const closed = client.close({ timeout: '1s' });
      await gateway.arrived(1);
      await clock.advance(1000);
      expect(await closed).toEqual({ sent: 0, failed: 0, dropped: 3 });
      starts(client, 1);
    });
    expect(await client.close()).toEqual({ sent: 0, failed: 0, dropped: 3 });
    expect(client.status().events).toMatchObject({ dropped: 4, waiting: 0 });
  });

  test('a close sends what waits', async () => {
    const { client } = testClient(gateway);
    {
      await using closing = client;
      starts(closing, 3);
    }
    expect(client.status().events).toMatchObject({ sent: 3, waiting: 0 });
  });

  test('a flush takes a duration', async () => {
    await expect(testClient(gateway).client.flush({ timeout: 'soon' as never })).rejects.toThrow(
      'timeout: must be milliseconds',
    );
  });
});
