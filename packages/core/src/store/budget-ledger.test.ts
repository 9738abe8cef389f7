import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hold, settle } from '../testing/contract/operation-builders.js';
import { BudgetLedger } from './budget-ledger.js';

describe('BudgetLedger', () => {
  it('forgets a budget of which nothing is used or held', () => {
    const ledger = new BudgetLedger(10);
    ledger.hold(hold('1', 10));
    ledger.hold(hold('2', 0));
    ledger.settle(settle('1', 0));
    expect(ledger.snapshot()).toEqual({ root: { used: 0, held: 0 } });
    ledger.settle(settle('2', 0));
    expect(ledger.snapshot()).toEqual({});
  });

  it('takes back only what the operation had held', () => {
    const ledger = new BudgetLedger(10);
    ledger.hold(hold('1', 10));
    ledger.hold(hold('1', 20));
    ledger.takeBack(hold('1', 20));
    expect(ledger.snapshot()).toEqual({ root: { used: 0, held: 10 } });
    ledger.takeBack(hold('1', 10));
    ledger.takeBack(hold('2', 10));
    expect(ledger.snapshot()).toEqual({});
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
            expect(ledger.hold(hold(each.owner, each.amount, { budgets })).admitted).toBe(fits);
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
            ledger.settle(settle(each.owner, spent, ['inner', 'middle', 'root']));
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
