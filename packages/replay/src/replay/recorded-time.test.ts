import {
  Agent,
  bySession,
  byUser,
  CircuitBreaker,
  Enforce,
  Idempotent,
  MaxAttempts,
  Prove,
  RateLimit,
  requireFact,
  Timeout,
  Tool,
} from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import type { RecordedCall, Trace } from '../trace/trace.js';
import { replay } from './replay.js';
import type { ReplayerOptions } from './replayer.js';

@Agent()
class Bank {
  @Tool()
  @RateLimit({ maxCalls: 2, period: '1m', scope: byUser })
  async transfer(_args: object): Promise<unknown> {
    return undefined;
  }

  @Tool()
  @RateLimit({ maxCalls: 1, period: '10s', scope: bySession, onLimit: 'wait', maxWait: '1m' })
  async quote(_args: object): Promise<unknown> {
    return undefined;
  }

  @Tool()
  @Timeout('2s')
  async report(_args: object): Promise<unknown> {
    return undefined;
  }

  @Tool()
  @CircuitBreaker({ name: 'ledger', maxFails: 2, resetTimeout: '1m' })
  async ledger(_args: object): Promise<unknown> {
    return undefined;
  }

  @Tool()
  @Idempotent({ key: 'key' })
  @MaxAttempts(2)
  async pay(_args: { key: string }): Promise<unknown> {
    return undefined;
  }

  @Tool()
  @Prove({ kind: 'account', extract: 'id', maxItems: 1 })
  async accounts(_args: object): Promise<readonly { readonly id: string }[]> {
    return [];
  }

  @Tool()
  @Enforce({ mode: 'observe' }, requireFact('id', 'account'))
  async close(_args: { id: string }): Promise<unknown> {
    return undefined;
  }
}

const call = (tool: string, more: Partial<RecordedCall> = {}): RecordedCall => ({
  tool,
  args: {},
  result: 'ok',
  ...more,
});

function trace(calls: readonly RecordedCall[], more: Partial<Trace> = {}): Trace {
  return { id: 't1', source: 'tests', suite: 'bank', userId: 'mina', userTurns: [], calls, ...more };
}

async function statuses(traces: readonly Trace[], options: ReplayerOptions = {}): Promise<string[][]> {
  const found: string[][] = [];
  for await (const { outcomes } of replay({ agents: [Bank], traces, options }))
    found.push(outcomes.map(({ status }) => status));
  return found;
}

describe('recorded time', () => {
  test('decides rate windows, without anybody waiting for it', async () => {
    const at = (startMs: number): RecordedCall => call('transfer', { startMs });
    expect(await statuses([trace([at(0), at(1000), at(2000), at(60_000), at(60_500)])])).toEqual([
      ['returned', 'returned', 'refused', 'returned', 'refused'],
    ]);
  });

  test('stands still where it was not recorded', async () => {
    expect(await statuses([trace([call('transfer'), call('transfer'), call('transfer')])])).toEqual([
      ['returned', 'returned', 'refused'],
    ]);
  });

  test('passes for a call that waits for its place', async () => {
    const calls = [call('quote'), call('quote'), call('transfer', { startMs: 5000 })];
    expect(await statuses([trace(calls)])).toEqual([['returned', 'returned', 'returned']]);
  });

  test('cuts off a call that took longer than it may now', async () => {
    const calls = [call('report', { durationMs: 1500 }), call('report', { durationMs: 2500 })];
    expect(await statuses([trace(calls)])).toEqual([['returned', 'failed']]);
  });

  test('opens a breaker after recorded failures, and closes it again', async () => {
    const failing = { error: { message: 'unavailable', status: 503 } };
    const calls = [
      call('ledger', { startMs: 0, ...failing }),
      call('ledger', { startMs: 10, ...failing }),
      call('ledger', { startMs: 20 }),
      call('ledger', { startMs: 60_020 }),
    ];
    expect(await statuses([trace(calls)])).toEqual([['failed', 'failed', 'refused', 'returned']]);
  });
});

describe('what is not refused', () => {
  test('a repeat is answered with what the first one returned', async () => {
    const pay = call('pay', { args: { key: 'k1' } });
    expect(await statuses([trace([pay, pay, pay])])).toEqual([['returned', 'repeated', 'repeated']]);
  });

  test('a result that @Prove withholds was still called for', async () => {
    const calls = [call('accounts', { result: [{ id: 'acc-1' }, { id: 'acc-2' }] })];
    expect(await statuses([trace(calls)])).toEqual([['withheld']]);
  });

  test('a guard that only observes says what it would have done', async () => {
    for await (const { outcomes } of replay({
      agents: [Bank],
      traces: [trace([call('close', { args: { id: 'acc-9' } }), call('transfer')])],
    })) {
      expect(outcomes).toEqual([
        { status: 'returned', observed: [expect.objectContaining({ guard: 'enforce', code: 'MISSING_FACT' })] },
        { status: 'returned' },
      ]);
    }
  });
});

describe('state', () => {
  const first = trace([call('transfer'), call('transfer')], { startedAt: 1_000_000 });
  const second = trace([call('transfer')], { id: 't2', startedAt: 1_030_000 });
  const later = trace([call('transfer')], { id: 't3', startedAt: 1_090_000 });

  test('is that of one trace, unless it is shared', async () => {
    expect(await statuses([first, second])).toEqual([['returned', 'returned'], ['returned']]);
  });

  test('goes on from trace to trace where it is shared, in recorded time', async () => {
    expect(await statuses([first, second, later], { state: 'shared' })).toEqual([
      ['returned', 'returned'],
      ['refused'],
      ['returned'],
    ]);
  });

  test('shared, keeps the sessions of a user', async () => {
    const seen = trace([call('accounts', { result: [{ id: 'acc-1' }] })], { sessionId: 's1' });
    const next = trace([call('close', { args: { id: 'acc-1' } })], { id: 't2', sessionId: 's1' });
    const observed: unknown[] = [];
    for await (const { outcomes } of replay({ agents: [Bank], traces: [seen, next], options: { state: 'shared' } }))
      observed.push(outcomes.at(-1)?.observed);
    expect(observed).toEqual([undefined, undefined]);
  });
});
