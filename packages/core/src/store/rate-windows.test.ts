import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { take } from '../testing/contract/operation-builders.js';
import { MemoryStore } from './memory-store.js';
import { RateWindows } from './rate-windows.js';

describe('RateWindows', () => {
  it('says when the oldest of as many places as needed frees', () => {
    const windows = new RateWindows(10);
    for (const now of [0, 10, 20]) windows.take(take({ limit: 3 }), now);
    expect(windows.take(take({ limit: 3 }), 25)).toEqual({ admitted: false, retryAfterMs: 275 });
    // Were the limit 1, all three would have to go first.
    expect(windows.take(take({ limit: 1 }), 25)).toEqual({ admitted: false, retryAfterMs: 295 });
  });

  it('goes on with the same window where all of its tool were dropped in between', () => {
    const windows = new RateWindows(10);
    const mine = take({ key: 'Shop.buy\u0000alice' });
    // The second time it is the one that was looked up last.
    for (const _ of [1, 2]) windows.take(mine, 0);
    windows.sweep(1000);
    expect(windows.take(mine, 1000)).toMatchObject({ admitted: true });
    for (const _ of [1, 2]) windows.take(take({ key: 'Shop.sell\u0000alice' }), 1000);
    expect(windows.take(mine, 1001)).toMatchObject({ admitted: false });
  });

  it('never says that a place frees now when it refuses, whatever the rounding of times', () => {
    const time = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 1000 }), (start, periodMs) => {
        const windows = new RateWindows(10);
        windows.take(take({ periodMs }), start);
        for (const now of [start + periodMs, start + periodMs - start * Number.EPSILON]) {
          const answer = windows.take(take({ periodMs }), now);
          if (answer.admitted) continue;
          expect(answer).toMatchObject({ retryAfterMs: expect.any(Number) });
          expect((answer as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('keeps a window whose places were all given back, until its period is over', () => {
    const windows = new RateWindows(1);
    const taken = windows.take(take(), 0);
    windows.giveBack({ op: 'rate.giveBack', key: 'limit', ticket: (taken as { ticket: number }).ticket });
    expect(windows.snapshot()).toEqual({});
    expect(windows.take(take({ key: 'other' }), 299)).toEqual({ admitted: false, full: true });
    expect(windows.take(take({ key: 'other' }), 300).admitted).toBe(true);
  });

  it('finds the same window by its key as by tool and scope value', () => {
    const windows = new RateWindows(10);
    const keys = ['A.a', 'A.a\u0000', 'A.a\u0000alice', 'A.a\u0000alice\u0000', '\u0000A.a', 'A.b\u0000alice'];
    for (const key of keys) expect(windows.take(take({ key }), 0).admitted).toBe(true);
    expect(windows.snapshot()).toEqual(Object.fromEntries(keys.map((key) => [key, [0]])));
    expect(windows.tryTake('A.a', 'alice', 1, 300, 1)).toBe(false);
    expect(windows.tryTake('A.a', 'bob', 1, 300, 1)).toBe(true);
    expect(windows.take(take({ key: 'A.a\u0000bob' }), 2).admitted).toBe(false);
    windows.giveBack({ op: 'rate.giveBack', key: 'A.a', ticket: 0 });
    expect(windows.tryTake('A.a', undefined, 1, 300, 2)).toBe(true);
    windows.sweep(1000);
    expect(windows.snapshot()).toEqual({});
  });

  it('holds the times of the window alone, however many calls went through it', () => {
    const windows = new RateWindows(10);
    for (let now = 0; now < 1000; now += 10) windows.take(take({ limit: 100, periodMs: 50 }), now);
    expect(windows.snapshot()).toEqual({ limit: [950, 960, 970, 980, 990] });
  });
});

describe('many windows', () => {
  it('do not get into each other, however they grow, empty and expire', () => {
    const KEYS = 300;
    const PERIOD_MS = 1000;
    // Some keys are called all the time, and most now and then.
    const calls = fc.array(fc.nat(KEYS * KEYS), { minLength: 2000, maxLength: 6000, size: 'max' });
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 900 }), (squares, limit) => {
        const windows = new RateWindows(KEYS + 1);
        const model = new Map<string, number[]>();
        for (const [now, square] of squares.entries()) {
          windows.sweep(now);
          const key = `${Math.floor(Math.sqrt(square)) % 7 === 0 ? 'busy' : Math.floor(Math.sqrt(square))}`;
          const times = (model.get(key) ?? []).filter((time) => time + PERIOD_MS > now);
          const isAdmitted = times.length < limit;
          expect(windows.take(take({ key, limit, periodMs: PERIOD_MS }), now).admitted).toBe(isAdmitted);
          model.set(key, isAdmitted ? [...times, now] : times);
        }
        const now = squares.length;
        for (const [key, times] of Object.entries(windows.snapshot()))
          expect(times.filter((time) => time + PERIOD_MS > now)).toEqual(
            model.get(key)?.filter((time) => time + PERIOD_MS > now),
          );
      }),
      { numRuns: 5 },
    );
  });

  it('hold ten thousand calls of a key, and forget them with it', () => {
    const windows = new RateWindows(2);
    const operation = take({ limit: 10_000, periodMs: 20_000 });
    for (let now = 0; now < 10_000; now++) expect(windows.tryTake('limit', undefined, 10_000, 20_000, now)).toBe(true);
    windows.take(take({ key: 'other' }), 10_000);
    expect(windows.take(operation, 19_999)).toEqual({ admitted: false, retryAfterMs: 1 });
    expect(windows.take(operation, 20_000)).toEqual({ admitted: true, ticket: 20_000 });
    windows.sweep(40_000);
    windows.sweep(60_000);
    expect(windows.snapshot()).toEqual({});
  });
});

