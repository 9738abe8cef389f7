import type { Scheduled, SchedulingClock, SettleRequest } from '@actguard/core';
import { type Backoff, backoffMs } from '../http/backoff.js';
import type { TransportFailure } from '../http/failure.js';
import type { Transport } from '../http/transport.js';
import type { OutboxEntry, OutboxStorage } from './outbox.js';
import { idempotencyKey, settleBody } from './settlement.js';
import { PATHS } from './wire-paths.js';

/** What a delivery of settlements needs. */
export interface SettleDeliveryOptions {
  readonly transport: Transport;
  readonly clock: SchedulingClock;
  readonly backoff: Backoff;
  readonly deadlineMs: number;
  readonly maxRetries: number;
  readonly maxEntries: number;
  /** Where settlements outlive the process; `undefined` where they do not. */
  readonly storage: OutboxStorage | undefined;
  readonly onFailure: (failure: TransportFailure, consequence: string) => void;
  readonly onTrouble: (topic: string, message: string) => void;
}

/** These are answers: the gateway knows the settlement and does not take it, today or tomorrow. */
const REJECTING_STATUSES: ReadonlySet<number> = new Set([400, 402, 404, 409, 410, 413, 422]);

/** The gateway says these of itself or of the key, not of a settlement. */
const GENERAL_STATUSES: ReadonlySet<number> = new Set([401, 403, 408, 425, 429, 502, 503, 504]);
/** Settlements that the gateway may fail at before the others wait for the next round. */
const MAX_FAILURES_A_ROUND = 3;

/** Longest wait that a server may ask for between deliveries. */
const MAX_RETRY_AFTER_MS = 300_000;

/** Delivers settlements, and keeps those that cannot be delivered until they can. */
export class SettleDelivery {
  readonly #options: SettleDeliveryOptions;
  readonly #waiting = new Map<string, OutboxEntry>();
  readonly #sending = new Map<string, Promise<'done' | TransportFailure>>();
  readonly #abort = new AbortController();
  readonly #loaded: Promise<void>;
  #round: Promise<void> | undefined;
  #timer: Scheduled | undefined;
  #failures = 0;
  #delivered = 0;
  #rejected = 0;
  #dropped = 0;
  #isClosed = false;

  constructor(options: SettleDeliveryOptions) {
    this.#options = options;
    this.#loaded = options.storage === undefined ? Promise.resolve() : this.#load(options.storage);
  }

  get counts(): { delivered: number; waiting: number; rejected: number; dropped: number } {
    const waiting = this.#waiting.size;
    return { delivered: this.#delivered, waiting, rejected: this.#rejected, dropped: this.#dropped };
  }

  /** Settles. Resolves when that was delivered or kept; never rejects. */
  async settle(request: SettleRequest): Promise<void> {
    const key = idempotencyKey('settle', request.runId, request.scopeId, request.reserveId);
    const entry = { key, body: settleBody(request), createdAt: this.#options.clock.wall() };
    await this.#keep(entry);
    // While the gateway is known to be away, the end of a run need not wait for it.
    if (this.#timer !== undefined || this.#isClosed) return;
    await this.#attempt(entry, this.#options.maxRetries);
  }

  /** The gateway answered something else: it is there again. */
  wake(): void {
    if (this.#timer === undefined) return;
    this.#cancelTimer();
    void this.deliver();
  }

  /** Tries once to deliver what waits. */
  async deliver(): Promise<void> {
    await this.#loaded;
    this.#round ??= this.#deliverAll().finally(() => (this.#round = undefined));
    return this.#round;
  }

  /** Stops trying. What waits stays in the outbox. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#abort.abort();
  }

  async #deliverAll(): Promise<void> {
    this.#cancelTimer();
    let left = MAX_FAILURES_A_ROUND;
    for (const entry of [...this.#waiting.values()]) {
      if (this.#isClosed) return;
      const result = await this.#attempt(entry, 0);
      if (result === 'done') continue;
      // Whoever is away for one settlement is away for all. One that the gateway fails at must not hold up the others.
      if (!isAboutOne(result) || --left === 0) return;
      if (this.#waiting.delete(entry.key)) this.#waiting.set(entry.key, entry);
    }
  }

  #attempt(entry: OutboxEntry, maxRetries: number): Promise<'done' | TransportFailure> {
    const sending = this.#sending.get(entry.key);
    if (sending !== undefined) return sending;
    const attempt = this.#send(entry, maxRetries).finally(() => this.#sending.delete(entry.key));
    this.#sending.set(entry.key, attempt);
    return attempt;
  }

  async #send(entry: OutboxEntry, maxRetries: number): Promise<'done' | TransportFailure> {
    if (!this.#waiting.has(entry.key)) return 'done';
    const { transport, deadlineMs, onFailure } = this.#options;
    const result = await transport.send({
      operation: 'settle',
      method: 'POST',
      path: PATHS.settle,
      body: entry.body,
      idempotencyKey: entry.key,
      isAuthorized: true,
      maxRetries,
      deadlineMs,
      signal: this.#abort.signal,
    });
    if (result.ok) {
      this.#failures = 0;
      this.#delivered++;
      await this.#forget(entry.key);
      return 'done';
    }
    const { failure } = result;
    if (failure.kind === 'http' && REJECTING_STATUSES.has(failure.status ?? 0)) {
      this.#rejected++;
      onFailure(failure, 'the settlement was not taken, and is given up');
      await this.#forget(entry.key);
      return 'done';
    }
    if (!this.#isClosed) {
      onFailure(failure, 'the settlement waits in the outbox');
      this.#schedule(failure.retryAfterMs ?? 0);
    }
    return failure;
  }

  #schedule(leastMs: number): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    const { clock, backoff } = this.#options;
    // The exponent has an end, or an outage of a day would overflow it.
    const waitMs = backoffMs(backoff, Math.min(this.#failures++, 30));
    this.#timer = clock.schedule(() => void this.deliver(), Math.max(waitMs, Math.min(leastMs, MAX_RETRY_AFTER_MS)));
    this.#timer.keepAlive(false);
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async #load(storage: OutboxStorage): Promise<void> {
    try {
      for (const entry of await storage.load()) if (!this.#waiting.has(entry.key)) this.#waiting.set(entry.key, entry);
    } catch (error) {
      this.#storageFailed(error);
    }
    if (this.#waiting.size > 0) this.#schedule(0);
  }

  async #keep(entry: OutboxEntry): Promise<void> {
    const { storage, maxEntries, onTrouble } = this.#options;
    // Before it is sent: a process that dies meanwhile must not have forgotten it.
    await storage?.add(entry).catch((error: unknown) => this.#storageFailed(error));
    this.#waiting.set(entry.key, entry);
    while (this.#waiting.size > maxEntries) {
      const [oldest = ''] = this.#waiting.keys();
      this.#dropped++;
      onTrouble('outbox', `the outbox holds ${maxEntries} settlements, and older ones are given up`);
      await this.#forget(oldest);
    }
  }

  async #forget(key: string): Promise<void> {
    this.#waiting.delete(key);
    await this.#options.storage?.remove(key).catch((error: unknown) => this.#storageFailed(error));
  }

  #storageFailed(error: unknown): void {
    const { code } = error as { code?: unknown };
    this.#options.onTrouble(
      'storage',
      `the folder of the outbox cannot be used (${typeof code === 'string' ? code : 'error'}): settlements wait in memory`,
    );
  }
}

function isAboutOne({ kind, status }: TransportFailure): boolean {
  return kind === 'http' && !GENERAL_STATUSES.has(status ?? 0);
}
