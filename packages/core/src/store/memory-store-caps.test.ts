import { describe, expect, it } from '@jest/globals';
import {
  attempt,
  begin,
  closeSession,
  endRun,
  finish,
  hold,
  mint,
  openSession,
  requireFact,
  requireStep,
  say,
  settle,
  take,
} from '../testing/contract/operation-builders.js';
import { MemoryStore, type MemoryStoreOptions } from './memory-store.js';
import type { AnswerTo, StoreOperation } from './operations.js';

describe('MemoryStore at its cap', () => {
  it('refuses new rate-limit keys as full, and goes on with those it has', () => {
    const { ask } = storeAt({ maxKeys: 2 });
    ask(take({ key: 'a', limit: 2 }));
    ask(take({ key: 'b' }));
    expect(ask(take({ key: 'c' }))).toEqual({ admitted: false, full: true });
    expect(ask(take({ key: 'a', limit: 2 })).admitted).toBe(true);
    expect(ask(take({ key: 'b' }))).toMatchObject({ admitted: false, retryAfterMs: 300 });
  });

  it('makes room for rate-limit keys by what expired', () => {
    const { ask, at } = storeAt({ maxKeys: 3000 });
    for (let key = 0; key < 3000; key++) ask(take({ key: `${key}` }));
    at.now += 299;
    expect(ask(take({ key: 'new' }))).toEqual({ admitted: false, full: true });
    at.now += 1;
    for (let key = 0; key < 3000; key++) expect(ask(take({ key: `new ${key}` })).admitted).toBe(true);
  });

  it('refuses new idempotency keys as full, and keeps what is in progress, done or unknown', () => {
    const { ask, at } = storeAt({ maxKeys: 3 });
    for (const key of ['a', 'b', 'c']) ask(begin('1', { key }));
    ask(finish('1', 'done', { key: 'b' }));
    ask(finish('1', 'unknown', { key: 'c', running: true }));
    expect(ask(begin('2', { key: 'd' }))).toEqual({ admitted: false, full: true });
    expect(['a', 'b', 'c'].map((key) => stateOf(ask(begin('2', { key }))))).toEqual(['inProgress', 'done', 'unknown']);
    at.now += 200;
    expect(ask(begin('2', { key: 'd' })).admitted).toBe(true);
    expect(ask(begin('2', { key: 'e' }))).toEqual({ admitted: false, full: true });
    expect(stateOf(ask(begin('2', { key: 'a' })))).toBe('inProgress');
  });

  it('takes an execution that replaces another for no new key', () => {
    const { ask } = storeAt({ maxKeys: 1 });
    ask(begin('1'));
    ask(finish('1', 'unknown'));
    expect(ask(begin('2', { replaces: '1' })).admitted).toBe(true);
    ask(finish('2', 'refused'));
    expect(ask(begin('3', { key: 'other' }))).toEqual({ admitted: false, full: true });
    ask(begin('4', { replaces: '1' }));
    ask(finish('4', 'free'));
    expect(ask(begin('5', { key: 'other' })).admitted).toBe(true);
  });

  it('makes room for idempotency keys when their scope ends', () => {
    const { ask } = storeAt({ maxKeys: 2 });
    for (const key of ['a', 'b']) ask(begin('1', { key, scope: 'run:1' }));
    ask(endRun('1'));
    for (const key of ['a', 'b']) expect(ask(begin('1', { key, scope: 'run:2' })).admitted).toBe(true);
    expect(ask(begin('1', { key: 'c', scope: 'run:2' }))).toEqual({ admitted: false, full: true });
  });

  it('refuses attempts of new runs as full, until another ends', () => {
    const { ask } = storeAt({ maxKeys: 1 });
    ask(attempt({ run: '1', limit: 5 }));
    expect(ask(attempt({ run: '2', limit: 5 }))).toEqual({ admitted: false, used: 6, full: true });
    expect(ask(attempt({ run: '1', limit: 5 }))).toEqual({ admitted: true, used: 2 });
    ask(endRun('1'));
    expect(ask(attempt({ run: '2', limit: 5 }))).toEqual({ admitted: true, used: 1 });
  });

  it('refuses a chain of budgets as full where not all of it finds room', () => {
    const { ask } = storeAt({ maxKeys: 2 });
    const chain = ['a', 'b', 'c'].map((key) => ({ key, limit: 10 }));
    ask(hold('1', 5, { budgets: chain.slice(0, 1) }));
    expect(ask(hold('2', 5, { budgets: chain }))).toEqual({ admitted: false, full: true });
    expect(ask(hold('2', 5, { budgets: chain.slice(0, 2) })).admitted).toBe(true);
    ask(settle('2', 0, ['a', 'b']));
    expect(ask(hold('3', 5, { budgets: [{ key: 'c', limit: 10 }] })).admitted).toBe(true);
  });

  it('refuses new sessions as full, and keeps the open and the idle ones', () => {
    const { ask, at } = storeAt({ maxSessions: 2 });
    ask(openSession({ session: 'a', sessionId: 'a' }));
    ask(openSession({ session: 'b', sessionId: 'b' }));
    ask(closeSession('b'));
    expect(ask(openSession({ session: 'c', sessionId: 'c' }))).toEqual({ admitted: false, full: true });
    expect(ask(openSession({ session: 'b', sessionId: 'b' }))).toEqual({ admitted: true });
    ask(closeSession('b'));
    at.now += 200;
    expect(ask(openSession({ session: 'c', sessionId: 'c' }))).toEqual({ admitted: true });
    expect(ask(openSession({ session: 'b', sessionId: 'b' }))).toEqual({ admitted: false, full: true });
  });

  it('remembers nothing for runs whose own session finds no room', () => {
    const { ask } = storeAt({ maxSessions: 1 });
    ask(mint('o1', { session: 'run:1' }));
    expect(ask(mint('o1', { session: 'run:2' }))).toEqual({ added: 0 });
    expect(ask(say('refund o17', 'run:2'))).toEqual({ added: false });
    ask({ op: 'step.add', session: 'run:2', tool: 'A.a' });
    expect(ask(requireStep(['A.a'], { session: 'run:2' })).admitted).toBe(false);
    expect(ask(requireFact('o1', { session: 'run:2' })).admitted).toBe(false);
    ask(endRun('1', 'run:1'));
    expect(ask(mint('o1', { session: 'run:2' }))).toEqual({ added: 1 });
  });

  it('mints as many facts as a session may hold, each session on its own', () => {
    const { ask } = storeAt({ maxFactsPerSession: 3 });
    expect(ask(mint('', { values: ['1', '2', '3', '4'] }))).toEqual({ added: 3 });
    expect(ask(requireFact('4')).admitted).toBe(false);
    expect(ask(requireFact('', { values: ['1', '2', '3'] })).admitted).toBe(true);
    expect(ask(mint('1', { origin: { source: 'app', at: 1 } }))).toEqual({ added: 0 });
    expect(ask(mint('4', { session: 'other' }))).toEqual({ added: 1 });
    ask({ op: 'fact.revoke', session: 's', kind: 'order', value: '2' });
    expect(ask(mint('4'))).toEqual({ added: 1 });
  });

  it('renews a fact of a full session, and makes room by what expired', () => {
    const { ask, at } = storeAt({ maxFactsPerSession: 2 });
    ask(mint('', { values: ['1', '2'], ttlMs: 100 }));
    at.now += 50;
    expect(ask(mint('', { values: ['3', '2'], ttlMs: 100 }))).toEqual({ added: 1 });
    at.now += 50;
    expect(ask(requireFact('2')).admitted).toBe(true);
    expect(ask(mint('', { values: ['3', '4'] }))).toEqual({ added: 1 });
  });

  it('makes room for facts by all that expired', () => {
    const { ask, at } = storeAt({ maxFactsPerSession: 2500 });
    const values = Array.from({ length: 2500 }, (_, index) => `${index}`);
    for (const value of values) ask(mint(value, { ttlMs: 100 }));
    at.now += 100;
    expect(ask(mint('', { values: values.map((value) => `new ${value}`) }))).toEqual({ added: 2500 });
  });

  it('keeps nothing of a turn that does not fit', () => {
    const { ask } = storeAt({ maxUserTokensPerSession: 5 });
    const sources = { tool: false, app: false, user: { minLength: 3 } };
    expect(ask(say('one two three'))).toEqual({ added: true });
    expect(ask(say('four five six'))).toEqual({ added: false });
    expect(ask(requireFact('four', { sources })).admitted).toBe(false);
    expect(ask(requireFact('three', { sources })).admitted).toBe(true);
    expect(ask(say('four five six', 'other'))).toEqual({ added: true });
  });
});

/** A store, a way to ask it one thing, and the time that it is told. */
function storeAt(options: MemoryStoreOptions = {}) {
  const store = new MemoryStore(options);
  const at = { now: 1000 };
  const ask = <Operation extends StoreOperation>(operation: Operation): AnswerTo<Operation> =>
    store.apply([operation] as const, at.now)[0] as AnswerTo<Operation>;
  return { store, at, ask };
}

function stateOf(answer: AnswerTo<ReturnType<typeof begin>>): string | undefined {
  return 'state' in answer ? answer.state : undefined;
}
