import type { SchedulingClock } from '../clock.js';
import type { RunStoppedError } from '../errors/run-errors.js';

/** A call as the list of its run sees it; the list keeps its place in the call itself. */
export interface ListedCall {
  readonly tool: string;
  /** A generator that waits for its consumer. */
  readonly isSuspended: boolean;
  previous: ListedCall | undefined;
  next: ListedCall | undefined;
  /** Ends the call for its caller at once. */
  cutOff(guard: undefined, error: Error): void;
  /** Aborts the signal of a call that goes on: its run is ending. */
  announceEnd(error: Error): void;
}

/** The calls of a run that are on their way: a linked list, so that joining and leaving costs nothing. */
export class CallList {
  #first: ListedCall | undefined;
  #emptied: (() => void) | undefined;

  add(call: ListedCall): void {
    call.next = this.#first;
    if (this.#first !== undefined) this.#first.previous = call;
    this.#first = call;
  }

  /** Takes a call out. Harmless when it is out. */
  remove(call: ListedCall): void {
    if (call.previous === undefined && this.#first !== call) return;
    if (call.previous === undefined) this.#first = call.next;
    else call.previous.next = call.next;
    if (call.next !== undefined) call.next.previous = call.previous;
    call.previous = undefined;
    call.next = undefined;
    if (this.#first === undefined) this.#emptied?.();
  }

  /** Ends all calls for their callers. */
  cutOff(stop: (tool: string) => RunStoppedError): void {
    for (const call of [...this.#calls()]) call.cutOff(undefined, stop(call.tool));
  }

  /** Waits until all calls are over, at most `drainMs`, and cuts off the rest. Streams that nobody reads are cut off at once. */
  async drain(stop: (tool: string) => RunStoppedError, clock: SchedulingClock, drainMs: number): Promise<void> {
    for (const call of [...this.#calls()]) {
      if (call.isSuspended) call.cutOff(undefined, stop(call.tool));
      else call.announceEnd(stop(call.tool));
    }
    const until = clock.now() + drainMs;
    await this.#emptyUntil(clock, until);
    this.cutOff(stop);
    // What was cut off is over once its guards are settled; with a store that hangs, that is not waited for.
    await this.#emptyUntil(clock, until);
  }

  #emptyUntil(clock: SchedulingClock, until: number): Promise<void> | undefined {
    const remainingMs = until - clock.now();
    if (this.#first === undefined || remainingMs <= 0) return undefined;
    return new Promise((resolve) => {
      const timer = clock.schedule(resolve, remainingMs);
      this.#emptied = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  *#calls(): Iterable<ListedCall> {
    for (let call = this.#first; call !== undefined; call = call.next) yield call;
  }
}
