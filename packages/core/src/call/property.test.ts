import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  Agent,
  AgentHost,
  currentCall,
  Enforce,
  Idempotent,
  MemoryStore,
  Prove,
  RateLimit,
  type Reconciliation,
  type Run,
  requireFact,
  rule,
  type StateStore,
  Timeout,
  Tool,
} from '../index.js';
import { DelayedStore } from '../testing/delayed-store.js';
import { OpaqueStore } from '../testing/opaque-store.js';
import { TestClock } from '../testing/test-clock.js';

const turns = async (count = 4) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const someStore = fc
  .constantFrom(
    () => new DelayedStore(new MemoryStore(), { delay: () => turns(2) }),
    () => new OpaqueStore(new MemoryStore()),
    () => new MemoryStore(),
  )
  .map((make): StateStore => make());

interface Execution {
  readonly key: string;
  /** What the world has seen of it. */
  state: 'running' | 'done' | 'failed' | 'undone';
  finish(how: 'succeed' | 'fail' | 'failSafely'): void;
}
class NothingHappened extends Error {}

let executions: Execution[] = [];
let allowed = true;
/** Tells what the world has seen: the truth, or that nobody knows. */
let reconcile: (key: string) => Promise<Reconciliation<string>> = async () => ({ outcome: 'unknown' });

interface Payment {
  readonly key: string;
}

@Agent()
class Bank {
  @Tool()
  @Idempotent({
    key: 'key',
    within: 'host',
    ttl: '7d',
    safeErrors: [NothingHappened],
    reconcile: ({ key }: Payment) => reconcile(key),
  })
  @Enforce<Payment>(rule('allowed', () => allowed))
  @Timeout('10s')
  async pay({ key }: Payment, _call = currentCall()) {
    return new Promise<string>((resolve, reject) => {
      const execution: Execution = {
        key,
        state: 'running',
        finish(how) {
          if (execution.state !== 'running') return;
          execution.state = how === 'succeed' ? 'done' : how === 'fail' ? 'failed' : 'undone';
          if (how === 'succeed') resolve(`paid ${key}`);
          else reject(how === 'fail' ? new Error('lost') : new NothingHappened());
        },
      };
      executions.push(execution);
    });
  }
}

