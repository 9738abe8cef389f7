import { describe, expect, it } from '@jest/globals';
import {
  attempt,
  begin,
  closeSession,
  enter,
  finish,
  hold,
  leave,
  mint,
  openSession,
  requireFact,
  requireStep,
  take,
} from '../testing/contract/operation-builders.js';
import { DelayedStore } from '../testing/delayed-store.js';
import { describeStateStore } from '../testing/describe-state-store.js';
import { TestClock } from '../testing/test-clock.js';
import { MemoryStore, type MemoryStoreOptions } from './memory-store.js';
import type { AnswerTo, StoreOperation } from './operations.js';

describeStateStore(
  'MemoryStore',
  async () => {
    const [store, clock] = [new MemoryStore(), new TestClock()];
    const advance = (ms: number) => clock.advance(ms);
    return { store, now: () => clock.now(), advance, size: () => sizeOf(store) };
  },
  { describe, it },
);

describeStateStore(
  'MemoryStore behind a network',
  async () => {
    const [inner, clock] = [new MemoryStore(), new TestClock()];
    // Answers overtake each other.
    let calls = 0;
    const delay = async (): Promise<void> => {
      for (let turns = [3, 1, 2][calls++ % 3] as number; turns > 0; turns--) await new Promise(setImmediate);
    };
    const store = new DelayedStore(inner, { delay });
    return { store, now: () => clock.now(), advance: (ms) => clock.advance(ms), size: () => sizeOf(inner) };
  },
  { describe, it },
);

