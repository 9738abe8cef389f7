import type { ActGuardEvent, Duration, Tariff, UsageEntry } from '@actguard/core';

/** What a host asks of a gateway. `Client` is one over HTTP. */
export interface Gateway {
  /**
   * Asks for the budget of a root scope. Resolves with `undefined` where nobody grants one: no gateway is configured, or it is
   * out of reach and the client is open.
   *
   * @throws {PaymentRequiredError} the gateway answered 402
   * @throws {BudgetExceededError} the gateway answered 409; `origin` is `'remote'`
   * @throws {BudgetTransportError} the gateway does not take this configuration (400, 401, 403, 422), or it is out of reach and
   *   the client is closed
   */
  reserve(request: ReserveRequest): Promise<Reservation | undefined>;

  /** Settles a reservation. Resolves when that was delivered, or kept to be delivered later; never rejects. */
  settle(request: SettleRequest): Promise<void>;

  /**
   * The tariff of the gateway: fetched once, shared while it is on its way, fetched anew when a reservation names another
   * version. Resolves with `undefined` where there is none to be had and the client is open.
   *
   * @throws {BudgetTransportError} there is none to be had, and the client is closed
   */
  tariff(): Promise<Tariff | undefined>;

  /** Takes an event of the host. Never throws, never waits. */
  onEvent(event: ActGuardEvent): void;

  /** Sends what is waiting. Resolves when that is done, or after `timeout`; never rejects. */
  flush(options?: FlushOptions): Promise<DeliveryReport>;
}

/** Whose budget is asked for. */
export interface ReserveRequest {
  /** Id of the run. */
  readonly runId: string;
  /** Id of the root scope: with the run's it makes the request repeatable. */
  readonly scopeId: string;
  /** Most cost units that the scope may use. @default the gateway says */
  readonly costLimit?: number | undefined;
  /** Plan of the gateway that the scope is charged to. @default the one of the key */
  readonly planKey?: string | undefined;
  /** Who the run is for. @default nobody in particular */
  readonly userId?: string | undefined;
}

/** What a gateway granted. */
export interface Reservation {
  /** Names the reservation when it is settled. */
  readonly reserveId: string;
  /** Most cost units, as the gateway limits them; `undefined` where it does not. */
  readonly costLimit?: number;
  /** The tariff that the gateway counts with. */
  readonly tariffVersion?: string;
  /** Millionths of a USD that the gateway expects the run to cost. */
  readonly estimatedUsdMicros?: number;
}

/** What was used of a reservation. */
export interface SettleRequest {
  /** The reservation: `Reservation.reserveId`. */
  readonly reserveId: string;
  /** Id of the run. */
  readonly runId: string;
  /** Id of the root scope. */
  readonly scopeId: string;
  /** Tokens that went in and were not read from a cache, of all calls. */
  readonly inputTokens: number;
  /** Tokens that were read from a prompt cache, of all calls; not among `inputTokens`. */
  readonly cachedInputTokens: number;
  /** Tokens that came out, hidden reasoning included, of all calls. */
  readonly outputTokens: number;
  /** The same by provider, model, scope and tool, and what `addCost` charged. */
  readonly usageBreakdown: readonly UsageEntry[];
}

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
