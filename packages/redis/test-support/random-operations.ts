import type { StoreOperation, TakenFact } from '@actguard/core';
import fc from 'fast-check';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What lasts for so long is live in the list that makes it, where time stands still, and over some milliseconds later. */
export const AN_INSTANT = 1;

/** What was handed out by one store, to be given back to it. */
export interface Handed {
  readonly tickets: { readonly key: string; readonly ticket: number }[];
  readonly generations: { readonly name: string; readonly owner: string; readonly generation: number }[];
  readonly taken: { readonly session: string; readonly taken: readonly TakenFact[] }[];
}

/** An operation, once it is known what the store has handed out. */
export type Step = (handed: Handed) => StoreOperation;

/** Ids that are easily taken for one another, or for something else. */
export const NASTY = [
  'A-1',
  'a1',
  'a-1',
  '__proto__',
  'x\u0000y',
  '\ud800',
  '\udfff',
  '{a}',
  '%7b;',
  '~',
  '5:order',
  '9007199254740993',
  'é',
  '',
];
// Few of each, so that operations meet.
const name = fc.constantFrom('a', 'b', '{a}');
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('A-1', 'a1', 'a-1') },
  { weight: 1, arbitrary: fc.constantFrom(...NASTY) },
);
const kind = fc.oneof(
  { weight: 4, arbitrary: fc.constant('order') },
  { weight: 1, arbitrary: fc.constantFrom('orde', '5:order', '\u0000j"a"', '\ud800') },
);
const session = fc.constantFrom('run:1', 'named {x}');
const owner = fc.constantFrom('c1', '\ud800', '\udfff');
const tool = fc.constantFrom('A.x', '\ud800.x');
const observe = fc.integer({ min: 0, max: 3 }).map((it) => it === 0);
const pick = fc.nat(20);

function durationsOf(withInstants: boolean): fc.Arbitrary<number> {
  return withInstants ? fc.constantFrom(HOUR, HOUR, AN_INSTANT) : fc.constant(HOUR);
}