type Step =
  | { readonly do: 'call'; readonly key: string; readonly run: number }
  | { readonly do: 'finish'; readonly which: number; readonly how: 'succeed' | 'fail' | 'failSafely' }
  | { readonly do: 'stop'; readonly run: number; readonly how: 'kill' | 'abort' | 'end' }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'allow'; readonly allowed: boolean }
  | { readonly do: 'turn' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('call' as const), key: fc.constantFrom('a', 'b'), run: fc.nat(2) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('finish' as const),
      which: fc.nat(9),
      how: fc.constantFrom('succeed' as const, 'fail' as const, 'failSafely' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('stop' as const),
      run: fc.nat(2),
      how: fc.constantFrom('kill' as const, 'abort' as const, 'end' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 5000, 10_000, 60_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('allow' as const), allowed: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant({ do: 'turn' as const }) },
);

describe('a key, in any order of calls, ends, cut-offs, refusals and look-ups', () => {
  it('never has two executions that may take effect', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        someStore,
        fc.boolean(),
        async (steps, store, canReconcile) => {
          executions = [];
          allowed = true;
          reconcile = async (key) => {
            await turns(1);
            const seen = executions.filter((each) => each.key === key);
            if (!canReconcile || seen.some(({ state }) => state === 'running')) return { outcome: 'unknown' };
            if (seen.some(({ state }) => state === 'done')) return { outcome: 'done', result: `paid ${key}` };
            // What failed without being safe has happened in this world if it was the first, and has not otherwise.
            return { outcome: 'not_done' };
          };
          const clock = new TestClock();
          const host = await AgentHost.create({ agents: [Bank], clock, store });
          const open = () => {
            const abort = new AbortController();
            return { abort, run: host.open({ userId: 'alice', signal: abort.signal }) };
          };
          const runs = [open(), open(), open()];
          const ends: Promise<[string, unknown]>[] = [];
          for (const each of steps) await play(each, { clock, runs, open, ends });
          // A call may still be on its way to its execution when the others are over.
          for (let round = 0; round < 4; round++) {
            await turns(20);
            for (const execution of executions) execution.finish('succeed');
            await clock.advance(3_600_000);
          }

          for (const key of ['a', 'b']) {
            const effective = executions.filter(({ key: its, state }) => its === key && state === 'done');
            expect(effective.length).toBeLessThanOrEqual(1);
          }
          for (const [key, value] of await Promise.all(ends)) {
            if (value !== undefined) expect(value).toBe(`paid ${key}`);
            // A result is delivered only where the method returned it.
            if (value !== undefined)
              expect(executions.some((each) => each.key === key && each.state === 'done')).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  async function play(
    each: Step,
    world: {
      clock: TestClock;
      runs: { run: Run; abort: AbortController }[];
      open: () => { run: Run; abort: AbortController };
      ends: Promise<[string, unknown]>[];
    },
  ): Promise<void> {
    const { clock, runs, ends } = world;
    switch (each.do) {
      case 'call': {
        const { run } = runs[each.run] as { run: Run };
        const call = run.get(Bank).pay({ key: each.key });
        ends.push(
          call.then(
            (value): [string, unknown] => [each.key, value],
            (): [string, unknown] => [each.key, undefined],
          ),
        );
        // The law: while an execution runs, or its outcome is not known, no second one starts.
        const perKey = executions.filter(({ key }) => key === each.key);
        expect(perKey.filter(({ state }) => state === 'running').length).toBeLessThanOrEqual(1);
        return;
      }
      case 'finish':
        executions[each.which % Math.max(1, executions.length)]?.finish(each.how);
        return turns(1);
      case 'stop': {
        const { run, abort } = runs[each.run] as { run: Run; abort: AbortController };
        if (each.how === 'kill') run.kill('stop');
        else if (each.how === 'abort') abort.abort();
        else void Promise.all([run.end(), clock.advance(2000)]);
        runs[each.run] = world.open();
        return;
      }
      case 'advance':
        return clock.advance(each.ms);
      case 'allow':
        allowed = each.allowed;
        return;
      case 'turn':
        return turns(2);
    }
  }
});

interface Use {
  readonly id: string;
}
let proven: string[] = [];
const uses: { session: string; id: string }[] = [];

@Agent()
class Orders {
  @Tool()
  @Prove({ kind: 'order', extract: '[]', ttl: '1m' })
  async list(_args: object) {
    return proven;
  }

  @Tool()
  @Enforce(requireFact('id', 'order'))
  async use({ id }: Use, call = currentCall()) {
    uses.push({ session: call.run.sessionKey, id });
  }

  @Tool()
  @Enforce(requireFact('id', 'order', { consume: true }))
  async spend({ id }: Use, call = currentCall()) {
    uses.push({ session: call.run.sessionKey, id });
  }
}

describe('facts, in any order of proving, adding, revoking, expiring and using them by several users', () => {
  const id = fc.constantFrom('o1', 'o2', '1:2');
  const who = fc.nat(3);
  const action = fc.oneof(
    fc.record({ do: fc.constant('prove' as const), who, ids: fc.array(id, { maxLength: 2 }) }),
    fc.record({ do: fc.constantFrom('add' as const, 'revoke' as const, 'use' as const, 'spend' as const), who, id }),
    fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(30_000, 60_000) }),
  );

  it('lets through what is proven, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), someStore, async (actions, store) => {
        const clock = new TestClock();
        const host = await AgentHost.create({ agents: [Orders], clock, store });
        // Two runs of one session, another session of the same user, another user.
        const runs = [
          ['alice', 's'],
          ['alice', 's'],
          ['alice', 't'],
          ['bob', 'u'],
        ].map(([userId, sessionId]) => host.open({ userId: userId as string, sessionId: sessionId as string }));
        /** When each fact of a session ends, by its source. */
        const known = new Map<string, { app?: number; tool?: number }>();
        const factOf = (run: Run, value: string) => {
          const key = JSON.stringify([run.sessionKey, value]);
          if (!known.has(key)) known.set(key, {});
          return known.get(key) as { app?: number; tool?: number };
        };
        for (const each of actions) {
          if (each.do === 'advance') {
            await clock.advance(each.ms);
            continue;
          }
          const run = runs[each.who] as Run;
          const orders = run.get(Orders);
          if (each.do === 'prove') {
            proven = each.ids;
            await orders.list({});
            for (const value of each.ids) factOf(run, value).tool = clock.now() + 60_000;
            continue;
          }
          const fact = factOf(run, each.id);
          if (each.do === 'add') {
            run.facts.add('order', each.id);
            fact.app = Number.POSITIVE_INFINITY;
          } else if (each.do === 'revoke') {
            run.facts.revoke('order', each.id);
            known.delete(JSON.stringify([run.sessionKey, each.id]));
          } else {
            const isProven = Math.max(fact.app ?? 0, fact.tool ?? 0) > clock.now();
            const before = uses.length;
            const code = await orders[each.do]({ id: each.id }).then(
              () => undefined,
              (error: { code: string }) => error.code,
            );
            expect(code).toBe(isProven ? undefined : 'MISSING_FACT');
            expect(uses.length).toBe(before + (isProven ? 1 : 0));
            if (each.do === 'spend' && isProven) known.delete(JSON.stringify([run.sessionKey, each.id]));
          }
          // What one run wrote has arrived before another run of its session asks.
          await turns(isProvenLater(store));
        }
        await host.close();
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  const isProvenLater = (store: StateStore) => (store instanceof DelayedStore ? 4 : 0);
});

const starts: { name: number; at: number }[] = [];
let now: () => number = () => 0;

@Agent()
class Search {
  @Tool()
  @RateLimit({ maxCalls: 3, period: '10s', onLimit: 'wait', maxWait: '25s' })
  async find({ name }: { name: number }) {
    starts.push({ name, at: now() });
  }
}

describe('a rate limit that waits, at any times of calls', () => {
  it('lets them start in their order, never more than the limit in any window, and none later than it may wait', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ pause: fc.constantFrom(0, 1, 999, 3000, 12_000), stops: fc.boolean() }), {
          maxLength: 25,
        }),
        async (calls) => {
          starts.length = 0;
          const clock = new TestClock();
          now = () => clock.now();
          const host = await AgentHost.create({ agents: [Search], clock });
          const outcomes: { name: number; at: number; code?: string; endedAt?: number; stopped: boolean }[] = [];
          for (const [name, { pause, stops }] of calls.entries()) {
            await clock.advance(pause);
            // Some calls lose their run at once or while they wait.
            const run = host.open();
            const outcome = { name, at: clock.now(), stopped: stops } as (typeof outcomes)[number];
            outcomes.push(outcome);
            run
              .get(Search)
              .find({ name })
              .catch((error: { code: string }) => void (outcome.code = error.code))
              .finally(() => void (outcome.endedAt = clock.now()));
            if (stops) {
              await turns(1);
              run.kill('stop');
            }
          }
          await clock.advance(60_000);
          expect(starts.map(({ name }) => name)).toEqual(starts.map(({ name }) => name).toSorted((a, b) => a - b));
          for (const { at } of starts) {
            expect(starts.filter((other) => other.at > at - 10_000 && other.at <= at).length).toBeLessThanOrEqual(3);
          }
          for (const { name, at, code, endedAt, stopped } of outcomes) {
            const start = starts.find((each) => each.name === name);
            if (start === undefined) expect(['guard.rate_limit_exceeded', stopped && 'run.killed']).toContain(code);
            else expect(start.at - at).toBeLessThanOrEqual(25_000);
            expect((endedAt ?? Number.NaN) - at).toBeLessThanOrEqual(25_000);
          }
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);
});
