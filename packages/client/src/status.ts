import type { TransportFailureKind } from './http/failure.js';

/** A request that had no usable answer. */
export interface FailureReport {
  /** What was asked: `reserve`, `settle`, `cu-tariff` or `events`. */
  readonly operation: string;
  /** What went wrong. */
  readonly kind: TransportFailureKind;
  /** The HTTP status of the answer; `undefined` where there was none. */
  readonly status: number | undefined;
  /** One sentence, without secrets. */
  readonly summary: string;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** What a client knows of its gateway. */
export interface ClientStatus {
  /** Address of the gateway; `undefined` where the client is offline. */
  readonly gateway: string | undefined;
  /** Whether the last request about budgets was answered; `undefined` before the first. */
  readonly isReachable: boolean | undefined;
  /** The last request that was not answered as it should; `undefined` where all were. */
  readonly lastFailure: FailureReport | undefined;
  /** Version of the tariff that is known; `undefined` where none is. */
  readonly tariffVersion: string | undefined;
  /** Reservations since the client was made. */
  readonly reservations: {
    /** The gateway granted them. */
    readonly granted: number;
    /** The gateway refused them: 402 or 409. */
    readonly refused: number;
    /** Nobody was asked, or nobody answered, and the run went on without one. */
    readonly unreserved: number;
    /** They ended in a `BudgetTransportError`. */
    readonly failed: number;
  };
  /** Settlements since the client was made, and what an outbox brought along. */
  readonly settlements: {
    /** The gateway took them. */
    readonly delivered: number;
    /** They wait for the gateway. */
    readonly waiting: number;
    /** The gateway answered that it does not take them: 400, 402, 404, 409, 410, 413 or 422. */
    readonly rejected: number;
    /** The outbox had no room for them. */
    readonly dropped: number;
  };
  /** Events since the client was made. */
  readonly events: {
    /** They wait for their batch, or are on their way. */
    readonly waiting: number;
    /** The gateway took them. */
    readonly sent: number;
    /** The gateway did not take them. */
    readonly failed: number;
    /** They were never sent. */
    readonly dropped: number;
    /** The dropped ones by name. */
    readonly droppedByName: Readonly<Record<string, number>>;
  };
}
