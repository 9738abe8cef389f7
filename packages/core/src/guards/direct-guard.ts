import type { CallRun } from '../run/call-run.js';
import type { DirectState } from '../store/direct-state.js';
import type { Guard, GuardedCall } from './guard.js';

/** Marks the guards of this copy of the package: those of another one know another state. */
export const DIRECT: unique symbol = Symbol('direct');

/** What a built-in guard answers where it has to be asked properly, by `request` and `admit`. */
export const ASK: unique symbol = Symbol('ask');

/** What a guard says of a call: nothing, that it has to be asked properly, how to refuse it, or what `kept` then has to say. */
export type Entered = undefined | typeof ASK | (() => Error) | object | number;

/** A call, for guards that know its run from inside. */
export interface DirectCall extends GuardedCall {
  readonly run: CallRun;
  /** Of the calls of its run, from 1: with the prefix its `owner`, and with the id of the run its `id`. */
  readonly number: number;
  readonly ownerPrefix: string;
  /** Counts an attempt that no limit applies to. */
  countAttempt(): void;
  /** Monotonic milliseconds when its method ended, read once. */
  readonly endedAt: number;
}

/**
 * A built-in guard that can do the most common things, letting a call through that goes well and refusing one, on the state of a
 * store in this process: without an operation, an answer or a promise. Whatever is out of the ordinary it leaves to the methods
 * of `Guard`, which are the same for all stores, so that it decides nothing of its own.
 */
export interface DirectGuard extends Guard {
  readonly [DIRECT]: true;

  /**
   * Takes what the call needs and answers what `kept` then has to say about it; a function refuses with the error that it makes, and
   * nothing is taken. `ASK`: nothing is taken in the store, and this guard and those behind it are asked properly.
   *
   * @default a guard that decides is asked properly, and all of its tool with it
   */
  enter?(call: DirectCall, state: DirectState): Entered;

  /** Instead of `dispatched`: answers what `kept` then has to say about the call. */
  started?(call: DirectCall): unknown;

  /** Instead of `settle`, after a success. `nothingFollows` where that changes nothing. */
  succeeded?(call: DirectCall, state: DirectState, kept: unknown, value: unknown): void;

  /** Instead of `returned`. `false`: nothing is done, and the guard has to be asked properly. */
  mint?(call: DirectCall, state: DirectState, value: unknown): boolean;
}

/** What a guard took is used, and the state stays as it is. */
export function nothingFollows(): void {}
