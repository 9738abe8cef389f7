import type { LimitType } from '../errors/budget-errors.js';
import { shown, UsageError } from '../errors/usage-errors.js';
import type { Amounts } from './amounts.js';
import { picosOf } from './money.js';

/** Options of a budget scope. Limits combine: whichever is reached first stops what is inside. */
export interface BudgetOptions {
  /** For reports and errors. @default the id of the tool for `@Budget`, otherwise none */
  readonly name?: string;
  /** Most tokens, of input and output together. @default no limit */
  readonly tokenLimit?: number;
  /** Most USD. @default no limit */
  readonly usdLimit?: number;
  /** Most cost units of the host's tariff, a whole number. @default no limit */
  readonly costLimit?: number;
  /** Plan of a gateway that the root is charged to. @default that of the scope around it */
  readonly planKey?: string;
  /**
   * `soft`: once a limit is reached, the next call is refused; what crossed it is delivered. `hard`: the worst case of each call
   * is reserved before it is sent and its output is capped to what is left, so that no limit is crossed by what the provider was allowed.
   *
   * @default 'soft'
   */
  readonly enforcement?: 'soft' | 'hard';
  /** Share of a limit at which `budget.warning` is told, once. @default 0.8 */
  readonly warnAt?: number;
}

/** Options of a budget, checked. */
export interface ReadBudgetOptions {
  readonly name: string | undefined;
  readonly limits: Readonly<Partial<Amounts>>;
  readonly planKey: string | undefined;
  readonly enforcement: 'soft' | 'hard' | undefined;
  readonly warnAt: number | undefined;
}

/** Names of the options. */
export const BUDGET_OPTIONS = [
  'name',
  'tokenLimit',
  'usdLimit',
  'costLimit',
  'planKey',
  'enforcement',
  'warnAt',
] as const satisfies readonly (keyof BudgetOptions)[];

/** Most USD that an amount may be: beyond, sums would not be exact any more. */
export const MAX_USD = 1_000_000_000;

/** What is wrong with the options of a budget: option, value, message. */
export type BudgetProblem = (option: string | undefined, value: unknown, message: string) => void;

/** Checks the options of a budget; what is wrong goes to `problem`. */
export function checkBudgetOptions(options: unknown, hasTariff: boolean, problem: BudgetProblem): ReadBudgetOptions {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (!isObject) problem(undefined, options, 'must be an object of options');
  const given = (isObject ? options : {}) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(given)) {
    if (!(BUDGET_OPTIONS as readonly string[]).includes(name))
      problem(name, value, `is no option; the options are ${BUDGET_OPTIONS.join(', ')}`);
  }
  const { name, tokenLimit, usdLimit, costLimit, planKey, enforcement, warnAt } = given;
  for (const [option, value] of Object.entries({ name, planKey })) {
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      problem(option, value, 'must be a text that is not empty');
  }
  for (const [option, value] of Object.entries({ tokenLimit, costLimit })) {
    if (value !== undefined && !(typeof value === 'number' && Number.isSafeInteger(value) && value >= 1))
      problem(option, value, 'must be an integer from 1');
  }
  if (usdLimit !== undefined && !(typeof usdLimit === 'number' && usdLimit >= 0.000001 && usdLimit <= MAX_USD))
    problem('usdLimit', usdLimit, `must be an amount of USD from 0.000001 to ${MAX_USD}`);
  if (enforcement !== undefined && enforcement !== 'soft' && enforcement !== 'hard')
    problem('enforcement', enforcement, "must be 'soft' or 'hard'");
  if (warnAt !== undefined && !(typeof warnAt === 'number' && warnAt > 0 && warnAt <= 1))
    problem('warnAt', warnAt, 'must be a share above 0 and at most 1');
  if (costLimit !== undefined && !hasTariff)
    problem(
      'costLimit',
      costLimit,
      'needs a tariff: give the host one (AgentHost.create({ tariff })), or limit tokens or USD',
    );
  const limits: Partial<Record<LimitType, bigint>> = {};
  if (isCount(tokenLimit)) limits.token = BigInt(tokenLimit);
  if (typeof usdLimit === 'number' && usdLimit > 0 && usdLimit <= MAX_USD) limits.usd = picosOf(usdLimit);
  if (isCount(costLimit)) limits.cost = BigInt(costLimit);
  if (enforcement === 'hard' && Object.keys(limits).length === 0)
    problem('enforcement', enforcement, 'needs a limit to hold: tokenLimit, usdLimit or costLimit');
  return {
    name: typeof name === 'string' ? name : undefined,
    limits,
    planKey: typeof planKey === 'string' ? planKey : undefined,
    enforcement: enforcement === 'soft' || enforcement === 'hard' ? enforcement : undefined,
    warnAt: typeof warnAt === 'number' ? warnAt : undefined,
  };
}

/**
 * Checks the options of a budget.
 *
 * @throws {UsageError} naming the option and its value
 */
export function readBudgetOptions(method: string, options: unknown, hasTariff: boolean): ReadBudgetOptions {
  return checkBudgetOptions(options, hasTariff, (option, value, message) => {
    throw new UsageError(`${method}: ${option === undefined ? 'options' : option} = ${shown(value)} ${message}`, {
      code: 'usage.budget_configuration',
      details: { method, option, value },
    });
  });
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}
