import type { StoreOperation } from '../store/operations.js';
import type { Answers, MaybePromise, StateStore } from '../store/state-store.js';

/** A store that answers at once, but only to operations: guards cannot act on what it holds in another way. */
export class OpaqueStore implements StateStore {
  readonly #inner: StateStore;

  constructor(inner: StateStore) {
    this.#inner = inner;
  }

  apply<const Operations extends readonly StoreOperation[]>(
    operations: Operations,
    now: number,
  ): MaybePromise<Answers<Operations>> {
    return this.#inner.apply(operations, now);
  }
}
