import type { Tariff } from '../budget/tariff.js';
import type { UsageEntry } from '../budget/usage-breakdown.js';
import type { Duration } from '../duration.js';
import type { ActGuardEvent, EventName } from '../events/event.js';

/**
 * A connection to a gateway, as a host uses it: it grants the budgets of runs, is told what was used, says what tokens cost, and
 * gets events. `Client` of `@actguard/client` is one. Whatever it is asked has to come to an end by itself: a host that is closed
 * waits for it.
 */
export interface Gateway {
  /**
   * Asks for the budget of a root scope. What it rejects with stops everything inside the scope.
   *
   * @returns what was granted; `undefined` where nobody could be asked and the scope may go on without
   */
  reserve(request: ReserveRequest): Promise<Reservation | undefined>;
  /** Is told what was used of a reservation. Resolves once that was delivered, or will be; what it rejects with is reported. */
  settle(request: SettleRequest): Promise<void>;
  /** The tariff that holds; `undefined` where it is not known. Asked for with every reservation, so it should be kept. */
  tariff(): Promise<Tariff | undefined>;
  /** Gets the events of the host, at once. It must be quick. */
  onEvent(event: ActGuardEvent): void;
  /** There is nobody on the other side: the host goes on as without a gateway. @default false */
  readonly isOffline?: boolean | undefined;
  /** Names of the events that it wants. @default all */
  readonly events?: readonly EventName[] | undefined;
  /** Delivers what is on its way, for at most `timeout`. The host calls it when it is closed. */
  flush(options?: { readonly timeout?: Duration }): Promise<unknown>;
}

/** Asks for the budget of a root scope. */
export interface ReserveRequest {
  /** Id of the run. */
  readonly runId: string;
  /** Id of the root scope. */
  readonly scopeId: string;
  /** Most cost units that the scope may use; absent where it says none. */
  readonly costLimit?: number | undefined;
  /** Plan that it is charged to; absent where none was named. */
  readonly planKey?: string | undefined;
  /** Who the run is for; absent where it was opened without a user. */
  readonly userId?: string | undefined;
}

/** What a gateway granted. */
export interface Reservation {
  /** Names it when it is settled. */
  readonly reserveId: string;
  /** Limit of cost units that the gateway sets. It holds where the scope has none of its own. */
  readonly costLimit?: number | undefined;
  /** Version of the tariff that holds now: a new one makes the host ask for the tariff again. */
  readonly tariffVersion?: string | undefined;
  /** What the gateway expects it to cost, in millionths of a USD. */
  readonly estimatedUsdMicros?: number | undefined;
}

/** Tells what was used of a reservation. */
export interface SettleRequest {
  /** The reservation, as it was granted. */
  readonly reserveId: string;
  /** Id of the run. */
  readonly runId: string;
  /** Id of the root scope. */
  readonly scopeId: string;
  /** What was used in the scope and in those inside, by model, scope and tool. */
  readonly usage: readonly UsageEntry[];
}
