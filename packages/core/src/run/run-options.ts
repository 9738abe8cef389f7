import { type ReadBudgetOptions, readBudgetOptions } from '../budget/budget-options.js';
import type { ReadSharedBudget } from '../budget/shared-budget.js';
import { readSharedBudgets } from '../budget/shared-budget-source.js';
import { DURATION_RULE, durationMs } from '../duration.js';
import { checkOptions } from '../errors/argument-check.js';
import { shown, UsageError } from '../errors/usage-errors.js';
import type { RunOptions } from './run.js';

/** Options of a run, checked. */
export interface ReadRunOptions {
  readonly userId: string | undefined;
  readonly runId: string | undefined;
  readonly sessionId: string | undefined;
  readonly scope: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number | undefined;
  readonly isObserved: boolean;
  /** Of the root scope that is opened with the run. */
  readonly budget: ReadBudgetOptions | undefined;
  /** Besides those of the host. */
  readonly sharedBudgets: readonly ReadSharedBudget[];
  /** The host's kill switch holds for this run. */
  readonly killedBecause: string | undefined;
}

const KNOWN = ['userId', 'runId', 'sessionId', 'scope', 'signal', 'deadline', 'mode', 'budget', 'sharedBudgets'];
const NO_SCOPE: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Checks the options of a run.
 *
 * @throws {UsageError} naming the option and its value
 */
export function readRunOptions(
  options: RunOptions,
  isHostObserved: boolean,
  hasTariff: boolean,
): Omit<ReadRunOptions, 'killedBecause'> {
  checkOptions('host.run', options, KNOWN, 'usage.run_options');
  const { userId, runId, sessionId, scope, signal, deadline, mode, budget, sharedBudgets } = options;
  for (const [name, value] of Object.entries({ userId, runId, sessionId })) {
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw wrong(name, value, 'must be a text that is not empty');
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw wrong('signal', signal, 'must be an AbortSignal');
  if (mode !== undefined && mode !== 'enforce' && mode !== 'observe')
    throw wrong('mode', mode, "must be 'enforce' or 'observe'");
  const deadlineMs = deadline === undefined ? undefined : durationMs(deadline);
  if (deadline !== undefined && deadlineMs === undefined) throw wrong('deadline', deadline, DURATION_RULE);
  return {
    userId,
    runId,
    sessionId,
    scope: readScope(scope),
    signal,
    deadlineMs,
    budget: budget === undefined ? undefined : readBudgetOptions('host.run: budget', budget, hasTariff),
    sharedBudgets: sharedBudgets === undefined ? [] : readSharedBudgets('host.run: sharedBudgets', sharedBudgets),
    isObserved: mode === undefined ? isHostObserved : mode === 'observe',
  };
}

function readScope(scope: unknown): Readonly<Record<string, string>> {
  if (scope === undefined) return NO_SCOPE;
  if (typeof scope !== 'object' || scope === null || Object.values(scope).some((value) => typeof value !== 'string')) {
    throw wrong('scope', scope, 'must be an object of texts');
  }
  return Object.freeze({ ...scope });
}

function wrong(option: string, value: unknown, message: string): UsageError {
  return new UsageError(`host.run: ${option} = ${shown(value)} ${message}`, {
    code: 'usage.run_options',
    details: { option, value },
  });
}
