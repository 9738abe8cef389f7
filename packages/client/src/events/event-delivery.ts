import { randomUUID } from 'node:crypto';
import type { Scheduled, SchedulingClock } from '@actguard/core';
import { PATHS } from '../budget/wire-paths.js';
import type { DeliveryReport } from '../delivery-report.js';
import type { TransportFailure } from '../http/failure.js';
import type { Transport } from '../http/transport.js';
import { EventQueue, type QueuedEvent } from './event-queue.js';

/** What a delivery of events needs. */
export interface EventDeliveryOptions {
  readonly transport: Transport;
  readonly clock: SchedulingClock;
  readonly attemptMs: number;
  readonly maxRetries: number;
  readonly flushIntervalMs: number;
  readonly maxBatchEvents: number;
  readonly maxBatchBytes: number;
  readonly maxQueueEvents: number;
  readonly onFailure: (failure: TransportFailure, lost: number) => void;
  readonly onDropped: (name: string) => void;
}

/** Longest wait that a server may ask for between attempts. */
const MAX_RETRY_AFTER_MS = 60_000;
/** `{"events":[` and `]}`. */
const FRAME_BYTES = 13;

/** The gateway says these of itself, not of a batch: others would fare no better. */
const BUSY_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);
/** Batches that are tried again while others go on. */
const MAX_STUCK = 3;

/** Sends events in batches, in the background and in order, but that a batch which the gateway fails at does not hold up others. */
export class EventDelivery {
  readonly #options: EventDeliveryOptions;
  readonly #queue: EventQueue;
  readonly #droppedByName = new Map<string, number>();
  readonly #abort = new AbortController();
  readonly #waits = new Set<() => void>();
  readonly #stuck = new Set<Promise<void>>();
  #timer: Scheduled | undefined;
  #pump: Promise<void> | undefined;
  /** How many of the queue are sent without waiting for more. */
  #due = 0;
  #inFlight = 0;
  #accepted = 0;
  #sent = 0;
  #failed = 0;
  #dropped = 0;
  #isClosed = false;

  constructor(options: EventDeliveryOptions) {
    this.#options = options;
    this.#queue = new EventQueue(options.maxQueueEvents, (event) => this.#drop(event.name));
  }

  get report(): DeliveryReport {
    return { sent: this.#sent, failed: this.#failed, dropped: this.#dropped };
  }

  get droppedByName(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#droppedByName);
  }

  /** Events that wait for their batch, or are on their way. */
  get waiting(): number {
    return this.#queue.size + this.#inFlight;
  }

  /** Events that ever came in. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Takes an event, as JSON. Never waits. */
  add(name: string, json: string): void {
    if (this.#isClosed) {
      this.#drop(name);
      return;
    }
    this.#accepted++;
    this.#queue.add({ name, json, bytes: Buffer.byteLength(json) + 1 });
    if (this.#isFull()) this.#start();
    else if (this.#timer === undefined && this.#pump === undefined) this.#arm();
  }

  /** An event could not be written as JSON. */
  drop(name: string): void {
    this.#drop(name);
  }

  /** Sends what waits. Resolves when nothing does any more, or after the time given. */
  async flush(timeoutMs: number): Promise<void> {
    if (this.waiting === 0) return;
    let isOver = false;
    await new Promise<void>((resolve) => {
      // Keeps the process alive meanwhile: nothing else would.
      const timer = this.#options.clock.schedule(resolve, timeoutMs);
      for (const endWait of [...this.#waits]) endWait();
      void this.#drained(() => isOver).then(() => {
        timer.cancel();
        resolve();
      });
    });
    isOver = true;
  }

  /** Flushes, and gives up what is left then. */
  async close(timeoutMs: number): Promise<void> {
    await this.flush(timeoutMs);
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#abort.abort();
    for (const { name } of this.#queue.take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)) this.#drop(name);
    await Promise.all([this.#pump, ...this.#stuck]);
  }

  async #drained(isOver: () => boolean): Promise<void> {
    while (this.waiting > 0 && !this.#isClosed && !isOver()) {
      this.#due = this.#queue.size;
      this.#start();
      await this.#pump;
      if (this.#queue.size === 0 && this.#stuck.size > 0) await Promise.race(this.#stuck);
    }
  }

  #isFull(): boolean {
    const { maxBatchEvents, maxBatchBytes } = this.#options;
    return this.#queue.size >= maxBatchEvents || this.#queue.bytes + FRAME_BYTES >= maxBatchBytes;
  }

  #arm(): void {
    this.#timer = this.#options.clock.schedule(() => {
      this.#timer = undefined;
      this.#due = this.#queue.size;
      this.#start();
    }, this.#options.flushIntervalMs);
    this.#timer.keepAlive(false);
  }

  #start(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#pump ??= this.#run().finally(() => {
      this.#pump = undefined;
      if (this.#queue.size > 0 && !this.#isClosed) this.#arm();
    });
  }

  async #run(): Promise<void> {
    const { maxBatchEvents, maxBatchBytes } = this.#options;
    while (!this.#isClosed && (this.#due > 0 || this.#isFull())) {
      const batch = this.#queue.take(maxBatchEvents, maxBatchBytes - FRAME_BYTES);
      if (batch.length === 0) break;
      this.#due = Math.max(0, this.#due - batch.length);
      await this.#untilStuck(batch);
      while (this.#stuck.size >= MAX_STUCK) await Promise.race(this.#stuck);
    }
    this.#due = 0;
  }

  /** Sends a batch. Resolves when that is over, or when it is the batch that the gateway fails at. */
  #untilStuck(batch: readonly QueuedEvent[]): Promise<void> {
    this.#inFlight += batch.length;
    return new Promise((resolve) => {
      const sending = this.#send(batch, ({ kind, status }) => {
        if (kind !== 'http' || BUSY_STATUSES.has(status ?? 0)) return;
        this.#stuck.add(sending);
        resolve();
      }).then(() => {
        this.#inFlight -= batch.length;
        this.#stuck.delete(sending);
        resolve();
      });
    });
  }

  async #send(batch: readonly QueuedEvent[], onRetry: (failure: TransportFailure) => void): Promise<void> {
    const { transport, attemptMs, maxRetries, onFailure } = this.#options;
    const result = await transport.send({
      operation: 'events',
      method: 'POST',
      path: PATHS.events,
      body: `{"events":[${batch.map(({ json }) => json).join(',')}]}`,
      idempotencyKey: randomUUID(),
      isAuthorized: true,
      maxRetries,
      attemptMs,
      maxRetryAfterMs: MAX_RETRY_AFTER_MS,
      ignoresBody: true,
      keepsAlive: false,
      signal: this.#abort.signal,
      waits: this.#waits,
      onRetry,
    });
    if (result.ok) {
      this.#sent += batch.length;
      return;
    }
    if (this.#isClosed && result.failure.kind !== 'http') {
      for (const { name } of batch) this.#drop(name);
      return;
    }
    if (result.failure.status === 413 && batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      await this.#send(batch.slice(0, middle), onRetry);
      await this.#send(batch.slice(middle), onRetry);
      return;
    }
    this.#failed += batch.length;
    onFailure(result.failure, batch.length);
  }

  #drop(name: string): void {
    this.#dropped++;
    // Names are those of events: there are few.
    this.#droppedByName.set(name, (this.#droppedByName.get(name) ?? 0) + 1);
    this.#options.onDropped(name);
  }
}
