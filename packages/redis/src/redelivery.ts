import type { StoreOperation } from '@actguard/core';

const MAX_KEPT = 1_000;
const EVERY_MS = 1_000;

/**
 * Ends of executions and of holds that the server could not be told, told again until it could: only what changes nothing when it
 * arrives twice. At most a thousand are kept, the oldest go first; what is never told lapses with its lease, which is as safe and
 * says less.
 */
export class Redelivery {
  readonly #deliver: (operations: readonly StoreOperation[]) => Promise<unknown>;
  #kept: StoreOperation[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param deliver sends operations; rejects where that fails */
  constructor(deliver: (operations: readonly StoreOperation[]) => Promise<unknown>) {
    this.#deliver = deliver;
  }

  /** Keeps what of a list that could not be sent has to arrive. */
  keep(operations: readonly StoreOperation[]): void {
    const ends = operations.filter(({ op }) => op === 'idempotency.finish' || op === 'budget.settle');
    if (ends.length === 0) return;
    this.#kept = [...this.#kept, ...ends].slice(-MAX_KEPT);
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.#tryAgain(), EVERY_MS);
    this.#timer.unref();
  }

  /** Gives up what is left. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#kept = [];
  }

  async #tryAgain(): Promise<void> {
    const some = this.#kept.slice(0, 100);
    try {
      await this.#deliver(some);
    } catch {
      return;
    }
    const sent = new Set(some);
    this.#kept = this.#kept.filter((operation) => !sent.has(operation));
    if (this.#kept.length === 0) this.close();
  }
}
