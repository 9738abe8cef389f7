import type { SchedulingClock } from '../clock.js';
import type { EventHub } from '../events/event-hub.js';
import type { CurrentTariff } from '../gateway/current-tariff.js';
import type { RunCore } from '../run/run-core.js';
import { directStateOf } from '../store/memory-store.js';

/**
 * What the runs of a host need of it. A class for the sake of its getters: engines look the properties of an object literal
 * with a getter up by hash, and every call reads some.
 */
export class HostCore implements RunCore {
  readonly store: RunCore['store'];
  readonly clock: SchedulingClock;
  readonly events: EventHub;
  instruments: RunCore['instruments'] = [];
  readonly recordedSteps: RunCore['recordedSteps'];
  readonly sessionTtlMs: number;
  readonly drainMs: number;
  readonly prices: RunCore['prices'];
  readonly takesCostLimits: boolean;
  readonly sharedBudgets: RunCore['sharedBudgets'];
  readonly gateway: RunCore['gateway'];
  readonly #tariff: CurrentTariff;

  constructor(parts: Omit<RunCore, 'direct' | 'instruments' | 'tariff'>, tariff: CurrentTariff) {
    this.store = parts.store;
    this.clock = parts.clock;
    this.events = parts.events;
    this.recordedSteps = parts.recordedSteps;
    this.sessionTtlMs = parts.sessionTtlMs;
    this.drainMs = parts.drainMs;
    this.prices = parts.prices;
    this.takesCostLimits = parts.takesCostLimits;
    this.sharedBudgets = parts.sharedBudgets;
    this.gateway = parts.gateway;
    this.#tariff = tariff;
  }

  /** Asked anew for each call: who puts another `apply` in the place of the store's own must not be passed by. */
  get direct(): RunCore['direct'] {
    return directStateOf(this.store);
  }

  get tariff(): RunCore['tariff'] {
    return this.#tariff.value;
  }
}
