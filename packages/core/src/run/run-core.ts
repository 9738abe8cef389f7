import type { PriceSource } from '../budget/model-price.js';
import type { SharedBudgets } from '../budget/shared-budget-source.js';
import type { Tariff } from '../budget/tariff.js';
import type { Instrument } from '../call/instrument.js';
import type { SchedulingClock } from '../clock.js';
import type { EventHub } from '../events/event-hub.js';
import type { GatewayLink } from '../gateway/gateway-link.js';
import type { DirectState } from '../store/direct-state.js';
import type { StateStore } from '../store/state-store.js';

/** What runs need of their host. */
export interface RunCore {
  readonly store: StateStore;
  /** What the store holds, where that is in this process. */
  readonly direct: DirectState | undefined;
  readonly clock: SchedulingClock;
  readonly events: EventHub;
  /** What surrounds the methods of tools. */
  instruments: readonly Instrument[];
  /** Tools whose success is recorded, because a rule asks for it. */
  readonly recordedSteps: ReadonlySet<string>;
  /** Idle time after which a named session is forgotten, in milliseconds. */
  readonly sessionTtlMs: number;
  /** Longest wait for calls in flight when a run ends, in milliseconds. */
  readonly drainMs: number;
  /** What models cost, as the application says. */
  readonly prices: PriceSource | undefined;
  /** How tokens become cost units. */
  readonly tariff: Tariff | undefined;
  /** Whether cost units can be limited: there is a tariff, or a gateway that has one. */
  readonly takesCostLimits: boolean;
  /** What runs share with those of other hosts, as the application says. */
  readonly sharedBudgets: SharedBudgets | undefined;
  /** The connection to a gateway. */
  readonly gateway: GatewayLink | undefined;
}
