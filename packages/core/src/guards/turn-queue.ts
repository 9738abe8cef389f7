import type { Scheduled, SchedulingClock } from '../clock.js';

/** Calls that wait for a place, first come, first served, by key. */
export class TurnQueue {
  readonly #clock: SchedulingClock;
  readonly #lines = new Map<string, Set<WaitingTurn>>();

  constructor(clock: SchedulingClock) {
    this.#clock = clock;
  }

  /** Whether nobody waits. */
  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  /** Whether a call has to wait behind others: it is not the first of those that wait for this key. */
  isBehind(key: string, turn: WaitingTurn | undefined): boolean {
    const line = this.#lines.get(key);
    return line !== undefined && first(line) !== turn;
  }

  /** Takes the last place of the line. */
  join(key: string, giveUpAt: number): WaitingTurn {
    let line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, (line = new Set()));
    const turn = new WaitingTurn(this.#clock, giveUpAt, (left) => this.#leave(key, left));
    line.add(turn);
    return turn;
  }

  #leave(key: string, turn: WaitingTurn): void {
    const line = this.#lines.get(key);
    if (line === undefined) return;
    const wasFirst = first(line) === turn;
    line.delete(turn);
    if (line.size === 0) this.#lines.delete(key);
    else if (wasFirst) first(line)?.wake();
  }
}

function first(line: Set<WaitingTurn>): WaitingTurn | undefined {
  return line.values().next().value;
}

/** One call's place in a line. */
export class WaitingTurn {
  /** Monotonic milliseconds after which the call is refused. */
  readonly giveUpAt: number;
  readonly #clock: SchedulingClock;
  readonly #left: (turn: WaitingTurn) => void;
  #resolve: (() => void) | undefined;
  #wake: Scheduled | undefined;
  #giveUp: Scheduled | undefined;

  constructor(clock: SchedulingClock, giveUpAt: number, left: (turn: WaitingTurn) => void) {
    this.#clock = clock;
    this.giveUpAt = giveUpAt;
    this.#left = left;
  }

  /**
   * Resolves when it is worth trying again: `retryAfterMs` later for the first of the line, and for the others when their
   * turn comes (0 says that only the turn counts). Rejects with `tooLate()` at `giveUpAt`.
   */
  wait(now: number, retryAfterMs: number, tooLate: () => Error): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = () => {
        this.#cancelTimers();
        resolve();
      };
      if (retryAfterMs > 0) this.#wake = this.#clock.schedule(() => this.wake(), retryAfterMs);
      const remainingMs = this.giveUpAt - now;
      if (remainingMs > retryAfterMs) {
        this.#giveUp = this.#clock.schedule(() => {
          this.leave();
          reject(tooLate());
        }, remainingMs);
      }
    });
  }

  /** Ends the wait: the call tries again. */
  wake(): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.();
  }

  /** Gives the place in the line to the next. Harmless when it was left before. */
  leave(): void {
    this.#cancelTimers();
    this.#left(this);
  }

  #cancelTimers(): void {
    this.#wake?.cancel();
    this.#giveUp?.cancel();
  }
}
