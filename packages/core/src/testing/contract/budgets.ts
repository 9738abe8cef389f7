import assert from 'node:assert/strict';
import type { BudgetShare } from '../../store/operations.js';
import { AWKWARD_NAMES, charge, hold, readBudgets, settle } from './operation-builders.js';
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

  it('holds nothing for a call that may cost nothing, and charges what it cost', async (store) => {
    await store.admits(hold('1', 0));
    await store.refusesLast(hold('2', 0), hold('3', 101));
    await store.ask(settle('1', 7));
    assert.equal((await store.refuses(hold('4', 100))).used, 7);
  });

  it('holds nothing when a refusal is only observed', async (store) => {
    await store.admits(hold('1', 60));
    await store.refuses(hold('2', 60, { observe: true }));
    await store.admits(hold('3', 40));
  });

  it('charges what was used without a hold, though it crosses the limit', async (store) => {
    await store.ask(charge(0));
    await store.ask(charge(60));
    await store.admits(hold('1', 40));
    await store.ask(charge(70));
    const refused = await store.refuses(hold('2', 1));
    assert.deepEqual([refused.used, refused.held], [130, 40]);
  });

  it('charges every budget of a list, and nothing else', async (store) => {
    await store.ask(charge(5, ['child', 'root']));
    await store.ask(charge(2, ['root']));
    const { budgets } = await store.ask(readBudgets(['root', 'child', 'other']));
    assert.deepEqual(plain(budgets), [amounts(7, 0), amounts(5, 0), amounts(0, 0)]);
  });

  it('loses no charge, however many come at once', async (store) => {
    await Promise.all(Array.from({ length: 20 }, () => store.ask(charge(3))));
    assert.deepEqual(plain((await store.ask(readBudgets())).budgets), [amounts(60, 0)]);
  });

  it('reads what is used and held, and changes nothing by it', async (store) => {
    assert.deepEqual(
      plain((await store.ask(readBudgets([...AWKWARD_NAMES]))).budgets),
      AWKWARD_NAMES.map(() => amounts(0, 0)),
    );
    await store.admits(hold('1', 30));
    await store.admits(hold('2', 20));
    await store.ask(settle('2', 5));
    for (let time = 0; time < 2; time++)
      assert.deepEqual(plain((await store.ask(readBudgets())).budgets), [amounts(5, 30)]);
    assert.deepEqual((await store.ask(readBudgets([]))).budgets, []);
  });

  it('tells what is used of each budget in one list with a hold', async (store) => {
    await store.ask(charge(10));
    const [before, held, after] = await store.apply(readBudgets(), hold('1', 5), readBudgets());
    assert.deepEqual(plain(before.budgets), [amounts(10, 0)]);
    assert.equal(held.admitted, true);
    assert.deepEqual(plain(after?.budgets ?? []), [amounts(10, 5)]);
  });

  it('settles at once what an owner held by several operations, of several units', async (store) => {
    const [tokens, usd, more] = ['tokens', 'usd', 'more usd'].map((key) => ({ key, limit: 100 })) as [
      BudgetShare,
      BudgetShare,
      BudgetShare,
    ];
    await store.apply(hold('1', 1, { budgets: [tokens, usd] }), hold('1', 80, { budgets: [more], lapse: 'charge' }));
    await store.apply(settle('1', 12, ['tokens']), settle('1', 34, ['usd', 'more usd']));
    const { budgets } = await store.ask(readBudgets(['tokens', 'usd', 'more usd']));
    assert.deepEqual(plain(budgets), [amounts(12, 0), amounts(34, 0), amounts(34, 0)]);
  });

  it('takes an amount of 1 as long as the limit is not reached', async (store) => {
    await store.ask(charge(99));
    await store.admits(hold('1', 1));
    await store.ask(settle('1', 40));
    await store.refuses(hold('2', 1));
  });

  it('counts beyond 2^31', async (store) => {
    const budgets = [{ key: 'root', limit: 9_000_000_000_000_000 }];
    await store.ask(charge(8_999_999_999_999_000));
    await store.admits(hold('1', 1000, { budgets }));
    await store.refuses(hold('2', 1, { budgets }));
    await store.ask(settle('1', 999));
    assert.deepEqual(plain((await store.ask(readBudgets())).budgets), [amounts(8_999_999_999_999_999, 0)]);
  });

  it('says when the period of a budget ends', async (store) => {
    const daily = period(DAY);
    const resetsAt = daily.boundaries[2];
    assert.deepEqual((await store.ask(readBudgets([daily]))).budgets, [{ used: 0, held: 0, resetsAt }]);
    await store.ask(charge(20, [daily]));
    await store.admits(hold('1', 80, { budgets: [daily] }));
    await store.refuses(hold('2', 1, { budgets: [daily] }));
    assert.deepEqual((await store.ask(readBudgets([daily]))).budgets, [{ used: 20, held: 80, resetsAt }]);
    await store.ask(settle('1', 10, [daily]));
    assert.deepEqual((await store.ask(readBudgets([daily]))).budgets, [{ used: 30, held: 0, resetsAt }]);
  });

  it('starts anew with each period: nothing is used and nothing held', async (store) => {
    const [before, after] = periodsAround(300);
    await store.ask(charge(40, [before]));
    await store.admits(hold('1', 60, { budgets: [before] }));
    await store.refuses(hold('2', 1, { budgets: [before] }));
    await store.advance(320);
    assert.deepEqual((await store.ask(readBudgets([after]))).budgets, [
      { used: 0, held: 0, resetsAt: after.boundaries[2] },
    ]);
    await store.admits(hold('2', 100, { budgets: [after] }));
  });

  it('charges nothing to a new period for a hold of the one before', async (store) => {
    const [before, after] = periodsAround(300);
    await store.admits(hold('1', 60, { budgets: [before] }));
    await store.admits(hold('2', 40, { budgets: [before] }));
    await store.advance(320);
    await store.ask(settle('1', 50, [after]));
    await store.admits(hold('3', 30, { budgets: [after] }));
    // Whoever still has the boundaries of the call's beginning.
    await store.ask(settle('2', 50, [before]));
    const { budgets } = await store.ask(readBudgets([after]));
    assert.deepEqual(plain(budgets), [amounts(0, 30)]);
  });

  it('does not go back to a period that is over, for a clock that stepped back', async (store) => {
    const [before, after] = periodsAround(300);
    await store.ask(charge(90, [before]));
    await store.advance(320);
    await store.ask(charge(30, [after]));
    await store.refuses(hold('1', 71, { budgets: [before] }));
    await store.admits(hold('1', 60, { budgets: [before] }));
    await store.ask(settle('1', 50, [before]));
    await store.ask(charge(5, [before]));
    const resetsAt = after.boundaries[2];
    for (const each of [before, after])
      assert.deepEqual((await store.ask(readBudgets([each]))).budgets, [{ used: 85, held: 0, resetsAt }]);
  });

  it('keeps what is used of a new period of which everything was given back', async (store) => {
    const [before, after] = periodsAround(300);
    await store.ask(charge(90, [before]));
    await store.advance(320);
    await store.admits(hold('1', 50, { budgets: [after] }));
    await store.ask(settle('1', 0, [after]));
    // A budget that holds nothing still knows that the former period is over.
    await store.ask(charge(10, [before]));
    assert.deepEqual(plain((await store.ask(readBudgets([after]))).budgets), [amounts(10, 0)]);
  });

  it('lets budgets with and without periods share a hold', async (store) => {
    const [before, after] = periodsAround(300);
    const total = { key: 'total', limit: 150 };
    await store.admits(hold('1', 100, { budgets: [before, total] }));
    await store.ask(settle('1', 100, [before, total]));
    await store.advance(320);
    assert.equal((await store.refuses(hold('2', 60, { budgets: [after, total] }))).key, 'total');
    await store.admits(hold('3', 50, { budgets: [after, total] }));
  });
};

const DAY = 86_400_000;

type PeriodShare = BudgetShare & { readonly boundaries: readonly [number, number, number, number] };

/** A budget whose present period has begun a while ago, and lasts as long as it says. */
function period(lengthMs: number): PeriodShare {
  const start = Date.now() - lengthMs / 2;
  return {
    key: 'daily',
    limit: 100,
    boundaries: [start - lengthMs, start, start + lengthMs, start + 2 * lengthMs],
  };
}

/** The same budget as a caller sees it before and after a period begins, so many milliseconds from now. */
function periodsAround(inMs: number): readonly [PeriodShare, PeriodShare] {
  const begins = Date.now() + inMs;
  const starting = (first: number): PeriodShare => ({
    key: 'daily',
    limit: 100,
    boundaries: [first, first + DAY, first + 2 * DAY, first + 3 * DAY],
  });
  return [starting(begins - 2 * DAY), starting(begins - DAY)];
}

function amounts(used: number, held: number): BudgetAmounts {
  return { used, held };
}

type BudgetAmounts = { readonly used: number; readonly held: number };

/** Used and held alone. */
function plain(budgets: readonly BudgetAmounts[]): readonly BudgetAmounts[] {
  return budgets.map(({ used, held }) => ({ used, held }));
}
