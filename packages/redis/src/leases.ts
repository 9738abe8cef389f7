import type { StoreOperation } from '@actguard/core';
import { type Request, type RequestContext, requestsOf } from './requests.js';
import { toWire } from './wire-text.js';

const RENEWED_AT_ONCE = 500;

/**
 * What calls of this process hold: the records of executions under way, the probes of breakers, the holds of budgets. As long as
 * the process lives and reaches the server they are renewed; when it dies they lapse. The timer runs only while something is
 * held, and keeps no process alive.
 */
export class Leases {
  readonly #held = new Map<string, Request>();
  readonly #context: RequestContext;
  readonly #renew: (requests: readonly Request[]) => Promise<readonly Request[]>;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isRenewing = false;
  #isClosed = false;

  /** @param renew sends requests, and answers those that found nothing to renew */
  constructor(
    context: RequestContext,
    leaseMs: number,
    renew: (requests: readonly Request[]) => Promise<readonly Request[]>,
  ) {
    this.#context = context;
    this.#renew = renew;
    // Two may fail before it lapses.
    this.#everyMs = leaseMs / 3;
  }

  /** Takes note of what was taken by an operation that went through. */
  take(operation: StoreOperation): void {
    switch (operation.op) {
      case 'idempotency.begin':
        this.#hold('idempotency.renew', operation.owner, operation);
        break;
      case 'breaker.enter':
        this.#hold('breaker.renew', operation.owner, operation);
        break;
      case 'budget.hold':
        this.#hold('budget.renew', operation.owner, operation);
    }
  }

  /** Takes note of what an operation ends, whether the server learns of it or not: what is not renewed lapses. */
  end(operation: StoreOperation): void {
    switch (operation.op) {
      case 'idempotency.finish':
        // Its method may still be running.
        if (operation.running !== true) this.#release('idempotency.renew', operation.owner, operation);
        break;
      case 'breaker.leave':
        this.#release('breaker.renew', operation.owner, operation);
        break;
      case 'budget.settle':
        this.#release('budget.renew', operation.owner, operation);
    }
  }

  /** Renews nothing any more, nor what is taken from now on. */
  close(): void {
    this.#isClosed = true;
    this.#held.clear();
    this.#stop();
  }

  #hold(op: string, owner: string, operation: StoreOperation): void {
    if (this.#isClosed) return;
    for (const request of requestsOf(operation, 0, this.#context)) {
      const body = { owner: toWire(owner) };
      this.#held.set(nameOf(op, owner, request), { ...request, op, body: () => body });
    }
    if (this.#timer !== undefined || this.#held.size === 0) return;
    this.#timer = setInterval(() => void this.#renewAll(), this.#everyMs);
    this.#timer.unref();
  }

  #release(op: string, owner: string, operation: StoreOperation): void {
    if (this.#held.size === 0) return;
    for (const request of requestsOf(operation, 0, this.#context)) this.#held.delete(nameOf(op, owner, request));
    if (this.#held.size === 0) this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #renewAll(): Promise<void> {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const entries = [...this.#held];
    for (let at = 0; at < entries.length; at += RENEWED_AT_ONCE) {
      const some = entries.slice(at, at + RENEWED_AT_ONCE);
      try {
        const gone = new Set(await this.#renew(some.map(([, request]) => request)));
        for (const [name, request] of some)
          if (gone.has(request) && this.#held.get(name) === request) this.#held.delete(name);
      } catch {
        // The next time may be in time. If not, they lapse: whoever asks then is told that the outcome is not known.
      }
    }
    this.#isRenewing = false;
    if (this.#held.size === 0) this.#stop();
  }
}

function nameOf(op: string, owner: string, { keys }: Request): string {
  return JSON.stringify([op, owner, keys[0]]);
}
