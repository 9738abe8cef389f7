import assert from 'node:assert/strict';
import { AWKWARD_NAMES, giveBack, take } from './operation-builders.js';
import type { Contract } from './store-driver.js';

/** Sliding windows. */
export const rateContract: Contract = (it) => {
  it('admits up to the limit, then refuses and says when a place frees', async (store) => {
    await store.admits(take({ limit: 2 }));
    await store.admits(take({ limit: 2 }));
    const { retryAfterMs } = await store.refuses(take({ limit: 2 }));
    assert.ok(retryAfterMs > 0 && retryAfterMs <= 300, `retryAfterMs is ${retryAfterMs}`);
  });

  it('lets a place go a period after it was taken, each by itself', async (store) => {
    await store.admits(take({ limit: 2 }));
    await store.advance(150);
    await store.admits(take({ limit: 2 }));
    await store.refuses(take({ limit: 2 }));
    await store.advance(170);
    await store.admits(take({ limit: 2 }));
    await store.refuses(take({ limit: 2 }));
  });

  it('admits again after retryAfterMs', async (store) => {
    await store.admits(take());
    await store.advance(100);
    const { retryAfterMs } = await store.refuses(take());
    await store.advance(Math.ceil(retryAfterMs));
    await store.admits(take());
  });

  it('takes no place for what it refuses', async (store) => {
    await store.admits(take());
    await store.advance(200);
    await store.refuses(take());
    await store.refuses(take());
    await store.advance(120);
    await store.admits(take());
  });

  it('counts every key on its own', async (store) => {
    for (const key of AWKWARD_NAMES) await store.admits(take({ key }));
    for (const key of AWKWARD_NAMES) await store.refuses(take({ key }));
  });

  it('gives one place back at once', async (store) => {
    await store.admits(take({ limit: 2 }));
    const { ticket } = await store.admits(take({ limit: 2 }));
    await store.ask(giveBack(ticket));
    await store.admits(take({ limit: 2 }));
    await store.refuses(take({ limit: 2 }));
  });

  it('gives back the place of the ticket, not another', async (store) => {
    const { ticket } = await store.admits(take({ limit: 2 }));
    await store.advance(150);
    await store.admits(take({ limit: 2 }));
    await store.ask(giveBack(ticket));
    await store.admits(take({ limit: 2 }));
    await store.advance(170);
    await store.refuses(take({ limit: 2 }));
  });

  it('gives nothing back for a place that has left the window, or of another key', async (store) => {
    const { ticket } = await store.admits(take());
    await store.ask(giveBack(ticket, 'other'));
    await store.refuses(take());
    await store.advance(320);
    await store.admits(take());
    await store.ask(giveBack(ticket));
    await store.refuses(take());
  });

  it('admits exactly as many as there are places, however many come at once', async (store) => {
    assert.equal(await store.admittedOf(Array.from({ length: 2 }, () => take())), 1);
    assert.equal(await store.admittedOf(Array.from({ length: 20 }, () => take({ key: 'many', limit: 7 }))), 7);
  });

  it('takes no place when a refusal is only observed', async (store) => {
    const { ticket } = await store.admits(take());
    await store.refuses(take({ observe: true }));
    await store.ask(giveBack(ticket));
    await store.admits(take());
  });
};
