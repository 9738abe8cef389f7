import type { AttemptCounts } from './attempt-counts.js';
import type { Breakers } from './breakers.js';
import type { IdempotencyRecords } from './idempotency-records.js';
import type { StoreAnswer, StoreOperation } from './operations.js';
import type { RateWindows } from './rate-windows.js';
import type { Sessions } from './sessions.js';

/** The state of a store in this process, for guards that decide by it directly: no operation, no answer. */
export interface DirectState {
  readonly attempts: AttemptCounts;
  readonly breakers: Breakers;
  readonly rates: RateWindows;
  readonly records: IdempotencyRecords;
  readonly sessions: Sessions;
  /** Moves the store's time on, drops what has expired, and answers the time that counts: a clock may step back. */
  at(now: number): number;
  /** Carries an operation out, as in a list of its own. */
  carryOut(operation: StoreOperation, now: number): StoreAnswer;
}
