import type { Duration } from '../duration.js';
import { durationMs } from '../duration.js';
import { DAY, type LocalDays } from './local-days.js';

/** How long the periods of a shared budget are: `'1h'`, `'1d'`, `'7d'`, `'month'`. */
export type BudgetPeriod = Duration | 'month';

/** The starts of the previous period, of the present one, of the next and of the one after, in epoch milliseconds. */
export type Boundaries = readonly [previous: number, present: number, next: number, after: number];

/** Periods of one length in one time zone. */
export interface PeriodCalendar {
  /** Says which periods these are, the same in every process. */
  readonly id: string;
  /** The periods around a time, in epoch milliseconds. */
  around(wall: number): Boundaries;
}

const SECOND = 1000;
/** A Monday, in days since 1970-01-01: periods of several days are counted from it. */
const FIRST_MONDAY = 4;

const calendars = new Map<string, PeriodCalendar>();

/**
 * The periods of a length; `undefined` where the length is none: neither `'month'`, nor whole days, nor an even part of a day of
 * at least a second.
 */
export function periodCalendar(per: unknown, days: LocalDays): PeriodCalendar | undefined {
  const length = per === 'month' ? per : durationMs(per);
  if (length === undefined || !isPeriod(length)) return undefined;
  const id = `${length} ${days.timezone}`;
  let calendar = calendars.get(id);
  if (calendar === undefined) calendars.set(id, (calendar = new Calendar(id, periodsOf(length, days))));
  return calendar;
}

function isPeriod(length: number | 'month'): boolean {
  return length === 'month' || length % DAY === 0 || (length >= SECOND && DAY % length === 0);
}

/** The period around a time. */
interface Periods {
  startOf(time: number): number;
  endOf(time: number): number;
}

class Calendar implements PeriodCalendar {
  readonly id: string;
  readonly #periods: Periods;
  #last: Boundaries | undefined;

  constructor(id: string, periods: Periods) {
    this.id = id;
    this.#periods = periods;
  }

  around(wall: number): Boundaries {
    const last = this.#last;
    if (last !== undefined && last[1] <= wall && wall < last[2]) return last;
    const present = this.#periods.startOf(wall);
    const next = this.#periods.endOf(wall);
    this.#last = [this.#periods.startOf(present - 1), present, next, this.#periods.endOf(next)];
    return this.#last;
  }
}

function periodsOf(length: number | 'month', days: LocalDays): Periods {
  if (length === 'month') return daysFrom(days, firstOfMonth, firstOfNextMonth);
  if (length < DAY) return partsOfDay(days, length);
  const count = length / DAY;
  const first = (day: number): number => FIRST_MONDAY + Math.floor((day - FIRST_MONDAY) / count) * count;
  return daysFrom(days, first, (day) => first(day) + count);
}

function daysFrom(days: LocalDays, first: (day: number) => number, next: (day: number) => number): Periods {
  return {
    startOf: (time) => days.start(first(days.dayOf(time))),
    endOf: (time) => days.start(next(days.dayOf(time))),
  };
}

// A day that a change of clocks makes longer or shorter does so to its last part: no part of an hour is a period of its own.
function partsOfDay(days: LocalDays, length: number): Periods {
  const partOf = (time: number): { readonly start: number; readonly end: number } => {
    const day = days.dayOf(time);
    const [start, end] = [days.start(day), days.start(day + 1)];
    const last = Math.max(1, Math.round((end - start) / length)) - 1;
    const part = Math.min(Math.floor((time - start) / length), last);
    return { start: start + part * length, end: part === last ? end : start + (part + 1) * length };
  };
  return { startOf: (time) => partOf(time).start, endOf: (time) => partOf(time).end };
}

function firstOfMonth(day: number): number {
  const date = new Date(day * DAY);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) / DAY;
}

function firstOfNextMonth(day: number): number {
  const date = new Date(day * DAY);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / DAY;
}
