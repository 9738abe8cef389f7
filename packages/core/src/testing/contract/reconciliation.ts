import assert from 'node:assert/strict';
import { begin, finish } from './operation-builders.js';
import type { Contract, StoreDriver } from './store-driver.js';

/** Records of unknown outcome that somebody has found out about. */
export const reconciliationContract: Contract = (it) => {
  it('replaces an execution that is known not to have taken effect, once', async (store) => {
    await isUnknown(store, 'former');
    const replacements = Array.from({ length: 10 }, (_, call) => begin(`${call}`, { replaces: 'former' }));
    assert.equal(await store.admittedOf(replacements), 1);
    assert.equal((await store.refuses(begin('late'))).state, 'inProgress');
  });

  it('replaces only the execution that was looked into', async (store) => {
    await isUnknown(store, 'former');
    assert.equal((await store.refuses(begin('2', { replaces: 'somebody else' }))).owner, 'former');
  });

  it('replaces nothing that is in progress, still running or done', async (store) => {
    await store.admits(begin('1'));
    assert.equal((await store.refuses(begin('2', { replaces: '1' }))).state, 'inProgress');
    await store.ask(finish('1', 'unknown', { running: true }));
    assert.equal((await store.refuses(begin('2', { replaces: '1' }))).state, 'unknown');
    await store.ask(finish('1', 'done'));
    assert.equal((await store.refuses(begin('2', { replaces: '1' }))).state, 'done');
  });

  it('ignores the end of an execution that was replaced', async (store) => {
    await isUnknown(store, 'former');
    await store.admits(begin('2', { replaces: 'former' }));
    await store.ask(finish('former', 'free'));
    const known = await store.refuses(begin('3'));
    assert.deepEqual([known.state, known.owner], ['inProgress', '2']);
  });

  it('has the replaced record back, as it was, when its successor is refused', async (store) => {
    await isUnknown(store, 'former');
    await store.admits(begin('2', { replaces: 'former', args: { other: true } }));
    await store.ask(finish('2', 'refused'));
    const known = await store.refuses(begin('3'));
    assert.deepEqual(
      [known.state, known.owner, known.lastError, known.running, known.sameArguments],
      ['unknown', 'former', 'TypeError', false, true],
    );
  });

  it('lets the replaced record expire when it would have, though it was replaced meanwhile', async (store) => {
    await isUnknown(store, 'former');
    await store.admits(begin('2', { replaces: 'former' }));
    await store.advance(220);
    await store.ask(finish('2', 'refused'));
    await store.admits(begin('3'));
  });

  it('does not have the replaced record back when its successor did start', async (store) => {
    for (const [key, state] of [
      ['a', 'free'],
      ['b', 'done'],
      ['c', 'unknown'],
    ] as const) {
      await isUnknown(store, 'former', key);
      await store.admits(begin('2', { key, replaces: 'former' }));
      await store.ask(finish('2', state, { key, result: { value: 'second' } }));
    }
    await store.admits(begin('3', { key: 'a' }));
    assert.equal((await store.refuses(begin('3', { key: 'b' }))).result?.value, 'second');
    const unknown = await store.refuses(begin('3', { key: 'c' }));
    assert.equal(unknown.owner, '2');
    await store.ask(finish('2', 'refused', { key: 'c' }));
    await store.admits(begin('3', { key: 'c' }));
  });

  it('concludes an execution that is known to have taken effect, with its result', async (store) => {
    await isUnknown(store, 'former');
    const known = await store.refuses(begin('2', { concludes: { owner: 'former', result: { value: 'found' } } }));
    assert.deepEqual([known.state, known.owner, known.result?.value], ['done', 'former', 'found']);
    assert.equal((await store.refuses(begin('3'))).result?.value, 'found');
    await store.advance(220);
    await store.admits(begin('4'));
  });

  it('concludes an execution that still runs, whose late end then says nothing', async (store) => {
    await store.admits(begin('former'));
    await store.ask(finish('former', 'unknown', { running: true }));
    await store.refuses(begin('2', { concludes: { owner: 'former', result: undefined } }));
    await store.ask(finish('former', 'free'));
    const known = await store.refuses(begin('3'));
    assert.deepEqual([known.state, known.result], ['done', undefined]);
  });

  it('concludes only the execution that was looked into', async (store) => {
    await isUnknown(store, 'former');
    const known = await store.refuses(begin('2', { concludes: { owner: 'other', result: { value: 'forged' } } }));
    assert.deepEqual([known.state, known.owner], ['unknown', 'former']);
  });
};

async function isUnknown(store: StoreDriver, owner: string, key = 'key'): Promise<void> {
  await store.admits(begin(owner, { key }));
  await store.ask(finish(owner, 'unknown', { key, lastError: 'TypeError' }));
}
