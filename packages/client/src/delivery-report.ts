import type { Duration } from '@actguard/core';

/** How long to wait for a delivery. */
export interface FlushOptions {
  /** Milliseconds, or a duration such as `'2s'`. @default the `eventTimeout` of the client */
  readonly timeout?: Duration;
}

/** What became of the events of a client since it was made. */
export interface DeliveryReport {
  /** Events that the gateway took. */
  readonly sent: number;
  /** Events that the gateway did not take, after all attempts or because it refused them. */
  readonly failed: number;
  /** Events that were never sent: no room in the queue, nothing that JSON can hold, or the client closed before their turn. */
  readonly dropped: number;
}
