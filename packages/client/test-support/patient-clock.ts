import type { Scheduled } from '@actguard/core';
import { TestClock } from '@actguard/core/testing';

/**
 * A clock for code that talks to a real server: time moves only over waits between attempts, however long the server takes.
 * `random` is its jitter, which is asked for before each wait.
 */
export class PatientClock extends TestClock {
  readonly waits: number[] = [];
  #isNextWait = false;
  #left: number | undefined;

  readonly random = (): number => {
    this.#isNextWait = true;
    return 0.5;
  };

  override schedule(callback: () => void, delayMs: number): Scheduled {
    if (this.#isNextWait) {
      this.#isNextWait = false;
      this.#left = delayMs;
      this.waits.push(delayMs);
    }
    return super.schedule(callback, delayMs);
  }

  /** Resolves with what the promise does, jumping over every wait on the way. */
  async through<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    const done = promise.finally(() => (isDone = true));
    done.catch(() => {});
    while (!isDone) {
      const wait = this.#left;
      this.#left = undefined;
      if (wait === undefined) await new Promise((resolve) => setImmediate(resolve));
      else await this.advance(wait);
    }
    return done;
  }
}
