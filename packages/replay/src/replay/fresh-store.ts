import { type Answers, type MaybePromise, MemoryStore, type StateStore, type StoreOperation } from '@actguard/core';

/** A store that can be emptied between two traces, so that none depends on those before it. */
export class FreshStore implements StateStore {
  #store = new MemoryStore();

  apply<const Operations extends readonly StoreOperation[]>(
    operations: Operations,
    now: number,
  ): MaybePromise<Answers<Operations>> {
    return this.#store.apply(operations, now);
  }

  clear(): void {
    this.#store = new MemoryStore();
  }
}
