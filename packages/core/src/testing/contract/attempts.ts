import assert from 'node:assert/strict';
import { AWKWARD_NAMES, attempt, endRun } from './operation-builders.js';
import type { Contract } from './store-driver.js';

/** Attempts by run and tool. */
export const attemptContract: Contract = (it) => {
  it('counts attempts, those over the limit too', async (store) => {
    const answers = [];
    for (let call = 0; call < 4; call++) answers.push(await store.ask(attempt({ limit: 2 })));
    assert.deepEqual(
      answers.map(({ admitted, used }) => [admitted, used]),
      [
        [true, 1],
        [true, 2],
        [false, 3],
        [false, 4],
      ],
    );
  });

  it('counts every run and every tool on its own', async (store) => {
    for (const name of AWKWARD_NAMES) {
      assert.equal((await store.ask(attempt({ run: name }))).used, 1);
      assert.equal((await store.ask(attempt({ tool: name }))).used, 1);
    }
    assert.equal((await store.ask(attempt({ run: 'x:y', tool: 'z' }))).used, 1);
    assert.equal((await store.ask(attempt({ run: 'x', tool: 'y:z' }))).used, 1);
  });

  it('counts each of those that come at once', async (store) => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => store.ask(attempt({ limit: 7 }))));
    assert.equal(answers.filter(({ admitted }) => admitted).length, 7);
    assert.deepEqual(
      answers.map(({ used }) => used).sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  it('does not let attempts expire before their run ends', async (store) => {
    await store.ask(attempt());
    await store.advance(300);
    assert.equal((await store.ask(attempt())).used, 2);
    await store.ask(endRun('1'));
    assert.equal((await store.ask(attempt())).used, 1);
  });

  it('counts an attempt whose refusal is only observed', async (store) => {
    await store.ask(attempt());
    const [observed, next] = await store.apply(attempt({ observe: true }), attempt({ observe: true }));
    assert.deepEqual([observed.admitted, observed.used, next?.used], [false, 2, 3]);
  });
};
