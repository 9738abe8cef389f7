import assert from 'node:assert/strict';
import { begin, closeSession, finish, mint, openSession, requireFact, take } from './operation-builders.js';
import type { Contract } from './store-driver.js';

/** Memory: what expired goes without being asked for. Says nothing about a store that cannot tell its size. */
export const expiryContract: Contract = (it) => {
  it('drops everything that expired though nobody asks for it', async (store) => {
    const before = await store.size();
    if (before === undefined) return;
    for (let each = 0; each < 20; each++) {
      await store.admits(take({ key: `${each}`, periodMs: 100 }));
      await store.admits(begin('1', { key: `${each}` }));
      await store.ask(finish('1', each % 2 === 0 ? 'done' : 'unknown', { key: `${each}`, ttlMs: 100 }));
      const [session, sessionId] = [`s${each}`, `${each}`];
      await store.admits(openSession({ session, sessionId, idleMs: 100 }));
      await store.ask(mint('lasting', { session }));
      await store.ask(closeSession(session));
      await store.admits(openSession({ session, sessionId, idleMs: 100 }));
      await store.ask(closeSession(session));
    }
    assert.ok(((await store.size()) ?? 0) > before);
    await store.advance(150);
    await store.refuses(requireFact('nothing', { session: 'nowhere' }));
    await store.advance(150);
    await store.refuses(requireFact('nothing', { session: 'nowhere' }));
    assert.equal(await store.size(), before);
  });

  it('drops facts and records that expired after they were taken back', async (store) => {
    if ((await store.size()) === undefined) return;
    await store.admits(openSession());
    const before = await store.size();
    await store.ask(mint('token', { ttlMs: 150 }));
    const { taken = [] } = await store.admits(requireFact('token', { consume: true }));
    await store.ask({ op: 'fact.giveBack', session: 's', taken });
    await store.admits(begin('1', { ttlMs: 150 }));
    await store.ask(finish('1', 'unknown', { ttlMs: 150 }));
    await store.admits(begin('2', { replaces: '1' }));
    await store.advance(200);
    await store.ask(finish('2', 'refused'));
    await store.refuses(requireFact('nothing', { session: 'nowhere' }));
    assert.equal(await store.size(), before);
  });
};
