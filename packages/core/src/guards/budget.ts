import { guardDecorator, type ToolDecorator } from '../agent/tool-decorator.js';
import type { BudgetNode } from '../budget/budget-node.js';
import {
  BUDGET_OPTIONS,
  type BudgetOptions,
  checkBudgetOptions,
  type ReadBudgetOptions,
} from '../budget/budget-options.js';
import { ASK, DIRECT, type DirectGuard } from './direct-guard.js';
import type { GuardedCall } from './guard.js';
import { declareGuard, type GuardDefinition } from './guard-definition.js';

/**
 * Opens a budget scope around the method: what metered clients use in its body, and the tools that it calls, count towards these
 * limits and towards those around. Each call of the tool has a scope of its own.
 *
 * @throws {HostConfigurationError} when the host is created, for wrong options
 * @throws {BudgetExceededError} from the calls of models and tools in the body, once a limit is reached
 */
export function Budget<Args>(options: BudgetOptions): ToolDecorator<Args> {
  return guardDecorator('Budget', declareGuard(budget, options));
}

/** How `@Budget` becomes a guard. */
export const budget: GuardDefinition<BudgetOptions> = {
  kind: 'budget',
  build(options, site) {
    const read = checkBudgetOptions(options, site.hasTariff, (option, value, message) =>
      site.problem(option === undefined ? 'Budget' : `Budget.${option}`, value, message, 'usage.budget_configuration'),
    );
    return [new BudgetGuard({ ...read, name: read.name ?? site.tool.id })];
  },
  explain: (options) =>
    BUDGET_OPTIONS.filter((option) => options[option] !== undefined)
      .map((option) => `${option} ${options[option]}`)
      .join(', '),
};

/** A call that can open a scope around its method. */
interface BudgetedCall extends GuardedCall {
  openBudget(options: ReadBudgetOptions): BudgetNode;
  closeBudget(node: BudgetNode): Promise<void> | undefined;
}

class BudgetGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly decidesAlone = false;
  readonly readsArguments = false;
  readonly #options: ReadBudgetOptions;

  constructor(options: ReadBudgetOptions) {
    this.#options = options;
  }

  // A scope that contradicts the one around must refuse, so it is opened while refusing is still possible.
  admit(call: GuardedCall): undefined | Promise<void> {
    return this.#opened(call).root.reservation?.pending;
  }

  enter(call: GuardedCall): BudgetNode | typeof ASK {
    const node = this.#opened(call);
    return node.root.reservation?.pending === undefined ? node : ASK;
  }

  succeeded(call: GuardedCall): void {
    this.settle(call);
  }

  #opened(call: GuardedCall): BudgetNode {
    const known = call.kept(this) as BudgetNode | undefined;
    if (known !== undefined) return known;
    const node = (call as BudgetedCall).openBudget(this.#options);
    call.keep(this, node);
    return node;
  }

  settle(call: GuardedCall): void {
    const node = call.kept(this) as BudgetNode | undefined;
    call.keep(this, undefined);
    if (node !== undefined) void (call as BudgetedCall).closeBudget(node);
  }
}