/** Any operation, on few things, so that operations meet. */
export function steps(withInstants: boolean): fc.Arbitrary<Step> {
  const duration = durationsOf(withInstants);
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const plain = <T extends object>(operations: fc.Arbitrary<T>): fc.Arbitrary<Step> =>
    operations.map((operation) => () => operation as unknown as StoreOperation);
  const op = <Op extends StoreOperation['op']>(of: Op) => fc.constant(of);
  const origin = fc.oneof(
    fc.record({ source: fc.constant('app'), about: maybe(name), at: fc.constant(1) }),
    fc.record({ source: fc.constant('tool'), tool, callId: maybe(owner), about: maybe(name), at: fc.constant(2) }),
  );
  const sources = fc.record({
    tool: fc.oneof(fc.boolean(), fc.array(tool, { maxLength: 2 })),
    app: fc.boolean(),
    user: maybe(fc.constant({ minLength: 2 })),
  });
  const idempotent = {
    scope: fc.constantFrom('run:1', 'session:x', 'all'),
    tool: fc.constant('A.x'),
    key: fc.constantFrom('k', '\ud800'),
    owner,
  };
  const result = maybe(fc.record({ value: fc.oneof(value, fc.constant(2n ** 70n), fc.constant([[], {}, null])) }));
  const budget = fc.constantFrom('total', 'total {2}', 'daily', 'daily \ud800').map(budgetOf);
  const budgets = fc.uniqueArray(budget, { minLength: 1, maxLength: 3, selector: ({ key }) => key });
  const amount = fc.constantFrom(0, 1, 7, 50, 1_234_567_890_123_446);
  const shares = fc
    .tuple(budgets, fc.constantFrom(100, Number.MAX_SAFE_INTEGER))
    .map(([all, limit]) => all.map((each) => ({ ...each, limit })));
  const ends = fc.oneof(
    plain(fc.record({ op: op('fact.revoke'), session, kind, value: maybe(value) })),
    fc.tuple(name, fc.constantFrom(undefined, 'u', '\ud800')).map(
      (of): Step =>
        () => ({
          op: 'session.end',
          session: JSON.stringify(of),
          scope: 'session:x',
        }),
    ),
    plain(fc.record({ op: op('run.end'), run: name, scope: fc.constant('run:1'), session: maybe(session) })),
  );
  const acts = fc.oneof(
    // A window has one length.
    fc.tuple(name, fc.constantFrom(1, 2, 3), observe).map(
      ([key, limit, only]): Step =>
        () => ({
          op: 'rate.take',
          key,
          limit,
          periodMs: withInstants && key === 'b' ? AN_INSTANT : HOUR,
          observe: only,
        }),
    ),
    pick.map(
      (at): Step =>
        ({ tickets }) => {
          const { key, ticket } = tickets[at % tickets.length] ?? { key: 'none', ticket: 1e15 };
          return { op: 'rate.giveBack', key, ticket };
        },
    ),
    plain(fc.record({ op: op('breaker.enter'), name, owner, resetTimeoutMs: duration, observe })),
    fc.tuple(pick, fc.constantFrom('success', 'failure', 'failure', 'ignored', 'neutral'), fc.constantFrom(1, 2)).map(
      ([at, verdict, maxFails]): Step =>
        ({ generations }) => {
          const entered = generations[at % generations.length] ?? { name: 'a', owner: 'c1', generation: 0 };
          return { op: 'breaker.leave', ...entered, verdict, maxFails };
        },
    ),
    plain(fc.record({ op: op('attempt.take'), run: name, tool, limit: fc.constantFrom(1, 2, 3), observe })),
    plain(
      fc.record({
        op: op('idempotency.begin'),
        ...idempotent,
        args: fc.constantFrom(1, '1', { a: 1 }),
        ttlMs: duration,
        replaces: maybe(owner),
        concludes: maybe(fc.record({ owner, result })),
        observe,
      }),
    ),
    plain(
      fc.record({
        op: op('idempotency.finish'),
        ...idempotent,
        state: fc.constantFrom('refused', 'free', 'done', 'unknown'),
        result,
        lastError: maybe(value),
        ttlMs: duration,
      }),
    ),
    plain(
      fc.record({
        op: op('fact.add'),
        session,
        kind,
        values: fc.array(value, { maxLength: 4 }),
        origin,
        ttlMs: maybe(duration),
      }),
    ),
    plain(
      fc.record({
        op: op('fact.require'),
        session,
        kind,
        values: fc.array(value, { maxLength: 2 }),
        sources,
        about: maybe(name),
        consume: fc.boolean(),
        loose: fc.boolean(),
        observe,
      }),
    ),
    pick.map(
      (at): Step =>
        ({ taken }) => ({
          op: 'fact.giveBack',
          ...(taken[at % taken.length] ?? { session: 'run:1', taken: [] }),
        }),
    ),
    plain(fc.record({ op: op('fact.read'), session })),
    plain(fc.record({ op: op('step.add'), session, tool })),
    plain(
      fc.record({
        op: op('step.require'),
        session,
        tools: fc.array(tool, { maxLength: 2 }),
        withinMs: maybe(duration),
        observe,
      }),
    ),
    plain(
      fc.record({ op: op('turn.add'), session, text: fc.array(value, { maxLength: 3 }).map((all) => all.join(' ')) }),
    ),
    fc.tuple(name, fc.constantFrom(undefined, 'u', '\ud800'), duration, observe).map(
      ([sessionId, userId, idleMs, only]): Step =>
        () => ({
          op: 'session.open',
          session: JSON.stringify([sessionId, userId]),
          sessionId,
          userId,
          idleMs,
          observe: only,
        }),
    ),
    fc.tuple(name, fc.constantFrom(undefined, 'u', '\ud800')).map(
      (of): Step =>
        () => ({
          op: 'session.close',
          session: JSON.stringify(of),
        }),
    ),
    plain(
      fc.record({
        op: op('budget.hold'),
        budgets: shares,
        owner,
        amount,
        lapse: fc.constantFrom('release', 'charge'),
        observe,
      }),
    ),
    plain(fc.record({ op: op('budget.settle'), budgets, owner, used: amount })),
    plain(fc.record({ op: op('budget.charge'), budgets, used: amount })),
    plain(fc.record({ op: op('budget.read'), budgets })),
  );
  return fc.oneof({ weight: 25, arbitrary: acts }, { weight: 1, arbitrary: ends });
}

const STARTED = Date.now();

function budgetOf(key: string): { readonly key: string; readonly boundaries?: readonly number[] } {
  if (!key.startsWith('daily')) return { key };
  const start = STARTED - DAY / 2;
  return { key, boundaries: [start - DAY, start, start + DAY, start + 2 * DAY] };
}
