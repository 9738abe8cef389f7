/** Something that a clock will call. */
export interface Scheduled {
  /** Prevents the call. Harmless after it. */
  cancel(): void;
  /** Whether the process stays alive for it. @default true */
  keepAlive(yes: boolean): void;
}

/** Where a host takes time from. Tests move one by hand (`TestClock` of `@actguard/core/testing`). */
export interface Clock {
  /** Monotonic milliseconds, for durations. */
  now(): number;
  /** Epoch milliseconds, for display. */
  wall(): number;
  /** Calls `callback` once after `delayMs`. @default a timer of the system */
  schedule?(callback: () => void, delayMs: number): Scheduled;
}

/** A clock that can schedule. */
export type SchedulingClock = Required<Clock>;

// setTimeout treats a longer delay as 1 ms.
const MAX_TIMER_MS = 2_147_483_647;

// As it is: what is found on `globalThis` is looked up by hash, each time.
const { performance } = globalThis;

/** The clock of the system: `performance.now`, `Date.now`, `setTimeout`. */
export const systemClock: SchedulingClock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  schedule: (callback, delayMs) => new SystemTimer(callback, delayMs),
};

/** A clock that can schedule, from one that a user gave. */
export function schedulingClock(clock: Clock | undefined): SchedulingClock {
  if (clock === undefined) return systemClock;
  const timers = clock.schedule === undefined ? systemClock : (clock as SchedulingClock);
  return {
    now: () => clock.now(),
    wall: () => clock.wall(),
    schedule: (callback, delayMs) => timers.schedule(callback, delayMs),
  };
}

class SystemTimer implements Scheduled {
  readonly #callback: () => void;
  #timer: NodeJS.Timeout;

  constructor(callback: () => void, delayMs: number) {
    this.#callback = callback;
    this.#timer = this.#arm(delayMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  keepAlive(yes: boolean): void {
    if (yes) this.#timer.ref?.();
    else this.#timer.unref?.();
  }

  #arm(delayMs: number): NodeJS.Timeout {
    const partMs = Math.min(Math.max(0, delayMs), MAX_TIMER_MS);
    const rest = delayMs - partMs;
    return setTimeout(rest > 0 ? () => (this.#timer = this.#arm(rest)) : this.#callback, partMs);
  }
}
