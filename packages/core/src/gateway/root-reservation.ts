import type { BudgetNode } from '../budget/budget-node.js';
import type { BudgetRun } from '../budget/budget-run.js';
import { isActGuardError } from '../errors/actguard-error.js';
import { BudgetTransportError } from '../errors/budget-transport-error.js';
import type { RunStoppedError } from '../errors/run-errors.js';
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
  #settling: Promise<void> | undefined;

  constructor(link: GatewayLink, run: BudgetRun, node: BudgetNode) {
    this.#link = link;
    this.#run = run;
    this.#node = node;
    this.#failure = stopOf(run);
    // Nothing will be used any more, so nobody is asked.
    if (this.#failure !== undefined) return;
    this.#pending = this.#reserve();
    link.track(this.#pending);
  }

  /** Resolves once the gateway has answered, whatever it said; `undefined` from then on. Never rejects. */
  get pending(): Promise<void> | undefined {
    return this.#pending;
  }

  /** Why nothing inside the scope may go on. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /**
   * Tells the gateway what was used, once. Never rejects: the body's own error must not be hidden, and its result not be lost.
   *
   * @returns resolves once it was told; `undefined` where the gateway has not answered yet: then it is told as soon as it has
   */
  settle(): Promise<void> | undefined {
    const isAnswered = this.#pending === undefined;
    if (this.#settling === undefined) {
      this.#settling = this.#settle();
      this.#link.track(this.#settling);
    }
    return isAnswered ? this.#settling : undefined;
  }

  async #reserve(): Promise<void> {
    const { id: scopeId, limits, planKey } = this.#node;
    const { id: runId, userId } = this.#run;
    const costLimit = limits.cost === undefined ? undefined : Number(limits.cost);
    const learning = this.#link.learnTariff();
    // It is awaited below, unless the reservation itself fails.
    learning.catch(() => {});
    try {
      const granted = await this.#link.reserve({ runId, scopeId, costLimit, planKey, userId });
      // From here on there is something to settle, whatever fails.
      this.#reserveId = granted?.reserveId;
      if (granted?.costLimit !== undefined) this.#node.adoptCostLimit(BigInt(granted.costLimit));
      await learning;
      await this.#link.learnVersion(granted?.tariffVersion);
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

function stopOf(run: BudgetRun): RunStoppedError | undefined {
  try {
    run.assertTakesCalls('run');
    return undefined;
  } catch (error) {
    return error as RunStoppedError;
  }
}
