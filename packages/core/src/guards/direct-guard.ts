import type { DirectState } from '../store/direct-state.js';
import type { Guard, GuardedCall } from './guard.js';

/** Marks the guards of this copy of the package: those of another one know another state. */
export const DIRECT: unique symbol = Symbol('direct');

/** What a built-in guard answers where it has to be asked properly, by `request` and `admit`. */
export const ASK: unique symbol = Symbol('ask');

/**
 * A built-in guard that can do the most common thing, letting a call through that goes well, on the state of a store in this
 * process: without an operation, an answer or a promise. Whatever is out of the ordinary it leaves to the methods of `Guard`,
 * which are the same for all stores, so that it decides nothing of its own.
 */
export interface DirectGuard extends Guard {
  readonly [DIRECT]: true;

  /**
   * Takes what the call needs and answers what `kept` then has to say about it. `ASK`: nothing is taken, and this guard and
   * those behind it are asked properly. Throwing refuses.
   *
   * @default `request` and `admit`, for a guard that only reads
   */
  enter?(call: GuardedCall, state: DirectState): unknown;

  /** Instead of `settle`, after a success. */
  succeeded?(call: GuardedCall, state: DirectState, kept: unknown, value: unknown): void;

  /** Instead of `returned`. `false`: nothing is done, and the guard has to be asked properly. */
  mint?(call: GuardedCall, state: DirectState, value: unknown): boolean;
}
