import type { Clock, Scheduled, SchedulingClock } from '@actguard/core';

/** A clock that can schedule: the one that was given, with timers of the system where it has none. */
export function clientClock(clock: Clock | undefined): SchedulingClock {
  return {
    now: () => clock?.now() ?? performance.now(),
    wall: () => clock?.wall() ?? Date.now(),
    schedule: (callback, delayMs) => clock?.schedule?.(callback, delayMs) ?? systemTimer(callback, delayMs),
  };
}

function systemTimer(callback: () => void, delayMs: number): Scheduled {
  const timer = setTimeout(callback, delayMs);
  return {
    cancel: () => clearTimeout(timer),
    keepAlive: (yes) => void (yes ? timer.ref() : timer.unref()),
  };
}
