import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  Agent,
  AgentHost,
  CircuitBreaker,
  Enforce,
  Idempotent,
  isRefusal,
  MaxAttempts,
  Prove,
  RateLimit,
  type Run,
  requireCall,
  requireFact,
  Timeout,
  Tool,
} from '@actguard/core';
import { TestClock } from '@actguard/core/testing';
import { afterAll, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { readTraces } from '../format/read-traces.js';
import { replay } from '../replay/replay.js';
import type { Trace } from '../trace/trace.js';
import { type RecordOptions, record } from './record.js';

@Agent()
class Shop {
  @Tool()
  @Prove({ kind: 'order_id', extract: 'orders[].id', about: 'customer' })
  @Prove({ kind: 'payment_id', extract: 'payments.$keys' })
  async list(args: { customer: string }) {
    return {
      customer: args.customer,
      orders: [{ id: 'ord-17' }, { id: 'ord-18' }],
      payments: { 'card-4411': { amount: 12.5 } },
      token: 'tok_9f8e7d',
    };
  }

  @Tool()
  @Enforce(requireFact('id', 'order_id', { from: ['tool', 'app', 'user'] }))
  async remove(args: { id: string }) {
    return { removed: args.id };
  }

  @Tool()
  @Enforce(requireFact('payment', 'payment_id'), requireFact('token', 'session_token', { from: ['app'] }))
  @Idempotent({ key: 'key' })
  async pay(args: { key: string; payment: string; amount: number; token: string }) {
    return { receipt: `r-${args.amount}` };
  }

  @Tool()
  @CircuitBreaker({ name: 'mail', maxFails: 2, resetTimeout: '1m' })
  async mail(args: { to: string }) {
    if (args.to === 'down') throw Object.assign(new Error('no connection'), { code: 'ECONNREFUSED' });
    return 'sent';
  }

  @Tool()
  @RateLimit({ maxCalls: 2, period: '10s' })
  @MaxAttempts(4)
  async search(args: { text: string }) {
    return [args.text];
  }

  @Tool()
  @Timeout('1s')
  slow(_args: object): Promise<string> {
    return new Promise(() => {});
  }

  @Tool()
  @Enforce(requireCall('Shop.list'))
  async outer(args: { id: string }) {
    return { inner: await this.remove({ id: args.id }) };
  }

  @Tool({ input: v.object({ day: v.pipe(v.string(), v.isoDate()) }) })
  async book(args: { day: string }) {
    return args.day;
  }
}

const folder = mkdtempSync(path.join(tmpdir(), 'record-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Plays everything that can become of a call. @returns what became of each, in order */
async function session(run: Run, clock: TestClock): Promise<string[]> {
  const shop = run.get(Shop);
  const seen: string[] = [];
  const make = async (call: () => Promise<unknown>): Promise<void> => {
    await call().then(
      () => seen.push('returned'),
      (error: unknown) => seen.push(isRefusal(error) ? 'refused' : 'failed'),
    );
  };
  run.userSaid('Please delete ord-99, and see to Bob O’Neil <bob.oneil@example.com>!');
  run.facts.add('session_token', 'tok-5566', { about: 'alice' });
  await make(() => shop.remove({ id: 'ord-17' })); // not proven yet
  await make(() => shop.outer({ id: 'ord-17' })); // needs the list first
  await make(() => shop.list({ customer: 'Bob O’Neil' }));
  await make(() => shop.remove({ id: 'ord-17' }));
  await make(() => shop.remove({ id: 'ord-99' })); // mentioned
  await make(() => shop.remove({ id: 'ord-98' })); // made up
  run.userSaid('ord-98 too.');
  await make(() => shop.remove({ id: 'ord-98' }));
  const payment = { key: 'k1', payment: 'card-4411', amount: 99, token: 'tok-5566' };
  await make(() => shop.pay(payment));
  await make(() => shop.pay(payment)); // a repeat
  await make(() => shop.pay({ ...payment, key: 'k2', token: 'tok-0000' }));
  for (const to of ['down', 'down', 'bob.oneil@example.com']) await make(() => shop.mail({ to }));
  for (const text of ['a', 'b', 'c']) await make(() => shop.search({ text }));
  await clock.advance(10_000);
  for (const text of ['d', 'e']) await make(() => shop.search({ text }));
  const cut = make(() => shop.slow({}));
  await clock.advance(1000);
  await cut;
  await make(() => shop.mail({ to: 'x' })); // the circuit is still open
  await clock.advance(60_000);
  await make(() => shop.mail({ to: 'x' }));
  await make(() => shop.outer({ id: 'ord-18' })); // with a call inside
  await make(() => shop.book({ day: '2026-02-28' }));
  await make(() => shop.book({ day: '2026-02-31x' }));
  return seen;
}

async function recorded(
  options: Omit<RecordOptions, 'write' | 'path'>,
  body: (run: Run, clock: TestClock) => Promise<unknown> = session,
): Promise<{ readonly lines: string[]; readonly traces: Trace[]; readonly live: unknown }> {
  const clock = new TestClock();
  const lines: string[] = [];
  await using host = await AgentHost.create({ agents: [Shop], clock });
  await using _recording = record(host, { ...options, write: (line) => lines.push(line) });
  const live = await host.run({ runId: 'run-1', userId: 'alice' }, (run) => body(run, clock));
  return { lines, traces: await read(lines), live };
}

let files = 0;

async function read(lines: readonly string[]): Promise<Trace[]> {
  const { writeFileSync } = await import('node:fs');
  const file = path.join(folder, `shop-${++files}.jsonl`);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const traces: Trace[] = [];
  for await (const found of readTraces(file)) {
    if (!('trace' in found)) throw new Error(found.problem.problem);
    traces.push(found.trace);
  }
  return traces;
}

/** What a replay makes of recorded calls, leaving out those that were made by other calls. */
async function replayed(traces: readonly Trace[]): Promise<string[]> {
  const statuses: string[] = [];
  for await (const { outcomes } of replay({ agents: [Shop], traces }))
    statuses.push(...outcomes.map(({ status }) => status));
  return statuses;
}

const LIVE = [
  ...['refused', 'refused', 'returned', 'returned', 'returned', 'refused', 'returned'],
  ...['returned', 'returned', 'refused'],
  ...['failed', 'failed', 'refused'],
  ...['returned', 'returned', 'refused', 'returned', 'refused'],
  ...['failed', 'refused', 'returned', 'returned', 'returned', 'refused'],
];
const REPLAYED = LIVE.toSpliced(8, 1, 'repeated').toSpliced(22, 0, 'returned');

describe('a recorded run', () => {
  test('is decided as it was, when it is replayed', async () => {
    const { live, traces } = await recorded({});
    expect(live).toEqual(LIVE);
    expect(await replayed(traces)).toEqual(REPLAYED);
  });

  test('is decided as it was with its texts replaced', async () => {
    const { live, lines, traces } = await recorded({ redact: true });
    expect(live).toEqual(LIVE);
    expect(await replayed(traces)).toEqual(REPLAYED);
    for (const word of [
      'ord-17',
      'ord-99',
      'Bob',
      'Neil',
      'example',
      '4411',
      'alice',
      'tok-',
      'tok_',
      'delete',
      'connection',
    ])
      expect(lines.join()).not.toContain(word);
  });

  test('is decided as it was with its values chosen by a function', async () => {
    const { traces } = await recorded({
      redact: (value, { path: at, pseudonym }) => (at === 'args.day' ? value : pseudonym()),
    });
    expect((await replayed(traces)).slice(0, 11)).toEqual(REPLAYED.slice(0, 11));
    expect(traces[0]?.calls.at(-2)?.args).toEqual({ day: '2026-02-28' });
  });

  test('has what was said and vouched for at its place, and calls in the order in which they began', async () => {
    const { traces } = await recorded({ suite: 'shop', source: 'live' });
    const [trace] = traces;
    expect(trace).toMatchObject({
      id: 'run-1',
      userId: 'alice',
      suite: 'shop',
      source: 'live',
      startedAt: expect.any(Number),
    });
    expect(trace?.userTurns.map(({ at }) => at)).toEqual([0, 6]);
    expect(trace?.facts).toMatchObject([{ at: 0, kind: 'session_token', about: 'alice' }]);
    const tools = trace?.calls.map(({ tool }) => tool.replace('Shop.', ''));
    expect(tools?.slice(0, 3)).toEqual(['remove', 'outer', 'list']);
    expect(tools?.slice(-4)).toEqual(['outer', 'remove', 'book', 'book']);
    expect(trace?.calls[0]).toMatchObject({
      refused: { guard: 'enforce', code: 'MISSING_FACT' },
      args: { id: 'ord-17' },
    });
    expect(trace?.calls[0]).not.toHaveProperty('result');
    expect(trace?.calls[10]).toMatchObject({
      error: { message: 'no connection', code: 'ECONNREFUSED', name: 'Error' },
    });
    expect(trace?.calls[18]).toMatchObject({ startMs: 10_000, durationMs: 1000, error: { name: 'ToolTimeoutError' } });
  });

  test('never holds a secret, however it is redacted', async () => {
    for (const redact of [false, true, (value: unknown) => value] as const) {
      const { lines } = await recorded({ redact });
      expect(lines.join()).not.toContain('tok_9f8e7d');
      expect(lines.join()).not.toContain('tok-5566');
      if (redact === false) expect(lines.join()).toContain('ord-17');
    }
  });
});

describe('a call that did not return', () => {
  test('because a call inside it was refused is decided as it was', async () => {
    const { traces, live } = await recorded({}, async (run) => {
      await run.get(Shop).list({ customer: 'c' });
      return run
        .get(Shop)
        .outer({ id: 'made up' })
        .catch((error: Error) => error.name);
    });
    expect(live).toBe('PolicyViolationError');
    expect(traces[0]?.calls.slice(1)).toMatchObject([
      { tool: 'Shop.outer', error: { name: 'CallNotEnded' } },
      { tool: 'Shop.remove', refused: { code: 'MISSING_FACT' } },
    ]);
    expect(await replayed(traces)).toEqual(['returned', 'failed', 'refused']);
  });

  test('because its run was killed fails again', async () => {
    const { traces } = await recorded({}, async (run) => {
      const slow = run.get(Shop).slow({});
      run.kill('enough');
      await slow.catch(() => {});
      await run
        .get(Shop)
        .mail({ to: 'x' })
        .catch(() => {});
    });
    expect(traces[0]?.calls).toMatchObject([
      { tool: 'Shop.slow', error: { name: 'RunKilledError' } },
      { tool: 'Shop.mail', args: null, refused: { guard: 'runState', code: 'run.killed' } },
    ]);
    expect(await replayed(traces)).toEqual(['failed', 'refused']);
  });

  test('because its result was withheld has it, and it is withheld again', async () => {
    @Agent()
    class Bank {
      @Tool()
      @Prove({ kind: 'iban', extract: '[]', maxItems: 1 })
      async accounts(_args: object) {
        return ['a', 'b'];
      }
    }
    const lines: string[] = [];
    await using host = await AgentHost.create({ agents: [Bank] });
    await using _recording = record(host, { write: (line) => lines.push(line) });
    await host.run((run) => expect(run.get(Bank).accounts({})).rejects.toThrow());
    const traces = await read(lines);
    expect(traces[0]?.calls).toMatchObject([{ result: ['a', 'b'], refused: { guard: 'prove' } }]);
    for await (const { outcomes } of replay({ agents: [Bank], traces }))
      expect(outcomes).toMatchObject([{ status: 'withheld' }]);
  });
});

test('numbers stay the same as their digits in texts, redacted or not', async () => {
  @Agent()
  class Accounts {
    @Tool()
    @Prove({ kind: 'account', extract: 'account' })
    async open(_args: object) {
      return { account: 471_199 };
    }

    @Tool()
    @Enforce(requireFact('account', 'account', { from: ['tool', 'user'] }))
    async close(args: { account: string | number }) {
      return `closed ${args.account}`;
    }
  }
  const lines: string[] = [];
  await using host = await AgentHost.create({ agents: [Accounts] });
  await using _recording = record(host, { redact: true, write: (line) => lines.push(line) });
  await host.run(async (run) => {
    run.userSaid('And close 555123 for me.');
    await run.get(Accounts).open({});
    for (const account of ['471199', 555_123, '555123']) await run.get(Accounts).close({ account });
    await run
      .get(Accounts)
      .close({ account: '471198' })
      .catch(() => {});
  });
  for await (const { outcomes } of replay({ agents: [Accounts], traces: await read(lines) }))
    expect(outcomes.map(({ status }) => status)).toEqual([...Array(4).fill('returned'), 'refused']);
  expect(lines).toHaveLength(1);
});

test('calls that overlap share a step', async () => {
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  @Agent()
  class Pair {
    @Tool()
    @RateLimit({ maxCalls: 9, period: '1m' })
    async wait(_args: object) {
      await gate;
    }
  }
  const lines: string[] = [];
  await using host = await AgentHost.create({ agents: [Pair] });
  await using _recording = record(host, { write: (line) => lines.push(line) });
  await host.run(async (run) => {
    const both = [run.get(Pair).wait({}), run.get(Pair).wait({})];
    open();
    await Promise.all(both);
    await run.get(Pair).wait({});
  });
  const [trace] = await read(lines);
  expect(trace?.calls.map(({ step }) => step)).toEqual([0, 0, 1]);
});

describe('recording', () => {
  test('appends lines to a file, zipped where its name says so, and has written all when it is disposed', async () => {
    for (const name of ['runs.jsonl', 'runs.jsonl.gz']) {
      const file = path.join(folder, name);
      for (const id of ['a', 'b']) {
        await using host = await AgentHost.create({ agents: [Shop] });
        await using recording = record(host, { path: file });
        await host.run({ runId: id }, (run) => run.get(Shop).list({ customer: 'c' }));
        expect(recording.traces).toBe(1);
      }
      const bytes = readFileSync(file);
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
      expect(
        text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line).id),
      ).toEqual(['a', 'b']);
      const ids: unknown[] = [];
      for await (const found of readTraces(file)) ids.push('trace' in found && found.trace.id);
      expect(ids).toEqual(['a', 'b']);
    }
  });

  test('into a zipped file has each run there before it is closed, and goes on behind what a killed process left', async () => {
    const file = path.join(folder, 'killed.jsonl.gz');
    const idsIn = async (): Promise<string[]> => {
      const ids: string[] = [];
      for await (const found of readTraces(file)) if ('trace' in found) ids.push(found.trace.id);
      return ids;
    };
    const until = async (count: number): Promise<string[]> => {
      for (;;) {
        const ids = await idsIn().catch(() => []);
        if (ids.length >= count) return ids;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await using host = await AgentHost.create({ agents: [Shop] });
    // Never closed before the second one is there, as if its process had been killed.
    await using _first = record(host, { path: file });
    await host.run({ runId: 'a' }, (run) => run.get(Shop).list({ customer: 'c' }));
    expect(await until(1)).toEqual(['a']);
    for (const runId of ['b', 'c']) await host.run({ runId }, (run) => run.get(Shop).list({ customer: 'c' }));
    expect(await until(3)).toEqual(['a', 'b', 'c']);
    await using other = await AgentHost.create({ agents: [Shop] });
    await using _second = record(other, { path: file });
    await other.run({ runId: 'd' }, (run) => run.get(Shop).list({ customer: 'c' }));
    expect(await until(4)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('writes a run that goes on as far as it has come, and nothing afterwards', async () => {
    const lines: string[] = [];
    await using host = await AgentHost.create({ agents: [Shop] });
    const recording = record(host, { write: (line) => lines.push(line) });
    const run = host.open();
    await run.get(Shop).list({ customer: 'c' });
    await recording.close();
    await run.get(Shop).list({ customer: 'd' });
    await run.end();
    expect(lines.map((line) => JSON.parse(line).calls.length)).toEqual([1]);
  });

  test('tells of a failing output once, and calls go on', async () => {
    for (const output of [
      { path: path.join(folder, 'no such folder', 'runs.jsonl') },
      { path: path.join(folder, 'no such folder', 'runs.jsonl.gz') },
      {
        write: () => {
          throw new Error('full');
        },
      },
      { write: () => Promise.reject(new Error('full')) },
    ]) {
      const errors: Error[] = [];
      await using host = await AgentHost.create({ agents: [Shop] });
      const recording = record(host, { ...output, onError: (error) => errors.push(error) });
      for (let count = 0; count < 3; count++)
        await host.run(async (run) => expect(await run.get(Shop).mail({ to: 'x' })).toBe('sent'));
      await recording.close();
      expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(/full|ENOENT/)]);
    }
  });

  test('copies results at once, and marks what cannot be written', async () => {
    const live: Record<string, unknown> = {
      at: new Date(0),
      big: 5n,
      count: new Map(),
      nan: Number.NaN,
      text: 'before',
    };
    live['self'] = live;
    Object.defineProperty(live, 'broken', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
    @Agent()
    class Odd {
      @Tool()
      async get(_args: object) {
        return live;
      }
    }
    const lines: string[] = [];
    await using host = await AgentHost.create({ agents: [Odd] });
    await using _recording = record(host, { write: (line) => lines.push(line) });
    await host.run(async (run) => {
      await run.get(Odd).get({});
      live['text'] = 'after';
    });
    expect(JSON.parse(lines[0] ?? '').calls[0].result).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      big: 5,
      count: '[unrecorded: Map]',
      nan: '[unrecorded: NaN]',
      text: 'before',
      self: '[unrecorded: cycle]',
      broken: '[unrecorded: unreadable]',
    });
  });

  test('leaves out what is too large, and keeps the beginning of a run that is too long', async () => {
    const errors: Error[] = [];
    const onError = (error: Error): void => void errors.push(error);
    const body = async (run: Run): Promise<void> => {
      for (const text of ['short', 'x'.repeat(500), 'third']) await run.get(Shop).mail({ to: text });
    };
    const { traces } = await recorded({ maxValueSize: 100, maxCalls: 2, onError }, body);
    expect(traces[0]?.calls.map(({ args }) => args)).toEqual([{ to: 'short' }, '[unrecorded: too large]']);
    const redacted = await recorded({ maxValueSize: 100, maxCalls: 2, redact: true, onError: () => {} }, body);
    expect(redacted.traces[0]?.calls[1]?.args).toBe('[unrecorded: too large]');
    expect(errors).toHaveLength(1);
    const bySize = await recorded({ maxRunSize: 60, onError }, body);
    expect(bySize.traces[0]?.calls.length).toBeLessThan(3);
  });

  test('needs to know where lines go, and limits that are limits', () => {
    const host = { on: () => () => {} };
    expect(() => record(host, {})).toThrow(TypeError);
    expect(() => record(host, { path: 'a', write: () => {} })).toThrow(TypeError);
    expect(() => record(host, { write: () => {}, maxCalls: 0 })).toThrow(RangeError);
  });

  test('redaction that throws leaves the value out', async () => {
    const { lines } = await recorded(
      {
        redact: () => {
          throw new Error('no');
        },
      },
      (run) => run.get(Shop).mail({ to: 'bob@example.com' }),
    );
    expect(lines.join()).not.toContain('example');
    expect(lines.join()).toContain('[unrecorded: redaction failed]');
  });
});