describe('MemoryStore', () => {
  describe('with a clock that goes backwards', () => {
    it('frees no place of a window', () => {
      const { ask, at } = storeAt();
      ask(take());
      at.now -= 10_000;
      expect(ask(take())).toMatchObject({ admitted: false, retryAfterMs: 300 });
      at.now += 10_299;
      expect(ask(take()).admitted).toBe(false);
      at.now += 1;
      expect(ask(take()).admitted).toBe(true);
    });

    it('revives nothing that had expired, and makes nothing live for longer', () => {
      const { ask, at } = storeAt();
      ask(mint('o1', { ttlMs: 100 }));
      ask(begin('1'));
      ask(finish('1', 'done', { ttlMs: 100 }));
      at.now += 100;
      expect(ask(requireFact('o1')).admitted).toBe(false);
      at.now -= 100;
      expect(ask(requireFact('o1')).admitted).toBe(false);
      expect(ask(begin('2')).admitted).toBe(true);
      ask(mint('o2', { ttlMs: 100 }));
      at.now += 200;
      expect(ask(requireFact('o2')).admitted).toBe(false);
    });

    it('opens no breaker for longer, and half-opens it no earlier', () => {
      const { ask, at } = storeAt();
      const { generation } = ask(enter('1')) as { generation: number };
      at.now -= 10_000;
      ask(leave('1', 'failure', generation));
      at.now += 10_199;
      expect(ask(enter('2')).admitted).toBe(false);
      at.now += 1;
      expect(ask(enter('2')).admitted).toBe(true);
    });
  });

  it('holds nothing any more once everything has expired and anything is asked', () => {
    const { ask, at, store } = storeAt();
    const empty = store.snapshot();
    for (let key = 0; key < 5000; key++) {
      ask(take({ key: `${key}`, limit: 3 }));
      ask(take({ key: `${key}`, limit: 3 }));
      ask(begin('1', { key: `${key}` }));
      ask(finish('1', 'done', { key: `${key}`, result: { value: key } }));
      ask(openSession({ session: `${key}`, sessionId: `${key}` }));
      ask(mint('o1', { session: `${key}`, ttlMs: 50 }));
      ask(closeSession(`${key}`));
    }
    expect(sizeOf(store)).toBeGreaterThan(10_000);
    at.now += 300;
    for (let unrelated = 0; unrelated < 10; unrelated++) ask(requireStep(['A.a'], { session: 'unrelated' }));
    expect(store.snapshot()).toEqual(empty);
  });

  it('holds nothing any more of sessions that were open for longer than others were idle', () => {
    const { ask, at, store } = storeAt();
    for (const session of ['long', 'short']) {
      ask(openSession({ session, sessionId: session }));
      ask(closeSession(session));
    }
    ask(openSession({ session: 'long', sessionId: 'long' }));
    at.now += 200;
    ask(openSession({ session: 'later', sessionId: 'later' }));
    ask(closeSession('later'));
    at.now += 200;
    ask(requireStep(['A.a']));
    expect(Object.keys(store.snapshot()['sessions'] as object)).toEqual(['long']);
    ask(closeSession('long'));
    at.now += 200;
    ask(requireStep(['A.a']));
    expect(store.snapshot()['sessions']).toEqual({});
  });

  it('counts a step that is exactly as old as it may be', () => {
    const { ask, at } = storeAt();
    ask({ op: 'step.add', session: 's', tool: 'A.a' });
    at.now += 100;
    expect(ask(requireStep(['A.a'], { withinMs: 100 })).admitted).toBe(true);
    at.now += 1;
    expect(ask(requireStep(['A.a'], { withinMs: 100 })).admitted).toBe(false);
  });

  it('shows what it holds, as plain data', () => {
    const { ask, store } = storeAt();
    ask(take({ key: 'limit' }));
    ask(begin('1', { args: { to: 'bob' } }));
    ask(attempt());
    ask(openSession());
    ask(mint('o1', { session: '__proto__', ttlMs: 50 }));
    ask(hold('1', 10));
    const { generation } = ask(enter('1')) as { generation: number };
    ask(leave('1', 'failure', generation));
    const snapshot = store.snapshot();
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    expect(snapshot).toMatchObject({
      rates: { limit: [1000] },
      breakers: { database: { state: 'open', openedAt: 1000 } },
      idempotency: { 'run:1': { 'Bank.pay\u0000key': { owner: '1', args: { to: 'bob' }, state: 'inProgress' } } },
      attempts: { '1': { 'Bank.pay': 1 } },
      budgets: { root: { used: 0, held: 10 } },
    });
    const sessions = snapshot['sessions'] as Record<string, unknown>;
    expect(Object.keys(sessions).sort()).toEqual(['__proto__', 's']);
    expect(Object.getOwnPropertyDescriptor(sessions, '__proto__')?.value).toMatchObject({
      facts: [{ kind: 'order', value: 'o1', tool: 'Orders.list', expiresAt: '1050' }],
    });
  });

  it('shows no difference between a refused list and none', () => {
    const { ask, store } = storeAt();
    ask(mint('token', { ttlMs: 200 }));
    ask(openSession());
    ask(closeSession());
    ask(begin('1'));
    ask(finish('1', 'unknown'));
    ask(hold('1', 10));
    const before = store.snapshot();
    const [answer] = store
      .apply(
        [
          openSession(),
          begin('2', { replaces: '1' }),
          requireFact('token', { consume: true }),
          enter('2'),
          take(),
          hold('1', 90),
          requireStep(['Never.done']),
        ],
        1000,
      )
      .slice(-1);
    expect(answer).toEqual({ admitted: false });
    expect(store.snapshot()).toEqual(before);
  });

  it.each(['maxKeys', 'maxSessions', 'maxFactsPerSession', 'maxUserTokensPerSession'])(
    'rejects %s that is no integer from 1',
    (name) => {
      for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null]) {
        expect(() => new MemoryStore({ [name]: value } as MemoryStoreOptions)).toThrow(
          `MemoryStore ${name} must be an integer from 1, not ${value}`,
        );
      }
      expect(() => new MemoryStore({ [name]: 1 })).not.toThrow();
    },
  );
});

/** A store, a way to ask it one thing, and the time that it is told. */
function storeAt(options: MemoryStoreOptions = {}) {
  const store = new MemoryStore(options);
  const at = { now: 1000 };
  const ask = <Operation extends StoreOperation>(operation: Operation): AnswerTo<Operation> =>
    store.apply([operation] as const, at.now)[0] as AnswerTo<Operation>;
  return { store, at, ask };
}

/** Entries of each concern; of facts each one. */
function sizeOf(store: MemoryStore): number {
  const { sessions, idempotency, ...others } = store.snapshot() as Record<string, Record<string, object>>;
  const facts = Object.values(sessions ?? {}).flatMap((session) => (session as { facts: unknown[] }).facts);
  const records = Object.values(idempotency ?? {}).flatMap((scope) => Object.keys(scope));
  const rest = Object.values(others).flatMap((entries) => Object.keys(entries));
  return facts.length + Object.keys(sessions ?? {}).length + records.length + rest.length;
}
