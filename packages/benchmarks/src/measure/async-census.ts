import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What was made and is still there. */
export interface Left {
  /** Promises that have not settled, and that something still refers to. */
  readonly pending: number;
  /** Timers that have neither fired nor been cleared. */
  readonly timers: number;
}

/** Counts promises that never settle and timers that stay. Needs `--expose-gc`: nobody waits for a promise that can be collected. */
export class AsyncCensus {
  readonly #pending = new Set<number>();
  readonly #timers = new Set<number>();
  // What others in the process make meanwhile is not counted.
  readonly #within = new AsyncLocalStorage<true>();
  readonly #hook = createHook({
    init: (id, type) => {
      if (this.#within.getStore() === undefined) return;
      if (type === 'PROMISE') this.#pending.add(id);
      if (type === 'Timeout') this.#timers.add(id);
    },
    promiseResolve: (id) => {
      this.#pending.delete(id);
    },
    destroy: (id) => {
      this.#pending.delete(id);
      this.#timers.delete(id);
    },
  });

  /** What a body leaves, beyond what counting leaves by itself. */
  static async of(body: () => Promise<void>): Promise<Left> {
    const own = await new AsyncCensus().#during(async () => {});
    const all = await new AsyncCensus().#during(body);
    return { pending: all.pending - own.pending, timers: all.timers - own.timers };
  }

  async #during(body: () => Promise<void>): Promise<Left> {
    this.#hook.enable();
    await this.#within.run(true, body);
    for (let turn = 0; turn < 5; turn++) {
      globalThis.gc?.();
      await nextTurn();
    }
    this.#hook.disable();
    return { pending: this.#pending.size, timers: this.#timers.size };
  }
}