// The model is the definition: a list of the live tickets, with a search through all of it at each step.
describe('the sliding window, in any schedule', () => {
  const KEYS = ['a', 'b'] as const;
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ is: fc.constant('take' as const), key: fc.constantFrom(...KEYS) }) },
    { weight: 2, arbitrary: fc.record({ is: fc.constant('giveBack' as const), which: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ is: fc.constant('pass' as const), ms: fc.integer({ min: -60, max: 60 }) }) },
    { weight: 1, arbitrary: fc.record({ is: fc.constant('pass' as const), ms: fc.integer({ min: 80, max: 300 }) }) },
  );
  const schedule = fc.record({
    limit: fc.integer({ min: 1, max: 9 }),
    periodMs: fc.integer({ min: 1, max: 120 }),
    steps: fc.array(step, { minLength: 10, maxLength: 150, size: 'max' }),
  });

  it('holds in no interval of its period more than the limit, and refuses only where it would', () => {
    fc.assert(
      fc.property(schedule, ({ limit, periodMs, steps }) => {
        const store = new MemoryStore();
        let [clock, latest] = [1000, Number.NEGATIVE_INFINITY];
        const tickets: { readonly key: string; readonly ticket: number; readonly at: number; isBack: boolean }[] = [];
        // What the store goes by: the latest time that it was told.
        const tell = (): number => (latest = Math.max(latest, clock));
        for (const each of steps) {
          if (each.is === 'pass') clock += each.ms;
          else if (each.is === 'giveBack') {
            const taken = tickets[each.which];
            if (taken === undefined || taken.isBack) continue;
            tell();
            taken.isBack = true;
            store.apply([{ op: 'rate.giveBack', key: taken.key, ticket: taken.ticket }], clock);
          } else {
            const from = tell() - periodMs;
            const live = tickets.filter(({ key, at, isBack }) => key === each.key && !isBack && at > from);
            const [answer] = store.apply([take({ key: each.key, limit, periodMs })] as const, clock);
            expect(answer.admitted).toBe(live.length < limit);
            if (answer.admitted) tickets.push({ key: each.key, ticket: answer.ticket, at: latest, isBack: false });
            else expect(answer).toEqual({ admitted: false, retryAfterMs: (live.at(-limit)?.at ?? 0) - from });
          }
        }
        for (const key of KEYS) {
          const admitted = tickets.filter((ticket) => ticket.key === key && !ticket.isBack).map(({ at }) => at);
          for (const start of admitted) {
            expect(admitted.filter((at) => at >= start && at < start + periodMs).length).toBeLessThanOrEqual(limit);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
