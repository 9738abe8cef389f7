import type { ActGuardEvent } from '@actguard/core';
import { runKeyOf } from './runs-of.js';

interface Kept {
  readonly number: number;
  readonly event: ActGuardEvent;
}

/** Events up to a limit. To make room the run that began first goes whole: half a run would be misread. */
export class KeptEvents {
  readonly #maxEvents: number;
  readonly #runs = new Map<string, Kept[]>();
  #size = 0;
  #number = 0;
  #dropped = 0;

  constructor(maxEvents: number) {
    this.#maxEvents = maxEvents;
  }

  /** How many events made room for others. */
  get dropped(): number {
    return this.#dropped;
  }

  add(event: ActGuardEvent): void {
    const key = runKeyOf(event);
    let run = this.#runs.get(key);
    if (run === undefined) {
      run = [];
      this.#runs.set(key, run);
    }
    run.push({ number: this.#number++, event });
    this.#size++;
    if (this.#size > this.#maxEvents) this.#makeRoom();
  }

  /** All of them, as they were added. */
  inOrder(): ActGuardEvent[] {
    const all = [...this.#runs.values()].flat();
    return all.sort((one, other) => one.number - other.number).map(({ event }) => event);
  }

  #makeRoom(): void {
    const [oldest] = this.#runs;
    if (oldest === undefined) return;
    const [key, run] = oldest;
    if (this.#runs.size > 1) {
      this.#runs.delete(key);
      this.#forget(run.length);
    } else {
      // A part at a time: moving all that is left for each event would take ever longer.
      const part = Math.max(1, Math.floor(this.#maxEvents / 10));
      run.splice(0, part);
      this.#forget(part);
    }
  }

  #forget(count: number): void {
    this.#size -= count;
    this.#dropped += count;
  }
}
