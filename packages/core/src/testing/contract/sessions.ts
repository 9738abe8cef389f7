import assert from 'node:assert/strict';
import {
  addStep,
  attempt,
  begin,
  closeSession,
  endRun,
  endSession,
  finish,
  mint,
  openSession,
  requireFact,
  requireStep,
  say,
  take,
} from './operation-builders.js';
import type { Contract, StoreDriver } from './store-driver.js';

const MENTIONED = { tool: false, app: false, user: { minLength: 3 } };

/** Steps, sessions and runs: who owns them, and what is forgotten with them. */
export const sessionContract: Contract = (it) => {
  it('knows which tools succeeded in the session', async (store) => {
    await store.refuses(requireStep(['A.a']));
    await store.ask(addStep('A.a'));
    await store.admits(requireStep(['A.a']));
    await store.admits(requireStep(['B.b', 'A.a']));
    for (const tools of [['B.b'], ['constructor'], []]) await store.refuses(requireStep(tools));
    await store.refuses(requireStep(['A.a'], { session: 'other' }));
    await store.ask(addStep('__proto__'));
    await store.admits(requireStep(['__proto__']));
  });

  it('asks how long ago the last success of a tool was', async (store) => {
    await store.ask(addStep('A.a'));
    await store.advance(250);
    await store.refuses(requireStep(['A.a'], { withinMs: 150 }));
    await store.admits(requireStep(['A.a'], { withinMs: 2_000 }));
    await store.ask(addStep('A.a'));
    await store.admits(requireStep(['A.a'], { withinMs: 150 }));
  });

  it('reports a missing step that is only observed', async (store) => {
    const [observed, next] = await store.apply(requireStep(['A.a'], { observe: true }), requireFact('o1'));
    assert.deepEqual([observed.admitted, next?.admitted], [false, false]);
  });

  it('lets runs of one user share a session', async (store) => {
    await store.admits(openSession());
    await store.ask(mint('o1'));
    await store.admits(openSession());
    await store.admits(requireFact('o1'));
  });

  it('refuses the session id of another user, open or idle', async (store) => {
    await store.admits(openSession());
    await store.refuses(openSession({ session: 'mallory', userId: 'mallory' }));
    await store.refuses(openSession({ session: 'nobody', userId: undefined }));
    await store.ask(closeSession());
    await store.refuses(openSession({ session: 'mallory', userId: 'mallory' }));
    await store.admits(openSession({ session: 'other', sessionId: 'other', userId: 'mallory' }));
    await store.admits(openSession({ session: 'undefined', sessionId: '__proto__', userId: undefined }));
    await store.refuses(openSession({ session: 'x', sessionId: '__proto__', userId: 'undefined' }));
  });

  it('joins a session once for all runs that come at once, and not for another user', async (store) => {
    const users = ['alice', 'bob', 'alice', 'bob', 'alice', 'bob'];
    const opened = users.map((userId) => store.ask(openSession({ session: `of ${userId}`, userId })));
    const admitted = (await Promise.all(opened)).map(({ admitted }, index) => admitted && users[index]);
    assert.equal(new Set(admitted.filter((user) => user !== false)).size, 1);
    assert.equal(admitted.filter((user) => user !== false).length, 3);
  });

  it('forgets a session when it was idle, and lets others have its id', async (store) => {
    await fill(store);
    await store.ask(closeSession());
    await store.advance(220);
    await store.admits(openSession({ session: 'bob', userId: 'bob' }));
    await isForgotten(store);
  });

  it('forgets an idle session when its own user joins again', async (store) => {
    await fill(store);
    await store.ask(closeSession());
    await store.advance(220);
    await store.admits(openSession());
    await isForgotten(store);
  });

  it('counts the idle time from when the last run left', async (store) => {
    await fill(store);
    await store.ask(closeSession());
    await store.advance(120);
    await store.admits(openSession());
    await store.ask(closeSession());
    await store.advance(120);
    await store.admits(openSession());
    await isRemembered(store);
  });

  it('forgets no session that a run has open', async (store) => {
    await fill(store);
    await store.admits(openSession());
    await store.ask(closeSession());
    await store.advance(250);
    await isRemembered(store);
    await store.refuses(openSession({ session: 'bob', userId: 'bob' }));
    await store.ask(closeSession());
    await store.advance(220);
    await store.admits(openSession({ session: 'bob', userId: 'bob' }));
  });

  it('forgets no session that a run has open again', async (store) => {
    await fill(store);
    await store.ask(closeSession());
    await store.admits(openSession());
    await store.advance(250);
    await isRemembered(store);
  });

  it('takes no notice of runs that leave or end what nobody has open', async (store) => {
    await store.apply(closeSession('unknown'), endSession('unknown'), endRun('unknown', 'run:unknown'));
    await fill(store);
    await store.apply(closeSession(), closeSession());
    await store.admits(openSession());
    await store.admits(openSession());
    await store.ask(closeSession());
    await store.advance(220);
    await isRemembered(store);
  });

  it('forgets what was said in a session that was ended in the list that said it', async (store) => {
    await store.apply(say('refund o17'), endSession(), say('hello'));
    await store.refuses(requireFact('o17', { sources: MENTIONED }));
    await store.admits(requireFact('hello', { sources: MENTIONED }));
  });

  it('forgets with a session its facts, steps, turns and keys, and nothing else', async (store) => {
    await fill(store);
    await fill(store, 'other', 'other');
    await store.ask(endSession());
    await isForgotten(store);
    await store.admits(begin('2', { scope: 'session:s' }));
    await isRemembered(store, 'other');
  });

  it('lets others have the id of a session that was ended while nobody had it open', async (store) => {
    await fill(store);
    await store.ask(closeSession());
    await store.ask(endSession());
    await store.admits(openSession({ session: 'bob', userId: 'bob' }));
    await isForgotten(store);
  });

  it('keeps a session that is ended while a run has it open that run’s, and lets it become idle', async (store) => {
    await fill(store);
    await store.ask(endSession());
    await store.ask(mint('o1'));
    await store.refuses(openSession({ session: 'bob', userId: 'bob' }));
    await store.ask(closeSession());
    await store.advance(220);
    await store.admits(openSession({ session: 'bob', userId: 'bob' }));
    await store.refuses(requireFact('o1'));
  });

  it('forgets with a run its attempts, its keys and its own session, and nothing else', async (store) => {
    await fill(store, 'run:1', 'first');
    await fill(store, 'run:11', 'second');
    for (const run of ['1', '11']) {
      await store.ask(attempt({ run }));
      await store.admits(begin('1', { scope: `run:${run}` }));
    }
    await store.admits(take());
    await store.ask(closeSession('run:1'));
    await store.ask(endRun('1', 'run:1'));
    assert.equal((await store.ask(attempt({ run: '1' }))).used, 1);
    assert.equal((await store.ask(attempt({ run: '11' }))).used, 2);
    await store.admits(begin('2', { scope: 'run:1' }));
    await store.refuses(begin('2', { scope: 'run:11' }));
    await store.refuses(requireFact('o1', { session: 'run:1' }));
    await isRemembered(store, 'run:11');
    await store.refuses(take());
  });

  it('keeps the named session of a run that ends', async (store) => {
    await fill(store);
    await store.apply(endRun('1'), closeSession());
    await store.admits(openSession());
    await isRemembered(store);
  });

  it('ignores what ends an execution of a run that has ended', async (store) => {
    await store.admits(begin('1'));
    await store.ask(endRun('1'));
    await store.ask(finish('1', 'done'));
    await store.admits(begin('2'));
  });
};

/** A session with one of everything, open once. */
async function fill(store: StoreDriver, session = 's', sessionId = 'chat'): Promise<void> {
  await store.admits(openSession({ session, sessionId }));
  await store.apply(mint('o1', { session }), addStep('A.a', session), say('refund o17', session));
  await store.admits(begin('1', { scope: `session:${session}` }));
  await store.ask(finish('1', 'done', { scope: `session:${session}`, ttlMs: 60_000 }));
}

async function isRemembered(store: StoreDriver, session = 's'): Promise<void> {
  await store.admits(requireFact('o1', { session }));
  await store.admits(requireStep(['A.a'], { session }));
  await store.admits(requireFact('o17', { session, sources: MENTIONED }));
  await store.refuses(begin('2', { scope: `session:${session}` }));
}

async function isForgotten(store: StoreDriver, session = 's'): Promise<void> {
  await store.refuses(requireFact('o1', { session }));
  await store.refuses(requireStep(['A.a'], { session }));
  await store.refuses(requireFact('o17', { session, sources: MENTIONED }));
}
