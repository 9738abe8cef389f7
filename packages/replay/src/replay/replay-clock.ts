import type { Scheduled, SchedulingClock } from '@actguard/core';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  /** Somebody waits for it. */
  isAwaited: boolean;
}

const GRAIN = 1024;

/**
 * A span of time in 1/1024 of a millisecond, as whole parts of which all times are kept: their sums and differences are exact,
 * so that what a trace comes to cannot depend on how much time has passed before it.
 */
export function inGrains(ms: number): number {
  return Math.round(ms * GRAIN) / GRAIN;
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
    const timer: Timer = {
      at: Math.ceil((this.#now + Math.max(0, delayMs)) * GRAIN) / GRAIN,
      callback,
      isAwaited: true,
    };
    this.#timers.add(timer);
    return {
      cancel: () => void this.#timers.delete(timer),
      keepAlive: (isAwaited) => {
        timer.isAwaited = isAwaited;
      },
    };
  }

  /** Says what the clock on the wall shows now. */
  setWall(epochMs: number): void {
    this.#wallOffset = epochMs - this.#now;
  }

  /** Moves time forward and calls what falls due on the way, in its order. Never back. */
  advanceTo(time: number): void {
    const until = inGrains(time);
    for (let due = this.#earliest(); due !== undefined && due.at <= until; due = this.#earliest()) this.#fire(due);
    if (until > this.#now) this.#now = until;
  }

  /** Moves time to the next thing that somebody waits for. @returns false where nobody waits */
  advanceToNext(): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.isAwaited && (next === undefined || timer.at < next.at)) next = timer;
    if (next === undefined) return false;
    this.advanceTo(next.at);
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
