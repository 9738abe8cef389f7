import type { Clock } from './clock.js';

/** How long the distance of the two clocks is taken for the same, in milliseconds. */
const SYNC_MS = 1000;

/**
 * Tells epoch milliseconds of a moment of the monotonic clock. Reading a clock costs more than most guards, so the distance of
 * the two is only read again once a second has passed: a clock of the day that is set is followed within that time.
 */
export class WallTime {
  readonly #clock: Clock;
  #distance = 0;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param now monotonic milliseconds, just read */
  at(now: number): number {
    if (now - this.#readAt >= SYNC_MS || now < this.#readAt) {
      this.#readAt = now;
      this.#distance = this.#clock.wall() - now;
    }
    return Math.round(this.#distance + now);
  }
}
