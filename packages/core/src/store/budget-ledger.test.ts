import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { charge, hold, settle } from '../testing/contract/operation-builders.js';
import { BudgetLedger } from './budget-ledger.js';

describe('BudgetLedger', () => {
  it('forgets a budget of which nothing is used or held', () => {
    const ledger = new BudgetLedger(10);
    ledger.hold(hold('1', 10), 0);
    ledger.hold(hold('2', 0), 0);
    ledger.settle(settle('1', 0), 0);
    expect(ledger.snapshot()).toEqual({ root: { used: 0, held: 0 } });
    ledger.settle(settle('2', 0), 0);
    expect(ledger.snapshot()).toEqual({});
  });

  it('takes back only what the operation had held', () => {
    const ledger = new BudgetLedger(10);
    ledger.hold(hold('1', 10), 0);
    ledger.hold(hold('1', 20), 0);
    ledger.takeBack(hold('1', 20), 0);
    expect(ledger.snapshot()).toEqual({ root: { used: 0, held: 10 } });
    ledger.takeBack(hold('1', 10), 0);
    ledger.takeBack(hold('2', 10), 0);
    expect(ledger.snapshot()).toEqual({});
  });

  describe('with periods', () => {
    const day = 86_400_000;
    const daily = (start: number) => ({
      key: 'daily',
      limit: 100,
      boundaries: [start - day, start, start + day, start + 2 * day],
    });

    it('forgets a budget when the period after the one it was used in is over', () => {
      const ledger = new BudgetLedger(10);
      ledger.charge(charge(10, [daily(0)]), 5);
      ledger.hold(hold('1', 10, { budgets: [daily(0)] }), 6);
      ledger.sweep(4 + 2 * day);
      expect(ledger.snapshot()).toEqual({ daily: { used: 10, held: 10 } });
      ledger.sweep(5 + 2 * day);
      expect(ledger.snapshot()).toEqual({});
      ledger.settle(settle('1', 10, [daily(2 * day)]), 6 + 2 * day);
      expect(ledger.snapshot()).toEqual({});
    });

    it('keeps one that is used in period after period', () => {
      const ledger = new BudgetLedger(10);
      for (let each = 0; each < 10; each++) {
        ledger.charge(charge(each, [daily(each * day)]), each * day + 5);
        ledger.sweep(each * day + 5);
      }
      expect(ledger.snapshot()).toEqual({ daily: { used: 9, held: 0 } });
      ledger.sweep(11 * day + 5);
      expect(ledger.snapshot()).toEqual({});
    });

    it('makes room for others at the cap, once their periods are past', () => {
      const ledger = new BudgetLedger(1);
      ledger.charge(charge(10, [daily(0)]), 0);
      expect(ledger.hold(hold('1', 1), 2 * day - 1)).toEqual({ admitted: false, full: true });
      expect(ledger.hold(hold('1', 1), 2 * day)).toEqual({ admitted: true });
    });
  });

  it('books nothing beyond its cap, and still what is in it', () => {
    const ledger = new BudgetLedger(1);
    ledger.charge(charge(10, ['first']), 0);
    ledger.charge(charge(10, ['second', 'first']), 0);
    expect(ledger.snapshot()).toEqual({ first: { used: 20, held: 0 } });
    expect(ledger.hold(hold('1', 1, { budgets: [{ key: 'second', limit: 50 }] }), 0)).toMatchObject({ full: true });
  });

  it('counts what was used as far as a number counts exactly', () => {
    const ledger = new BudgetLedger(1);
    for (let time = 0; time < 2; time++) ledger.charge(charge(Number.MAX_SAFE_INTEGER, ['root']), 0);
    expect(ledger.snapshot()).toEqual({ root: { used: Number.MAX_SAFE_INTEGER, held: 0 } });
  });

  // Three budgets, each below the one after it; a hold takes a chain from one of them to the root.
  it('never lets used and held exceed a limit, and refuses only where they would, in any schedule', () => {
    const chain = [
      { key: 'inner', limit: 20 },
      { key: 'middle', limit: 30 },
      { key: 'root', limit: 50 },
    ];
    const owner = fc.constantFrom('1', '2', '3', '4');
    const step = fc.oneof(
      fc.record({ is: fc.constant('hold' as const), owner, from: fc.nat(2), amount: fc.nat(25) }),
      fc.record({ is: fc.constant('settle' as const), owner, used: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ledger = new BudgetLedger(10);
        const held = new Map<string, { readonly key: string; readonly amount: number }[]>();
        const used = new Map(chain.map(({ key }) => [key, 0]));
        const total = (key: string) =>
          (used.get(key) ?? 0) +
          [...held.values()].flat().reduce((sum, each) => sum + (each.key === key ? each.amount : 0), 0);
        for (const each of steps) {
          if (each.is === 'hold') {
            const budgets = chain.slice(each.from);
            const fits = budgets.every(({ key, limit }) => total(key) + each.amount <= limit);
            expect(ledger.hold(hold(each.owner, each.amount, { budgets }), 0).admitted).toBe(fits);
            if (!fits) continue;
            const mine = held.get(each.owner) ?? [];
            held.set(each.owner, [...mine, ...budgets.map(({ key }) => ({ key, amount: each.amount }))]);
          } else {
            // Of each budget a part of what is held there.
            const amounts = (held.get(each.owner) ?? []).map(({ amount }) => amount);
            const spent = Math.floor(Math.min(...amounts, Number.MAX_SAFE_INTEGER) * each.used);
            for (const { key } of chain) {
              if (held.get(each.owner)?.some((mine) => mine.key === key)) used.set(key, (used.get(key) ?? 0) + spent);
            }
            held.delete(each.owner);
            ledger.settle(settle(each.owner, spent, ['inner', 'middle', 'root']), 0);
          }
          for (const { key, limit } of chain) expect(total(key)).toBeLessThanOrEqual(limit);
        }
        const expected = chain
          .map(({ key }) => [key, { used: used.get(key) ?? 0, held: total(key) - (used.get(key) ?? 0) }] as const)
          .filter(([, budget]) => budget.used + budget.held > 0);
        const snapshot = Object.entries(ledger.snapshot() as Record<string, { used: number; held: number }>);
        expect(Object.fromEntries(snapshot.filter(([, budget]) => budget.used + budget.held > 0))).toEqual(
          Object.fromEntries(expected),
        );
      }),
    );
  });
});
