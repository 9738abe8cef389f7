import type { StoreOperation } from '@actguard/core';
import { RedisUnavailableError } from './unavailable-error.js';

const MAX_KEPT = 1_000;
const MAX_AGE_MS = 3_600_000;
const AT_ONCE = 100;
const EVERY_MS = 1_000;

/**
 * Ends of executions and of holds that the server could not be told, told again until it could: only what changes nothing when it
 * arrives twice, or behind what came later. At most a thousand are kept, for an hour; what is never told lapses with its lease,
 * which is as safe and says less.
 */
export class Redelivery {
  readonly #deliver: (operations: readonly StoreOperation[]) => Promise<unknown>;
  /** With the time until which it is tried. */
  readonly #kept = new Map<StoreOperation, number>();
  #timer: NodeJS.Timeout | undefined;
  #isTrying = false;
  #isClosed = false;

  /** @param deliver sends operations; rejects where that fails */
  constructor(deliver: (operations: readonly StoreOperation[]) => Promise<unknown>) {
    this.#deliver = deliver;
  }

  /** Keeps what of a list that could not be sent has to arrive. */
  keep(operations: readonly StoreOperation[]): void {
    if (this.#isClosed) return;
    const until = performance.now() + MAX_AGE_MS;
    for (const operation of operations)
      if (operation.op === 'idempotency.finish' || operation.op === 'budget.settle') this.#kept.set(operation, until);
    for (const operation of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(operation);
    }
    if (this.#kept.size === 0 || this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.#tryAgain(), EVERY_MS);
    this.#timer.unref();
  }

  /** Gives up what is left, for good. */
  close(): void {
    this.#isClosed = true;
    this.#kept.clear();
    this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #tryAgain(): Promise<void> {
    if (this.#isTrying) return;
    this.#isTrying = true;
    const now = performance.now();
    for (const [operation, until] of this.#kept) if (until <= now) this.#kept.delete(operation);
    while (this.#kept.size > 0 && (await this.#delivers([...this.#kept.keys()].slice(0, AT_ONCE))));
    if (this.#kept.size === 0) this.#stop();
    this.#isTrying = false;
  }

  /** @returns whether it is worth going on at once */
  async #delivers(some: readonly StoreOperation[]): Promise<boolean> {
    try {
      await this.#deliver(some);
      for (const operation of some) this.#kept.delete(operation);
      return true;
    } catch (error) {
      // Where the server answers, one that it does not take must not keep the others back.
      const isAnswered = error instanceof RedisUnavailableError && error.code === 'redis.failed';
      if (isAnswered && some.length > 1) await Promise.all(some.map((operation) => this.#delivers([operation])));
      this.#putBehind(some);
      return false;
    }
  }

  // On a cluster others may belong to nodes that can be reached.
  #putBehind(some: readonly StoreOperation[]): void {
    for (const operation of some) {
      const until = this.#kept.get(operation);
      if (until === undefined) continue;
      this.#kept.delete(operation);
      this.#kept.set(operation, until);
    }
  }
}
