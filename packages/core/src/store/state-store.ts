import type { AnswerTo, StoreOperation } from './operations.js';

/** The answers to a list of operations, in its order; shorter than it where one was refused. */
export type Answers<Operations extends readonly StoreOperation[]> = {
  readonly [Index in keyof Operations]: AnswerTo<Operations[Index]>;
};

/** A value, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Where the state that guards decide by lives: in memory, or in a store that several processes share.
 *
 * `apply` is one atomic step: nobody sees a part of it. Operations are carried out in order. At the first refusal
 * (an answer with `admitted: false` to an operation without `observe`) it stops, takes back what the list had taken
 * before, counted attempts excepted, and answers only up to and including the refusal.
 *
 * Whatever expires goes without being asked for. At its cap a store refuses new keys and keeps the live ones.
 * `describeStateStore` of `@actguard/core/testing` is the contract as tests.
 */
export interface StateStore {
  /**
   * Carries operations out, in order, as one atomic step, and answers each.
   *
   * @param operations what to do, in order
   * @param now the caller's monotonic milliseconds; a store that several processes share uses its own clock instead
   */
  apply<const Operations extends readonly StoreOperation[]>(
    operations: Operations,
    now: number,
  ): MaybePromise<Answers<Operations>>;

  /** Releases what the store holds (connections, timers). The host calls it for a store that it made itself. */
  close?(): MaybePromise<void>;
}
