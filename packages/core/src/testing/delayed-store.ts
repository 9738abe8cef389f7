import type { StoreOperation } from '../store/operations.js';
import type { Answers, StateStore } from '../store/state-store.js';

/** Options of `DelayedStore`. */
export interface DelayedStoreOptions {
  /** What an answer waits for. @default the next turn of the event loop */
  readonly delay?: () => Promise<void>;
  /** Asked at each `apply`: `true` makes it fail, with nothing carried out. @default never */
  readonly fail?: () => boolean;
}

/**
 * A store that answers as one on the other side of a network does: never at once.
 *
 * A list is carried out at the moment of its `apply`, as a whole, so lists take effect in the order in which they were
 * applied however long their answers take; only the answer waits. So a caller that gives up meanwhile has taken what it
 * does not know of yet. A failure is told after the delay too.
 */
export class DelayedStore implements StateStore {
  readonly #inner: StateStore;
  readonly #delay: () => Promise<void>;
  readonly #fail: () => boolean;

  /**
   * @param inner the store that does the work; `close` closes it
   * @param options how long an answer takes, and when it fails
   */
  constructor(inner: StateStore, options: DelayedStoreOptions = {}) {
    this.#inner = inner;
    this.#delay = options.delay ?? nextTurn;
    this.#fail = options.fail ?? (() => false);
  }

  /**
   * Carries operations out in the store behind, at once, and answers after the delay.
   * @throws {Error} after the delay, where `fail` says so
   */
  async apply<const Operations extends readonly StoreOperation[]>(
    operations: Operations,
    now: number,
  ): Promise<Answers<Operations>> {
    if (this.#fail()) {
      await this.#delay();
      throw new Error('the connection to the store was lost');
    }
    const [answers] = await Promise.all([this.#inner.apply(operations, now), this.#delay()]);
    return answers;
  }

  /** Closes the store behind. */
  async close(): Promise<void> {
    await this.#inner.close?.();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
