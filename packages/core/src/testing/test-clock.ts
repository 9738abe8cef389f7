import type { Clock, Scheduled } from '../clock.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. What is due is called in the order of its time. */
export class TestClock implements Clock {
  #now: number;
  #wall: number;
  readonly #timers = new Set<Timer>();

  /** @param wall epoch milliseconds to begin with @default 2026-01-01T00:00:00Z */
  constructor(wall = 1_767_225_600_000) {
    this.#now = 1000;
    this.#wall = wall;
  }

  /** Monotonic milliseconds: 1000 to begin with, then as far as the test moved it. */
  now(): number {
    return this.#now;
  }

  /** Epoch milliseconds; moves with `now`. */
  wall(): number {
    return this.#wall;
  }

  /** Calls `callback` when `advance` reaches its time, `delayMs` from now. */
  schedule(callback: () => void, delayMs: number): Scheduled {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer), keepAlive: () => {} };
  }

  /** Calls that are scheduled and not cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time forward, calling what falls due on the way, and lets promises settle before each and at the end. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      const due = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#moveTo(Math.max(this.#now, due.at));
      this.#timers.delete(due);
      due.callback();
    }
    this.#moveTo(until);
    await settled();
  }

  /** Moves the monotonic clock without calling anything: back, as no clock should, or forth. */
  jump(ms: number): void {
    this.#now += ms;
    this.#wall += ms;
  }

  #moveTo(now: number): void {
    this.#wall += now - this.#now;
    this.#now = now;
  }
}

// Several turns of the event loop: promises of promises settle in between.
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
