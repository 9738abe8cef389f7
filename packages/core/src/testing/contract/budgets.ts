import assert from 'node:assert/strict';
import { AWKWARD_NAMES, hold, settle } from './operation-builders.js';
import type { Contract } from './store-driver.js';

const CHAIN = [
  { key: 'child', limit: 50 },
  { key: 'root', limit: 100 },
];

/** Budgets: what is used and held never exceeds a limit. */
export const budgetContract: Contract = (it) => {
  it('holds up to the limit, and says what is used and held when it refuses', async (store) => {
    await store.admits(hold('1', 60));
    await store.admits(hold('2', 40));
    const refused = await store.refuses(hold('3', 1));
    assert.deepEqual([refused.key, refused.used, refused.held], ['root', 0, 100]);
  });

  it('replaces a hold by what was used', async (store) => {
    await store.admits(hold('1', 60));
    await store.ask(settle('1', 25));
    const refused = await store.refuses(hold('2', 76));
    assert.deepEqual([refused.used, refused.held], [25, 0]);
    await store.admits(hold('2', 75));
  });

  it('has the whole amount back where nothing was used', async (store) => {
    await store.admits(hold('1', 100));
    await store.ask(settle('1', 0));
    await store.admits(hold('2', 100));
  });

  it('charges all that was used, though it was more than held', async (store) => {
    await store.admits(hold('1', 10));
    await store.ask(settle('1', 120));
    const refused = await store.refuses(hold('2', 1));
    assert.equal(refused.used, 120);
  });

  it('settles a hold once, and only its owner’s', async (store) => {
    await store.admits(hold('1', 60));
    await store.ask(settle('2', 5));
    assert.equal((await store.refuses(hold('3', 100))).held, 60);
    await store.ask(settle('1', 30));
    await store.ask(settle('1', 30));
    assert.equal((await store.refuses(hold('3', 100))).used, 30);
  });

  it('adds up what one owner holds', async (store) => {
    await store.admits(hold('1', 30));
    await store.admits(hold('1', 30));
    assert.equal((await store.refuses(hold('2', 100))).held, 60);
    await store.ask(settle('1', 10));
    await store.admits(hold('2', 90));
  });

  it('holds in every budget of a chain, or in none', async (store) => {
    await store.admits(hold('1', 40, { budgets: CHAIN }));
    assert.equal((await store.refuses(hold('2', 20, { budgets: CHAIN }))).key, 'child');
    await store.admits(hold('3', 60));
    await store.ask(settle('1', 0, ['child', 'root']));
    assert.equal((await store.refuses(hold('4', 50, { budgets: CHAIN }))).key, 'root');
    await store.admits(hold('5', 50, { budgets: [{ key: 'child', limit: 50 }] }));
    await store.admits(hold('6', 40));
  });

  it('settles in every budget of the chain', async (store) => {
    await store.admits(hold('1', 50, { budgets: CHAIN }));
    await store.ask(settle('1', 20, ['child', 'root']));
    assert.equal((await store.refuses(hold('2', 31, { budgets: CHAIN }))).used, 20);
    assert.equal((await store.refuses(hold('2', 81))).used, 20);
  });

  it('never holds more than the limit, however many come at once', async (store) => {
    assert.equal(await store.admittedOf(Array.from({ length: 20 }, (_, call) => hold(`${call}`, 15))), 6);
    const chained = Array.from({ length: 20 }, (_, call) =>
      hold(`chained ${call}`, 15, { budgets: [{ key: 'own', limit: 30 }] }),
    );
    assert.equal(await store.admittedOf(chained), 2);
  });

  it('keeps every budget on its own', async (store) => {
    for (const key of AWKWARD_NAMES) await store.admits(hold('1', 100, { budgets: [{ key, limit: 100 }] }));
    for (const key of AWKWARD_NAMES) await store.refuses(hold('1', 1, { budgets: [{ key, limit: 100 }] }));
  });

  it('holds nothing when a refusal is only observed', async (store) => {
    await store.admits(hold('1', 60));
    await store.refuses(hold('2', 60, { observe: true }));
    await store.admits(hold('3', 40));
  });
};
