import { describe, expect, it } from '@jest/globals';
import { TestClock } from './test-clock.js';

describe('TestClock', () => {
  it('stands still until it is moved', async () => {
    const clock = new TestClock();
    const [now, wall] = [clock.now(), clock.wall()];
    await new Promise(setImmediate);
    expect([clock.now(), clock.wall()]).toEqual([now, wall]);
    await clock.advance(1500);
    expect([clock.now() - now, clock.wall() - wall]).toEqual([1500, 1500]);
  });

  it('shows the wall time it was given', () => {
    expect(new TestClock(5000).wall()).toBe(5000);
    expect(new Date(new TestClock().wall()).toISOString()).toBe('2026-01-01T00:00:00.000Z');
  });

  it('calls what falls due in the order of its time, each at its own time', async () => {
    const clock = new TestClock();
    const start = clock.now();
    const called: [string, number][] = [];
    const schedule = (name: string, ms: number) => clock.schedule(() => called.push([name, clock.now() - start]), ms);
    schedule('late', 30);
    schedule('early', 10);
    schedule('same', 10);
    schedule('never', 31);
    await clock.advance(30);
    expect(called).toEqual([
      ['early', 10],
      ['same', 10],
      ['late', 30],
    ]);
    expect(clock.pending).toBe(1);
  });

  it('calls what a call schedules on the way', async () => {
    const clock = new TestClock();
    const start = clock.now();
    const times: number[] = [];
    const again = (): void => {
      times.push(clock.now() - start);
      clock.schedule(again, 10);
    };
    clock.schedule(again, 10);
    await clock.advance(35);
    expect(times).toEqual([10, 20, 30]);
  });

  it('lets promises settle before each call and at the end', async () => {
    const clock = new TestClock();
    const order: string[] = [];
    const settling = async (name: string): Promise<void> => {
      await null;
      await new Promise(setImmediate);
      order.push(name);
    };
    void settling('before');
    clock.schedule(() => {
      order.push('due');
      void settling('after');
    }, 10);
    await clock.advance(10);
    expect(order).toEqual(['before', 'due', 'after']);
  });

  it('calls what is due at once when no time passes', async () => {
    const clock = new TestClock();
    let calls = 0;
    for (const delayMs of [0, -5]) clock.schedule(() => calls++, delayMs);
    expect(calls).toBe(0);
    await clock.advance(0);
    expect(calls).toBe(2);
  });

  it('does not call what was cancelled, by another call due at the same time either', async () => {
    const clock = new TestClock();
    let calls = 0;
    clock.schedule(() => calls++, 10).cancel();
    const victim = clock.schedule(() => calls++, 20);
    const canceller = clock.schedule(() => victim.cancel(), 15);
    const twin = clock.schedule(() => second.cancel(), 30);
    const second = clock.schedule(() => calls++, 30);
    await clock.advance(50);
    for (const each of [victim, canceller, twin]) each.cancel();
    expect([calls, clock.pending]).toEqual([0, 0]);
  });

  it('jumps back and forth without calling anything', async () => {
    const clock = new TestClock();
    const [now, wall] = [clock.now(), clock.wall()];
    let calls = 0;
    clock.schedule(() => calls++, 10);
    clock.jump(-500);
    expect([clock.now() - now, clock.wall() - wall]).toEqual([-500, -500]);
    clock.jump(600);
    await new Promise(setImmediate);
    expect(calls).toBe(0);
    // It is late, and time does not go back for it.
    await clock.advance(0);
    expect([calls, clock.now() - now]).toEqual([1, 100]);
  });
});
