import assert from 'node:assert/strict';
import type { StoreOperation } from '../../store/operations.js';
import {
  addStep,
  attempt,
  begin,
  closeSession,
  enter,
  finish,
  giveBack,
  hold,
  leave,
  mint,
  openSession,
  requireFact,
  requireStep,
  say,
  settle,
  take,
} from './operation-builders.js';
import type { Contract, StoreDriver } from './store-driver.js';

/** Something that no store admits here. */
const REFUSED = requireStep(['Never.done']);

/** Lists: one atomic step, stopped and taken back at the first refusal. */
export const listContract: Contract = (it) => {
  it('answers nothing to an empty list', async (store) => {
    assert.deepEqual(await store.apply(), []);
  });

  it('carries operations out in their order, each after the one before', async (store) => {
    const answers = await store.apply(
      mint('o1'),
      requireFact('o1', { consume: true }),
      addStep('A.a'),
      requireStep(['A.a']),
      take(),
    );
    assert.deepEqual(
      answers.map((answer) => answer !== undefined && 'admitted' in answer && answer.admitted),
      [false, true, false, true, true],
    );
  });

  it('stops at the first refusal, with which the answers end', async (store) => {
    const operations: StoreOperation[] = [requireStep([]), attempt(), addStep('Never.done'), take()];
    const answers = await store.apply(take({ key: 'first' }), ...operations);
    assert.equal(answers.length, 2);
    await store.refuses(REFUSED);
    assert.equal((await store.ask(attempt())).used, 1);
    await store.admits(take());
  });

  it('takes back the place in a window', async (store) => {
    await store.admits(take({ limit: 2 }));
    await store.advance(150);
    await store.refusesLast(take({ limit: 2 }), REFUSED);
    const { ticket } = await store.admits(take({ limit: 2 }));
    await store.refuses(take({ limit: 2 }));
    await store.ask(giveBack(ticket));
    // The place that was taken first is still the first to go.
    await store.advance(170);
    await store.admits(take({ limit: 2 }));
    await store.admits(take({ limit: 2 }));
  });

  it('takes back the probe of a breaker', async (store) => {
    const { generation } = await store.admits(enter('1'));
    await store.refusesLast(enter('2'), REFUSED);
    await store.ask(leave('1', 'failure', generation));
    await store.advance(220);
    await store.refusesLast(enter('3'), REFUSED);
    const probe = await store.admits(enter('4'));
    assert.equal(probe.probe, true);
    await store.ask(leave('3', 'success', probe.generation));
    await store.refuses(enter('5'));
  });

  it('takes back an idempotency key', async (store) => {
    await store.refusesLast(begin('1'), REFUSED);
    await store.admits(begin('2', { args: { amount: 20 } }));
  });

  it('has back the idempotency record that was replaced', async (store) => {
    await store.admits(begin('1'));
    await store.ask(finish('1', 'unknown', { lastError: 'TypeError' }));
    await store.refusesLast(begin('2', { replaces: '1' }), REFUSED);
    const known = await store.refuses(begin('3'));
    assert.deepEqual([known.state, known.owner, known.lastError], ['unknown', '1', 'TypeError']);
    await store.admits(begin('4', { replaces: '1' }));
  });

  it('has back the facts that were consumed', async (store) => {
    await store.ask(mint('token', { ttlMs: 250 }));
    await store.ask(mint('token', { origin: { source: 'app', at: 1 } }));
    await store.refusesLast(requireFact('token', { consume: true }), REFUSED);
    await store.admits(requireFact('token', { sources: { tool: ['Orders.list'], app: false } }));
    await store.admits(requireFact('token', { sources: { tool: false, app: true } }));
    await store.advance(270);
    await store.refuses(requireFact('token', { sources: { tool: true, app: false } }));
  });

  it('takes back a hold in every budget, and only it', async (store) => {
    const budgets = [
      { key: 'child', limit: 50 },
      { key: 'root', limit: 100 },
    ];
    await store.admits(hold('1', 10, { budgets }));
    await store.refusesLast(hold('1', 40, { budgets }), REFUSED);
    assert.equal((await store.refuses(hold('2', 91))).held, 10);
    await store.admits(hold('2', 40, { budgets }));
    await store.ask(settle('1', 10, ['child', 'root']));
    assert.equal((await store.refuses(hold('3', 51))).used, 10);
  });

  it('takes back what was taken before the user said something in the same list', async (store) => {
    const sources = { tool: false, app: false, user: { minLength: 3 } };
    await store.refusesLast(begin('1'), take(), say('refund o17'), requireFact('o18', { sources }));
    await store.admits(begin('2'));
    await store.admits(take());
    const [, found] = await store.apply(say('and o18'), requireFact('o18', { sources }));
    assert.equal(found?.admitted, true);
  });

  it('takes back that a run joined a session', async (store) => {
    await store.refusesLast(openSession(), REFUSED);
    await store.admits(openSession({ session: 'bob', userId: 'bob' }));
    await store.ask(closeSession('bob'));
    await store.advance(120);
    await store.refusesLast(openSession({ session: 'bob', userId: 'bob' }), REFUSED);
    await store.advance(120);
    await store.admits(openSession());
  });

  it('takes everything back together', async (store) => {
    await store.ask(mint('token'));
    const plan = [
      begin('1'),
      requireFact('token', { consume: true }),
      enter('1'),
      take(),
      hold('1', 100),
    ] as const satisfies readonly StoreOperation[];
    await store.refusesLast(...plan, REFUSED);
    const answers = await store.apply(...plan);
    assert.equal(answers.length, plan.length);
    for (const answer of answers) assert.equal(answer.admitted, true);
  });

  it('keeps attempts counted', async (store) => {
    await store.refusesLast(attempt({ limit: 5 }), take(), REFUSED);
    assert.equal((await store.ask(attempt({ limit: 5 }))).used, 2);
  });

  it('keeps what needed nobody’s admission', async (store) => {
    await store.refusesLast(mint('o1'), addStep('A.a'), REFUSED);
    await store.admits(requireFact('o1'));
    await store.admits(requireStep(['A.a']));
  });

  it('goes on after a refusal that is only observed, and takes nothing back for it', async (store) => {
    const observed = { ...REFUSED, observe: true };
    const answers = await store.apply(take(), observed, begin('1'), observed);
    assert.deepEqual(
      answers.map((answer) => answer.admitted),
      [true, false, true, false],
    );
    await store.refuses(take());
    await store.refuses(begin('2'));
  });

  it('takes back what was admitted between observed refusals once one counts', async (store) => {
    const answers = await store.apply(take(), { ...REFUSED, observe: true }, begin('1'), REFUSED);
    assert.equal(answers.length, 4);
    await store.admits(take());
    await store.admits(begin('2'));
  });

  it('takes nothing back for an observed refusal of what the same call has', async (store) => {
    await store.admits(hold('1', 10));
    await store.admits(begin('1'));
    const { generation } = await store.admits(enter('1'));
    await store.ask(leave('1', 'failure', generation));
    await store.advance(220);
    await store.admits(enter('1'));
    const observe = true;
    const answers = await store.apply(
      hold('1', 95, { observe }),
      begin('1', { observe }),
      enter('1', { observe }),
      REFUSED,
    );
    assert.deepEqual(
      answers.map(({ admitted }) => admitted),
      [false, false, false, false],
    );
    assert.equal((await store.refuses(hold('2', 100))).held, 10);
    assert.equal((await store.refuses(begin('2'))).owner, '1');
    await store.refuses(enter('2'));
  });

  it('asks anew for what it gives back, in one step', async (store) => {
    const { ticket } = await store.admits(take());
    await store.ask(mint('token'));
    const { taken = [] } = await store.admits(requireFact('token', { consume: true }));
    const answers = await store.apply(
      giveBack(ticket),
      take(),
      { op: 'fact.giveBack', session: 's', taken },
      requireFact('token', { consume: true }),
    );
    assert.deepEqual([answers[1].admitted, answers[3].admitted], [true, true]);
  });

  it('lets exactly one of two lists have the last place of each of its guards', async (store) => {
    const lists = Array.from({ length: 8 }, (_, call) => [
      begin(`${call}`, { key: `${call}` }),
      take(),
      hold(`${call}`, 60),
    ]);
    const answers = await Promise.all(lists.map((list) => store.apply(...list)));
    assert.equal(answers.filter((each) => each.length === 3 && each[2]?.admitted).length, 1);
    await freeKeys(store, 8, 7);
  });
};

async function freeKeys(store: StoreDriver, keys: number, free: number): Promise<void> {
  const again = Array.from({ length: keys }, (_, call) => begin('again', { key: `${call}` }));
  assert.equal(await store.admittedOf(again), free);
}
