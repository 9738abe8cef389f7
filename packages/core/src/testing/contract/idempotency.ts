import assert from 'node:assert/strict';
import { AWKWARD_NAMES, begin, finish } from './operation-builders.js';
import type { Contract } from './store-driver.js';

/** Records of executions: at most one per key. */
export const idempotencyContract: Contract = (it) => {
  it('starts one execution per key, however many come at once', async (store) => {
    assert.equal(await store.admittedOf(Array.from({ length: 10 }, (_, call) => begin(`${call}`))), 1);
  });

  it('says that a key is in progress, and of whom', async (store) => {
    await store.admits(begin('1'));
    const known = await store.refuses(begin('2'));
    assert.deepEqual([known.state, known.owner, known.sameArguments], ['inProgress', '1', true]);
  });

  it('binds the arguments to the key, in whatever order they come', async (store) => {
    await store.admits(begin('1', { args: { to: 'a', items: [1, { deep: null }] } }));
    const other = await store.refuses(begin('2', { args: { to: 'a', items: [1, { deep: 'null' }] } }));
    assert.equal(other.sameArguments, false);
    const same = await store.refuses(begin('2', { args: { items: [1, { deep: null }], to: 'a' } }));
    assert.equal(same.sameArguments, true);
    await store.ask(finish('1', 'done'));
    assert.equal((await store.refuses(begin('2', { args: {} }))).sameArguments, false);
  });

  it('keeps scopes, tools and keys apart', async (store) => {
    const parts = [...AWKWARD_NAMES.map((key) => ({ key })), ...AWKWARD_NAMES.map((scope) => ({ scope }))];
    const pairs = [
      { tool: 'a', key: 'b:c' },
      { tool: 'a:b', key: 'c' },
      { scope: 'a:Bank.pay', key: 'key' },
      { scope: 'a', tool: 'Bank.pay:key', key: '' },
    ];
    for (const given of [...parts, ...pairs]) await store.admits(begin('1', given));
    for (const given of [...parts, ...pairs]) await store.refuses(begin('2', given));
  });

  for (const result of [{ value: { paid: [10, 'EUR'], fee: null } }, { value: undefined }, { value: '' }, undefined]) {
    it(`answers with the stored result once it is done: ${JSON.stringify(result)}`, async (store) => {
      await store.admits(begin('1'));
      await store.ask(finish('1', 'done', { result }));
      for (const owner of ['2', '3']) {
        const known = await store.refuses(begin(owner));
        assert.deepEqual([known.state, known.owner, known.running], ['done', '1', false]);
        assert.deepEqual(known.result?.value, result?.value);
        assert.equal(known.result === undefined, result === undefined);
      }
    });
  }

  it('says how an execution of unknown outcome ended, and whether it still runs', async (store) => {
    await store.admits(begin('1'));
    await store.ask(finish('1', 'unknown', { lastError: 'ToolTimeoutError', running: true }));
    const running = await store.refuses(begin('2'));
    assert.deepEqual([running.state, running.lastError, running.running], ['unknown', 'ToolTimeoutError', true]);
    await store.ask(finish('1', 'unknown', { lastError: 'TypeError' }));
    const ended = await store.refuses(begin('2'));
    assert.deepEqual([ended.state, ended.lastError, ended.running], ['unknown', 'TypeError', false]);
  });

  for (const state of ['free', 'refused'] as const) {
    it(`frees the key when an execution ends ${state}`, async (store) => {
      await store.admits(begin('1'));
      await store.ask(finish('1', state));
      await store.admits(begin('2', { args: { amount: 20 } }));
    });
  }

  for (const state of ['free', 'refused', 'done', 'unknown'] as const) {
    it(`lets nobody but the owner end an execution as ${state}`, async (store) => {
      await store.admits(begin('1'));
      await store.ask(finish('2', state, { result: { value: 'forged' } }));
      assert.equal((await store.refuses(begin('3'))).state, 'inProgress');
    });

    it(`keeps what is done from a late end of its owner as ${state}`, async (store) => {
      await store.admits(begin('1'));
      await store.ask(finish('1', 'done', { result: { value: 'first' } }));
      await store.ask(finish('1', state, { result: { value: 'late' } }));
      const known = await store.refuses(begin('2'));
      assert.deepEqual([known.state, known.result?.value], ['done', 'first']);
    });
  }

  it('takes a late end of an unknown outcome into account', async (store) => {
    await store.admits(begin('1'));
    await store.ask(finish('1', 'unknown', { running: true }));
    await store.ask(finish('1', 'done', { result: { value: 'late' } }));
    const known = await store.refuses(begin('2'));
    assert.deepEqual([known.state, known.result?.value], ['done', 'late']);

    await store.admits(begin('1', { key: 'safe' }));
    await store.ask(finish('1', 'unknown', { key: 'safe', running: true }));
    await store.ask(finish('1', 'free', { key: 'safe' }));
    await store.admits(begin('2', { key: 'safe' }));
  });

  it('forgets what is done a ttl after its end, not after its start', async (store) => {
    await store.admits(begin('1'));
    await store.advance(250);
    assert.equal((await store.refuses(begin('2'))).state, 'inProgress');
    await store.ask(finish('1', 'done'));
    await store.advance(100);
    assert.equal((await store.refuses(begin('2'))).state, 'done');
    await store.advance(120);
    await store.admits(begin('2'));
  });

  it('forgets an unknown outcome a ttl after its end, and never while its method runs', async (store) => {
    await store.admits(begin('1'));
    await store.ask(finish('1', 'unknown', { running: true }));
    await store.advance(250);
    assert.equal((await store.refuses(begin('2'))).running, true);
    await store.ask(finish('1', 'unknown'));
    await store.advance(100);
    assert.equal((await store.refuses(begin('2'))).running, false);
    await store.advance(120);
    await store.admits(begin('2'));
  });

  it('forgets nothing for an end that comes after the record was forgotten', async (store) => {
    await store.admits(begin('1'));
    await store.ask(finish('1', 'unknown'));
    await store.advance(220);
    await store.admits(begin('2'));
    await store.ask(finish('1', 'free'));
    assert.equal((await store.refuses(begin('3'))).owner, '2');
  });

  it('starts nothing when a refusal is only observed', async (store) => {
    await store.admits(begin('1'));
    await store.refuses(begin('2', { observe: true }));
    await store.ask(finish('2', 'free'));
    assert.equal((await store.refuses(begin('3'))).owner, '1');
  });
};
