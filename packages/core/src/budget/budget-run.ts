import type { EventHub } from '../events/event-hub.js';
import type { GatewayLink } from '../gateway/gateway-link.js';
import type { StateStore } from '../store/state-store.js';
import type { BudgetNode } from './budget-node.js';
import type { PriceSource } from './model-price.js';
import type { RunSharedBudgets } from './run-shared-budgets.js';
import type { Tariff } from './tariff.js';

/** A run as its budgets see it. */
export interface BudgetRun {
  readonly id: string;
  readonly sessionId: string;
  readonly userId: string | undefined;
  /** All limits only report. */
  readonly isObserved: boolean;
  /** What it shares with other runs; `undefined` where it shares nothing. */
  readonly sharedBudgets: RunSharedBudgets | undefined;
  readonly core: {
    readonly store: StateStore;
    readonly events: EventHub;
    readonly clock: { now(): number; wall(): number };
    readonly prices: PriceSource | undefined;
    readonly tariff: Tariff | undefined;
    /** Whether cost units can be limited: there is a tariff, or a gateway that has one. */
    readonly takesCostLimits: boolean;
    readonly gateway: GatewayLink | undefined;
  };
  /** @throws {RunStoppedError} where the run takes no calls */
  assertTakesCalls(what: string): void;
  /**
   * Resolves with a promise that does not reject.
   *
   * @throws {RunStoppedError} as soon as the run takes no calls
   */
  unlessStopped(until: Promise<void>): Promise<void>;
  /** Tool in whose body the caller stands. */
  currentTool(): string | undefined;
  /** Runs a function with a scope around it. */
  withBudget<Result>(node: BudgetNode, body: () => Result): Result;
}
