import type { Scheduled, SchedulingClock } from '../clock.js';
import type { GuardedCall } from './guard.js';

/** Who is told of a deadline. */
export interface DeadlineOwner {
  onDeadline(call: GuardedCall): void;
}

/** A call's place in a list of deadlines. */
export interface Deadline {
  readonly at: number;
  readonly owner: DeadlineOwner;
  readonly call: GuardedCall;
  previous: Deadline | undefined;
  next: Deadline | undefined;
  listed: boolean;
}

/**
 * Deadlines that all lie the same duration ahead: they fall due in the order in which they were added, so a linked list
 * and one timer for its head are enough, where a timer per call would cost more than most guards.
 */
export class DeadlineList {
  readonly #clock: SchedulingClock;
  readonly #durationMs: number;
  #head: Deadline | undefined;
  #tail: Deadline | undefined;
  #timer: Scheduled | undefined;

  constructor(clock: SchedulingClock, durationMs: number) {
    this.#clock = clock;
    this.#durationMs = durationMs;
  }

  /** Tells the owner once the duration has passed, unless the deadline is removed before. */
  add(now: number, owner: DeadlineOwner, call: GuardedCall): Deadline {
    const deadline: Deadline = {
      at: now + this.#durationMs,
      owner,
      call,
      previous: this.#tail,
      next: undefined,
      listed: true,
    };
    // Before it is listed: where no timer can be set, nothing may stay that none takes out.
    if (this.#timer === undefined) this.#arm(deadline.at, now);
    else if (this.#head === undefined) this.#timer.keepAlive(true);
    if (this.#tail === undefined) this.#head = deadline;
    else this.#tail.next = deadline;
    this.#tail = deadline;
    return deadline;
  }

  /** Takes a deadline out. Harmless when it is out. */
  remove(deadline: Deadline): void {
    if (!deadline.listed) return;
    deadline.listed = false;
    if (deadline.previous === undefined) this.#head = deadline.next;
    else deadline.previous.next = deadline.next;
    if (deadline.next === undefined) this.#tail = deadline.previous;
    else deadline.next.previous = deadline.previous;
    // The timer stays for the next call, but nobody waits for it.
    if (this.#head === undefined) this.#timer?.keepAlive(false);
  }

  #arm(at: number, now: number): void {
    this.#timer = this.#clock.schedule(() => this.#due(at), Math.max(0, at - now));
  }

  #due(armedFor: number): void {
    // A timer may fire a little before its time by the clock; what it was set for is due all the same.
    const now = Math.max(this.#clock.now(), armedFor);
    this.#timer = undefined;
    while (this.#head !== undefined && this.#head.at <= now) {
      const due = this.#head;
      this.remove(due);
      due.owner.onDeadline(due.call);
    }
    if (this.#head !== undefined && this.#timer === undefined) this.#arm(this.#head.at, now);
  }
}
