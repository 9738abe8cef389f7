import type { Clock } from '@actguard/core';

/** A clock that stands still until it is moved: it says exactly how full a window is. */
export class SteppingClock implements Clock {
  time = 1;

  now(): number {
    return this.time;
  }

  wall(): number {
    return this.time;
  }
}

/** A number below `below`, from a sequence that looks random and is the same in every process. */
export function randomBelow(below: number): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
