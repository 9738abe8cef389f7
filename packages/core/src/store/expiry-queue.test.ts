import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Expiring, ExpiryQueue } from './expiry-queue.js';

interface Named extends Expiring {
  readonly name: string;
}

function queueOf(lives: readonly (readonly [name: string, lifetimeMs: number])[]) {
  const expired: string[] = [];
  const queue = new ExpiryQueue<Named>(({ name }) => expired.push(name));
  const entries = lives.map(([name, lifetimeMs]) => {
    const entry: Named = { name, expiresAt: lifetimeMs };
    queue.add(entry, lifetimeMs);
    return entry;
  });
  return { queue, expired, entries };
}

describe('ExpiryQueue', () => {
  it('drops an entry once when its time has come, and not before', () => {
    const { queue, expired } = queueOf([['a', 100]]);
    queue.sweep(99.9);
    expect(expired).toEqual([]);
    queue.sweep(100);
    queue.sweep(1000);
    expect(expired).toEqual(['a']);
  });

  it('drops entries of a short life before those of a long one, whichever came first', () => {
    const { queue, expired } = queueOf([
      ['long', 10_000],
      ['short', 10],
      ['middle', 1000],
    ]);
    for (const now of [10, 1000, 10_000]) queue.sweep(now);
    expect(expired).toEqual(['short', 'middle', 'long']);
  });

  it('keeps an entry that was put off until its new time', () => {
    const { queue, expired, entries } = queueOf([['a', 100]]);
    (entries[0] as Named).expiresAt = 150;
    queue.sweep(100);
    queue.sweep(149);
    expect(expired).toEqual([]);
    queue.sweep(150);
    expect(expired).toEqual(['a']);
  });

  it('forgets an entry that does not expire any more, and does not hold up those behind it', () => {
    const { queue, expired, entries } = queueOf([
      ['endless', 100],
      ['a', 100],
    ]);
    const endless = entries[0] as Named;
    endless.expiresAt = Number.POSITIVE_INFINITY;
    queue.sweep(100);
    const later: Named = { name: 'later', expiresAt: 200 };
    queue.add(later, 100);
    queue.sweep(200);
    expect(expired).toEqual(['a', 'later']);
    endless.expiresAt = 300;
    queue.add(endless, 100);
    queue.sweep(300);
    expect(expired).toEqual(['a', 'later', 'endless']);
  });

  it('does not grow when an entry is added again and again', () => {
    const { queue, expired, entries } = queueOf([['a', 100]]);
    const entry = entries[0] as Named;
    for (let now = 1; now < 100; now++) {
      entry.expiresAt = now + 100;
      queue.add(entry, 100);
    }
    queue.add(entry, 100);
    queue.add({ name: 'behind', expiresAt: 199 }, 100);
    // Had each addition a turn of its own, two turns would not get to the one behind.
    queue.sweep(199, 2);
    expect(expired).toEqual(['a', 'behind']);
  });

  it('drops an entry in time whose life was shortened, and only once', () => {
    const { queue, expired, entries } = queueOf([['a', 1000]]);
    const entry = entries[0] as Named;
    entry.expiresAt = 50;
    queue.add(entry, 50);
    queue.sweep(50);
    expect(expired).toEqual(['a']);
    queue.sweep(1000);
    expect(expired).toEqual(['a']);
  });

  it('drops at most as many as asked for, and the rest with the next sweeps', () => {
    const { queue, expired } = queueOf(Array.from({ length: 2500 }, (_, index) => [`${index}`, 100] as const));
    queue.sweep(100);
    expect(expired).toHaveLength(1000);
    queue.sweep(100);
    queue.sweep(100);
    expect(expired).toHaveLength(2500);
    const { queue: all, expired: atOnce } = queueOf(
      Array.from({ length: 2500 }, (_, index) => [`${index}`, 1 + (index % 3)] as const),
    );
    all.sweep(100, Number.POSITIVE_INFINITY);
    expect(atOnce).toHaveLength(2500);
  });

  it('drops everything in time or late by less than a lifetime, however lives are put off, and nothing early', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ is: fc.constant('add' as const), lifetimeMs: fc.integer({ min: 1, max: 200 }) }),
        fc.record({ is: fc.constant('putOff' as const), which: fc.nat(50) }),
        fc.record({ is: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 80 }) }),
      ),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(steps, (each) => {
        let now = 0;
        const entries: { expiresAt: number; lifetimeMs: number; queuedFor?: number | undefined; isGone: boolean }[] =
          [];
        const queue = new ExpiryQueue<(typeof entries)[number]>((entry) => {
          expect(entry.isGone).toBe(false);
          expect(entry.expiresAt).toBeLessThanOrEqual(now);
          entry.isGone = true;
        });
        for (const step of each) {
          if (step.is === 'pass') now += step.ms;
          else if (step.is === 'add') {
            const entry = { expiresAt: now + step.lifetimeMs, lifetimeMs: step.lifetimeMs, isGone: false };
            entries.push(entry);
            queue.add(entry, step.lifetimeMs);
          } else {
            const entry = entries[step.which];
            if (entry !== undefined && !entry.isGone) entry.expiresAt = now + entry.lifetimeMs;
          }
          queue.sweep(now, Number.POSITIVE_INFINITY);
          const late = entries.filter(({ isGone, expiresAt, lifetimeMs }) => !isGone && expiresAt + lifetimeMs < now);
          expect(late).toEqual([]);
        }
      }),
    );
  });
});
