import { shown, UsageError } from '../errors/usage-errors.js';
import { LocalDays } from './local-days.js';
import { picosOf } from './money.js';
import { type BudgetPeriod, type PeriodCalendar, periodCalendar } from './period-calendar.js';
import { nanosOf, type SharedUnit } from './shared-units.js';

/** Options of `sharedBudget`. It needs a limit; limits combine: whichever is reached first stops the calls. */
export interface SharedBudgetOptions {
  /** Most USD in each period. @default no limit */
  readonly usdLimit?: number;
  /** Most tokens in each period, of input and output together. @default no limit */
  readonly tokenLimit?: number;
  /**
   * Length of a period, with which the budget starts anew: whole days (`'1d'`, `'7d'`: from Monday), `'month'`, or an even part of a
   * day (`'1h'`, `'15m'`). They follow the calendar and the clock of `timezone`.
   *
   * @default a total that never starts anew
   */
  readonly per?: BudgetPeriod;
  /** Time zone whose midnights count, by its IANA name. @default 'UTC' */
  readonly timezone?: string;
  /**
   * `soft`: once a limit is reached, the next call is refused; what crossed it is delivered. `hard`: the worst case of each call
   * is held before it is sent and its output is capped to what is left, whatever other runs and processes use meanwhile.
   *
   * @default 'soft'
   */
  readonly enforcement?: 'soft' | 'hard';
}

/** A budget that runs share, of all processes that have the same store. Made by `sharedBudget`. */
export interface SharedBudget {
  /** Whose budget it is: `tenant:acme`. */
  readonly name: string;
  /** Most USD in each period; `undefined` where they are not limited. */
  readonly usdLimit: number | undefined;
  /** Most tokens in each period; `undefined` where they are not limited. */
  readonly tokenLimit: number | undefined;
  /** Length of a period; `undefined` for a total that never starts anew. */
  readonly per: BudgetPeriod | undefined;
  /** Time zone whose midnights count. */
  readonly timezone: string;
  /** `soft`: the call that crosses a limit is delivered. `hard`: a call that might cross one is capped or refused. */
  readonly enforcement: 'soft' | 'hard';
}

/** One limit of a shared budget, as the store counts it. */
export interface SharedLimit {
  readonly budget: ReadSharedBudget;
  readonly limitType: SharedUnit;
  readonly key: string;
  /** Tokens or nano-dollars. */
  readonly limit: number;
  readonly isHard: boolean;
}

/** A shared budget, checked. */
export interface ReadSharedBudget {
  readonly name: string;
  /** The same for all with this name and these periods. */
  readonly id: string;
  readonly calendar: PeriodCalendar | undefined;
  readonly limits: readonly SharedLimit[];
}

const OPTIONS = ['usdLimit', 'tokenLimit', 'per', 'timezone', 'enforcement'];
const MAX_NAME_LENGTH = 1024;
/** One less than the largest exact integer, so that an amount beyond all counting never fits. */
const MAX_LIMIT = Number.MAX_SAFE_INTEGER - 1;
const MAX_USD_LIMIT = 9_007_199;

const made = new WeakMap<SharedBudget, ReadSharedBudget>();

/**
 * A budget for all runs of a user, a tenant or an application: in one process, or in all that share a store. Give it to
 * `AgentHost.create({ sharedBudgets })` or to `host.run({ sharedBudgets })`. Made anywhere with the same name and the same periods, it
 * is the same budget; a limit is that of whoever asks, so it can be changed at any time.
 *
 * @param name whose budget it is, such as `tenant:acme`: at most 1,024 characters
 * @throws {UsageError} naming the option and its value
 *
 * @example
 * const acme = sharedBudget('tenant:acme', { usdLimit: 50, per: '1d', timezone: 'Europe/Berlin', enforcement: 'hard' });
 */
export function sharedBudget(name: string, options: SharedBudgetOptions): SharedBudget {
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_LENGTH)
    throw wrong('name', name, `must be a text that is not empty, of at most ${MAX_NAME_LENGTH} characters`);
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw wrong('options', options, 'must be an object of options');
  for (const [option, value] of Object.entries(options)) {
    if (!OPTIONS.includes(option)) throw wrong(option, value, `is no option; the options are ${OPTIONS.join(', ')}`);
  }
  const { usdLimit, tokenLimit, per, timezone = 'UTC', enforcement = 'soft' } = options;
  if (usdLimit !== undefined && !(typeof usdLimit === 'number' && usdLimit >= 0.000001 && usdLimit <= MAX_USD_LIMIT))
    throw wrong('usdLimit', usdLimit, `must be an amount of USD from 0.000001 to ${MAX_USD_LIMIT}`);
  if (tokenLimit !== undefined && !(Number.isSafeInteger(tokenLimit) && tokenLimit >= 1 && tokenLimit <= MAX_LIMIT))
    throw wrong('tokenLimit', tokenLimit, 'must be an integer from 1');
  if (usdLimit === undefined && tokenLimit === undefined)
    throw wrong('options', options, 'need a limit: usdLimit or tokenLimit');
  if (enforcement !== 'soft' && enforcement !== 'hard')
    throw wrong('enforcement', enforcement, "must be 'soft' or 'hard'");

  const budget: SharedBudget = Object.freeze({ name, usdLimit, tokenLimit, per, timezone, enforcement });
  made.set(budget, readOf(budget, calendarOf(per, timezone)));
  return budget;
}

/** What is behind a shared budget; `undefined` for what `sharedBudget` has not made. */
export function readSharedBudget(budget: unknown): ReadSharedBudget | undefined {
  return made.get(budget as SharedBudget);
}

function readOf(budget: SharedBudget, calendar: PeriodCalendar | undefined): ReadSharedBudget {
  const { name, usdLimit, tokenLimit, enforcement } = budget;
  const limits: SharedLimit[] = [];
  const period = calendar?.id ?? 'total';
  const read: ReadSharedBudget = { name, id: keyOf(name, period), calendar, limits };
  const isHard = enforcement === 'hard';
  const add = (limitType: SharedUnit, limit: number): void =>
    void limits.push({ budget: read, limitType, key: keyOf(name, period, limitType), limit, isHard });
  if (tokenLimit !== undefined) add('token', tokenLimit);
  if (usdLimit !== undefined) add('usd', nanosOf(picosOf(usdLimit), 'down'));
  return read;
}

// As JSON, so that no name can pose as another with its unit.
function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function calendarOf(per: unknown, timezone: unknown): PeriodCalendar | undefined {
  const days = typeof timezone === 'string' ? LocalDays.of(timezone) : undefined;
  if (days === undefined)
    throw wrong('timezone', timezone, "must be the IANA name of a time zone, such as 'Europe/Berlin'");
  if (per === undefined) return undefined;
  const calendar = periodCalendar(per, days);
  if (calendar !== undefined) return calendar;
  const message =
    "must be 'month', whole days such as '1d', or an even part of a day such as '1h', of at least a second";
  throw wrong('per', per, message);
}

function wrong(option: string, value: unknown, message: string): UsageError {
  return new UsageError(`sharedBudget: ${option} = ${shown(value)} ${message}`, {
    code: 'usage.budget_configuration',
    details: { method: 'sharedBudget', option, value },
  });
}
