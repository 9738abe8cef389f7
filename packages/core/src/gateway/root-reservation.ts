import type { BudgetNode } from '../budget/budget-node.js';
import type { BudgetRun } from '../budget/budget-run.js';
import { isActGuardError } from '../errors/actguard-error.js';
import { BudgetTransportError } from '../errors/budget-transport-error.js';
import { messageOfThrown } from '../errors/thrown.js';
import { warnOnce } from '../events/warn-once.js';
import type { GatewayLink } from './gateway-link.js';

/** What a gateway grants a root scope: asked for when the scope opens, settled once when it is over. */
export class RootReservation {
  readonly #link: GatewayLink;
  readonly #run: BudgetRun;
  readonly #node: BudgetNode;
  #pending: Promise<void> | undefined;
  #failure: Error | undefined;
  #reserveId: string | undefined;
  #settled: Promise<void> | undefined;

  constructor(link: GatewayLink, run: BudgetRun, node: BudgetNode) {
    this.#link = link;
    this.#run = run;
    this.#node = node;
    this.#pending = this.#reserve();
  }

  /** Resolves once the gateway has answered, whatever it said; `undefined` from then on. Never rejects. */
  get pending(): Promise<void> | undefined {
    return this.#pending;
  }

  /** Why nothing inside the scope may go on. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Tells the gateway what was used. Never rejects: the body's own error must not be hidden, and its result not be lost. */
  settle(): Promise<void> {
    this.#settled ??= this.#settle();
    return this.#settled;
  }

  async #reserve(): Promise<void> {
    const { id: scopeId, limits, planKey } = this.#node;
    const { id: runId, userId } = this.#run;
    const costLimit = limits.cost === undefined ? undefined : Number(limits.cost);
    try {
      const granted = await this.#link.reserve({ runId, scopeId, costLimit, planKey, userId });
      this.#reserveId = granted?.reserveId;
      if (granted?.costLimit !== undefined) this.#node.adoptCostLimit(BigInt(granted.costLimit));
    } catch (error) {
      this.#failure = isActGuardError(error)
        ? error
        : new BudgetTransportError({
            operation: 'reserve',
            path: '',
            summary: `the budget could not be reserved: ${messageOfThrown(error)}`,
            cause: error,
          });
    } finally {
      this.#pending = undefined;
    }
  }

  async #settle(): Promise<void> {
    await this.#pending;
    if (this.#reserveId === undefined) return;
    try {
      await this.#link.settle({
        reserveId: this.#reserveId,
        runId: this.#run.id,
        scopeId: this.#node.id,
        usage: this.#node.breakdown.entries(),
      });
    } catch (error) {
      warnOnce(this.#run.core, 'settle', `A budget could not be settled: ${messageOfThrown(error)}`);
    }
  }
}
