import assert from 'node:assert/strict';
import { AWKWARD_NAMES, enter, leave } from './operation-builders.js';
import type { Contract, StoreDriver } from './store-driver.js';

/** Circuit breakers. */
export const breakerContract: Contract = (it) => {
  it('lets calls through while it is closed', async (store) => {
    const first = await store.admits(enter('1'));
    const second = await store.admits(enter('2'));
    assert.deepEqual([first.probe, second.probe], [false, false]);
    assert.equal(second.generation, first.generation);
  });

  it('opens at the last of as many failures as allowed, and says when a probe may', async (store) => {
    await ends(store, '1', 'failure', 2);
    await store.admits(enter('2'));
    await ends(store, '2', 'failure', 2);
    const { retryAfterMs } = await store.refuses(enter('3'));
    assert.ok(retryAfterMs > 0 && retryAfterMs <= 200, `retryAfterMs is ${retryAfterMs}`);
  });

  it('forgets failures at a success', async (store) => {
    for (const verdict of ['failure', 'success', 'failure'] as const) await ends(store, '1', verdict, 2);
    await store.admits(enter('2'));
  });

  it('learns nothing from neutral and ignored outcomes while it is closed', async (store) => {
    for (const verdict of ['neutral', 'ignored', 'neutral', 'ignored'] as const) await ends(store, '1', verdict, 1);
    for (const verdict of ['failure', 'neutral', 'ignored', 'failure'] as const) await ends(store, '1', verdict, 2);
    await store.refuses(enter('2'));
  });

  it('lets one probe through after the reset timeout, and names it to the others', async (store) => {
    await ends(store, '1', 'failure');
    await store.advance(220);
    const owners = ['2', '3', '4', '5'];
    const answers = await Promise.all(owners.map((owner) => store.ask(enter(owner))));
    const probing = answers.findIndex(({ admitted }) => admitted);
    assert.equal(answers.filter(({ admitted }) => admitted).length, 1);
    assert.equal((await store.refuses(enter('6'))).probeOwner, owners[probing]);
  });

  for (const verdict of ['success', 'ignored'] as const) {
    it(`closes when the probe ends with ${verdict}`, async (store) => {
      const { generation } = await halfOpen(store, 'probe');
      await store.ask(leave('probe', verdict, generation, { maxFails: 2 }));
      const after = await store.admits(enter('3'));
      assert.equal(after.probe, false);
      // Nothing is left of the failures before.
      await store.ask(leave('3', 'failure', after.generation, { maxFails: 2 }));
      await store.admits(enter('4'));
    });
  }

  it('opens for the whole reset timeout when the probe fails, whatever the failures allowed', async (store) => {
    const { generation } = await halfOpen(store, 'probe');
    await store.ask(leave('probe', 'failure', generation, { maxFails: 5 }));
    await store.refuses(enter('3'));
    await store.advance(100);
    await store.refuses(enter('3'));
    await store.advance(120);
    assert.equal((await store.admits(enter('3'))).probe, true);
  });

  it('gives the probe to the next call at once when it ends neutrally', async (store) => {
    const { generation } = await halfOpen(store, 'probe');
    await store.ask(leave('probe', 'neutral', generation));
    assert.equal((await store.admits(enter('3'))).probe, true);
    await store.refuses(enter('4'));
  });

  it('lets only the probe end the probing', async (store) => {
    const { generation } = await halfOpen(store, 'probe');
    for (const verdict of ['success', 'ignored', 'failure', 'neutral'] as const) {
      await store.ask(leave('other', verdict, generation));
      assert.equal((await store.refuses(enter('3'))).probeOwner, 'probe');
    }
  });

  it('ignores how a former probe ends once another has the probe', async (store) => {
    const { generation } = await halfOpen(store, 'former');
    await store.ask(leave('former', 'neutral', generation));
    await store.admits(enter('current'));
    await store.ask(leave('former', 'success', generation));
    assert.equal((await store.refuses(enter('3'))).probeOwner, 'current');
  });

  it('ignores the outcomes of calls that entered before it opened', async (store) => {
    const late = await store.admits(enter('late'));
    const later = await store.admits(enter('later'));
    await ends(store, '1', 'failure');
    // Neither closes it, nor opens it for longer.
    await store.advance(150);
    await store.ask(leave('late', 'success', late.generation));
    await store.refuses(enter('2'));
    await store.ask(leave('later', 'failure', later.generation));
    await store.advance(70);
    await store.admits(enter('3'));
  });

  it('ignores the outcomes of calls that entered before it opened once it has closed again', async (store) => {
    const late = await store.admits(enter('late'));
    const { generation } = await halfOpen(store, 'probe');
    await store.ask(leave('late', 'success', late.generation));
    await store.refuses(enter('2'));
    await store.ask(leave('probe', 'success', generation));
    await store.ask(leave('late', 'failure', late.generation));
    const { generation: current } = await store.admits(enter('3'));
    assert.equal(new Set([late.generation, generation, current]).size, 3);
  });

  it('keeps every name on its own', async (store) => {
    for (const name of AWKWARD_NAMES) {
      const { generation } = await store.admits(enter('1', { name }));
      await store.ask(leave('1', 'failure', generation, { name }));
      await store.refuses(enter('1', { name }));
    }
  });

  it('leaves the probe to others when a refusal is only observed', async (store) => {
    await ends(store, '1', 'failure');
    await store.refuses(enter('2', { observe: true }));
    await store.advance(220);
    await store.admits(enter('3'));
    const { probeOwner } = await store.refuses(enter('4', { observe: true }));
    assert.equal(probeOwner, '3');
  });
};

async function ends(store: StoreDriver, owner: string, verdict: Parameters<typeof leave>[1], maxFails = 1) {
  const { generation } = await store.admits(enter(owner));
  await store.ask(leave(owner, verdict, generation, { maxFails }));
}

async function halfOpen(store: StoreDriver, owner: string): Promise<{ readonly generation: number }> {
  await ends(store, 'failing', 'failure');
  await store.advance(220);
  const answer = await store.admits(enter(owner));
  assert.equal(answer.probe, true);
  return answer;
}
