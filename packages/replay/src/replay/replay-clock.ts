import type { Scheduled, SchedulingClock } from '@actguard/core';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time as it was recorded. It moves only when it is told to, so that a replay takes no longer than its work. */
export class ReplayClock implements SchedulingClock {
  #now = 0;
  #wallOffset = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now + this.#wallOffset;
  }

  schedule(callback: () => void, delayMs: number): Scheduled {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer), keepAlive: () => {} };
  }

  /** Says what the clock on the wall shows now. */
  setWall(epochMs: number): void {
    this.#wallOffset = epochMs - this.#now;
  }

  /** Moves time forward and calls what falls due on the way, in its order. Never back. */
  advanceTo(until: number): void {
    for (let due = this.#earliest(); due !== undefined && due.at <= until; due = this.#earliest()) this.#fire(due);
    if (until > this.#now) this.#now = until;
  }

  /** Moves time to what is due next. @returns false where nothing is */
  advanceToNext(): boolean {
    const due = this.#earliest();
    if (due === undefined) return false;
    this.#fire(due);
    return true;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    if (timer.at > this.#now) this.#now = timer.at;
    timer.callback();
  }

  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) if (earliest === undefined || timer.at < earliest.at) earliest = timer;
    return earliest;
  }
}
