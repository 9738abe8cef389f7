import type { ToolInfo } from '../agent/tool-info.js';
import type { BudgetNode } from '../budget/budget-node.js';
import type { RunBudgets } from '../budget/run-budgets.js';
import type { RunSharedBudgets } from '../budget/run-shared-budgets.js';
import type { ListedCall } from './call-list.js';
import type { Run } from './run.js';
import type { RunCore } from './run-core.js';
import type { ToolAttempts } from './tool-attempts.js';

/** A run as its calls see it. */
export interface CallRun extends Run {
  readonly core: RunCore;
  /** All guards only report. */
  readonly isObserved: boolean;
  /** Resolves once writes that calls depend on have arrived; `undefined` where there are none. */
  readonly ready: Promise<void> | undefined;
  /** @throws {RunStoppedError} where the run takes no calls */
  assertTakesCalls(tool: string): void;
  /** A call is on its way. */
  join(call: ListedCall): void;
  /** A call is over: settled, and nothing is left to wait for. */
  leave(call: ListedCall): void;
  /** What the owners of its calls in the store begin with: never the same for two runs, even of one id. */
  readonly ownerPrefix: string;
  /** Scope of the idempotency keys of the run. */
  readonly keyScope: string;
  /** The budget scopes of the run; made when the first one is asked for. */
  readonly budgets: RunBudgets;
  /** What it shares with other runs; `undefined` where it shares nothing. */
  readonly sharedBudgets: RunSharedBudgets | undefined;
  /** The scope that the run was opened with. */
  readonly ownBudget: BudgetNode | undefined;
  nextCallNumber(): number;
  /** How often a tool of the host was called. */
  attemptsOf(tool: ToolInfo): ToolAttempts;
}
