import { messageOfThrown } from '../errors/thrown.js';
import { shown, UsageError } from '../errors/usage-errors.js';
import { type ReadSharedBudget, readSharedBudget, type SharedBudget } from './shared-budget.js';

/** A run, as a function that names its shared budgets sees it. */
export interface SharedBudgetRun {
  /** Given, or a random UUID. */
  readonly id: string;
  /** Who the run is for; `undefined` where `RunOptions` named nobody. */
  readonly userId: string | undefined;
  /** The named session, or one of its own. */
  readonly sessionId: string;
  /** What the application attached: tenant, ticket, … */
  readonly scope: Readonly<Record<string, string>>;
}

/** The shared budgets of the runs of a host: the same for all, or a function that says which ones a run has. */
export type SharedBudgets = readonly SharedBudget[] | ((run: SharedBudgetRun) => readonly SharedBudget[]);

/**
 * Reads a list of shared budgets.
 *
 * @throws {UsageError} where it is none
 */
export function readSharedBudgets(where: string, budgets: unknown): readonly ReadSharedBudget[] {
  if (!Array.isArray(budgets)) throw wrong(where, budgets, 'must be a list of shared budgets');
  return budgets.map((budget: unknown) => {
    const read = readSharedBudget(budget);
    if (read === undefined) throw wrong(where, budget, 'must be made by sharedBudget(name, { … })');
    return read;
  });
}

/**
 * The shared budgets that a host has for a run.
 *
 * @throws {UsageError} where its function fails or answers no list: a run must not go on without them
 */
export function sharedBudgetsFor(source: SharedBudgets | undefined, run: SharedBudgetRun): readonly ReadSharedBudget[] {
  const where = 'AgentHost.create: sharedBudgets';
  if (typeof source !== 'function') return source === undefined ? [] : readSharedBudgets(where, source);
  const { id, userId, sessionId, scope } = run;
  let budgets: unknown;
  try {
    budgets = source({ id, userId, sessionId, scope });
  } catch (error) {
    throw new UsageError(`${where}: the function failed, so the run is not opened: ${messageOfThrown(error)}`, {
      code: 'usage.budget_configuration',
      details: { method: where, option: 'sharedBudgets' },
      cause: error,
    });
  }
  return readSharedBudgets(`${where}, what the function returned`, budgets);
}

function wrong(where: string, value: unknown, message: string): UsageError {
  return new UsageError(`${where} = ${shown(value)} ${message}`, {
    code: 'usage.budget_configuration',
    details: { method: where, option: 'sharedBudgets', value },
  });
}
