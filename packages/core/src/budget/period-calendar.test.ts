import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LocalDays } from './local-days.js';
import { type BudgetPeriod, type PeriodCalendar, periodCalendar } from './period-calendar.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  // No midnight on the day that summer time begins.
  'America/Sao_Paulo',
  'America/Havana',
  'Africa/Cairo',
  // A quarter of an hour, half an hour, half an hour of summer time.
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  // Clocks went back a minute after midnight, so a day began twice.
  'America/St_Johns',
  // A day was left out.
  'Pacific/Apia',
  'Pacific/Kiritimati',
];

function calendar(per: BudgetPeriod, timezone: string): PeriodCalendar {
  return periodCalendar(per, LocalDays.of(timezone) as LocalDays) as PeriodCalendar;
}

/** Date and time on the wall: `2018-11-04 01:00:00`. */
function shownIn(timezone: string, time: number): string {
  return new Date(time).toLocaleString('sv-SE', { timeZone: timezone });
}

const dateIn = (timezone: string, time: number): string => shownIn(timezone, time).slice(0, 10);
const at = (text: string): number => Date.parse(text);
const texts = (times: readonly number[]): string[] => times.map((time) => new Date(time).toISOString());

describe('the periods of a budget', () => {
  it('are a calendar day, in its time zone', () => {
    expect(texts(calendar('1d', 'Europe/Berlin').around(at('2026-01-01T12:00:00Z')))).toEqual([
      '2025-12-30T23:00:00.000Z',
      '2025-12-31T23:00:00.000Z',
      '2026-01-01T23:00:00.000Z',
      '2026-01-02T23:00:00.000Z',
    ]);
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T12:00:00Z', 23],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', 25],
    ['America/New_York', '2026-03-08T12:00:00Z', 23],
    ['Australia/Lord_Howe', '2026-04-04T20:00:00Z', 24.5],
  ])('of a day in %s are as long as the day: %s has %d hours', (timezone, wall, hours) => {
    const [, start, end] = calendar('1d', timezone).around(at(wall));
    expect((end - start) / HOUR).toBe(hours);
    expect([shownIn(timezone, start), shownIn(timezone, end)]).toEqual([
      `${dateIn(timezone, at(wall))} 00:00:00`,
      `${dateIn(timezone, at(wall) + DAY)} 00:00:00`,
    ]);
  });

  it('begin where a day without a midnight begins', () => {
    const sao = calendar('1d', 'America/Sao_Paulo').around(at('2018-11-04T15:00:00Z'));
    expect(texts(sao).slice(1, 3)).toEqual(['2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z']);
    expect(shownIn('America/Sao_Paulo', sao[1])).toBe('2018-11-04 01:00:00');
    // Where it ends, 23 o'clock comes twice and midnight once.
    const end = calendar('1d', 'America/Sao_Paulo').around(at('2018-02-17T15:00:00Z'));
    expect(texts(end).slice(1, 3)).toEqual(['2018-02-17T02:00:00.000Z', '2018-02-18T03:00:00.000Z']);
  });

  it('do not begin twice where midnight comes twice', () => {
    const havana = calendar('1d', 'America/Havana');
    const first = at('2026-11-01T04:00:00Z');
    expect(shownIn('America/Havana', first)).toBe('2026-11-01 00:00:00');
    expect(shownIn('America/Havana', first + HOUR)).toBe('2026-11-01 00:00:00');
    for (const wall of [first, first + HOUR, first + 2 * HOUR]) expect(havana.around(wall)[1]).toBe(first);
    const stJohns = calendar('1d', 'America/St_Johns');
    const begun = at('2010-11-07T02:30:00Z');
    expect(shownIn('America/St_Johns', begun)).toBe('2010-11-07 00:00:00');
    expect(shownIn('America/St_Johns', begun + 2 * 60_000)).toBe('2010-11-06 23:02:00');
    for (const wall of [begun, begun + 2 * 60_000, begun + 2 * HOUR]) expect(stJohns.around(wall)[1]).toBe(begun);
  });

  it('leave out a day that there was not', () => {
    const apia = calendar('1d', 'Pacific/Apia').around(at('2011-12-30T09:00:00Z'));
    expect(apia.map((time) => shownIn('Pacific/Apia', time))).toEqual([
      '2011-12-28 00:00:00',
      '2011-12-29 00:00:00',
      '2011-12-31 00:00:00',
      '2012-01-01 00:00:00',
    ]);
  });

  it('of seven days are weeks from Monday, of others are counted from the first Monday of 1970', () => {
    const [, monday, next] = calendar('7d', 'Asia/Kathmandu').around(at('2026-06-10T00:00:00Z'));
    expect([shownIn('Asia/Kathmandu', monday), shownIn('Asia/Kathmandu', next)]).toEqual([
      '2026-06-08 00:00:00',
      '2026-06-15 00:00:00',
    ]);
    expect(texts(calendar('10d', 'UTC').around(at('1970-01-20T00:00:00Z'))).slice(0, 3)).toEqual([
      '1970-01-05T00:00:00.000Z',
      '1970-01-15T00:00:00.000Z',
      '1970-01-25T00:00:00.000Z',
    ]);
    expect(texts(calendar('10d', 'UTC').around(at('1970-01-01T00:00:00Z')))[1]).toBe('1969-12-26T00:00:00.000Z');
  });

  it('of a month are calendar months', () => {
    expect(
      calendar('month', 'America/New_York')
        .around(at('2026-03-01T04:59:59Z'))
        .map((time) => shownIn('America/New_York', time)),
    ).toEqual(['2026-01-01 00:00:00', '2026-02-01 00:00:00', '2026-03-01 00:00:00', '2026-04-01 00:00:00']);
    expect(texts(calendar('month', 'UTC').around(at('2025-12-31T23:59:59Z')))).toEqual([
      '2025-11-01T00:00:00.000Z',
      '2025-12-01T00:00:00.000Z',
      '2026-01-01T00:00:00.000Z',
      '2026-02-01T00:00:00.000Z',
    ]);
  });

  it('shorter than a day are counted from midnight', () => {
    const kathmandu = calendar('1h', 'Asia/Kathmandu').around(at('2026-06-10T10:20:00Z'));
    expect(texts(kathmandu).slice(1, 3)).toEqual(['2026-06-10T10:15:00.000Z', '2026-06-10T11:15:00.000Z']);
    expect(calendar('1h', 'Asia/Kathmandu').around(at('2026-06-10T18:14:59Z'))[2]).toBe(at('2026-06-10T18:15:00Z'));
  });

  it.each([
    ['12h', '2026-10-25T22:30:00Z', ['2026-10-25T10:00:00.000Z', '2026-10-25T23:00:00.000Z']],
    ['12h', '2026-03-29T21:30:00Z', ['2026-03-29T11:00:00.000Z', '2026-03-29T22:00:00.000Z']],
    ['1h', '2026-10-25T22:30:00Z', ['2026-10-25T22:00:00.000Z', '2026-10-25T23:00:00.000Z']],
  ] as const)('of %s have no short one at the end of a day whose clocks are changed: %s', (per, wall, expected) => {
    expect(texts(calendar(per, 'Europe/Berlin').around(at(wall))).slice(1, 3)).toEqual(expected);
  });

  it('follow each other without a gap or an overlap, at any time, in any zone', () => {
    const per = fc.constantFrom<BudgetPeriod>('1s', '15m', '1h', '8h', '12h', '1d', '3d', '7d', '30d', '366d', 'month');
    // Close to the changes of clocks, and anywhere.
    const change = fc
      .constantFrom('2018-11-04T03:00:00Z', '2018-02-18T02:00:00Z', '2026-03-29T01:00:00Z', '2010-11-07T02:31:00Z')
      .chain((text) => fc.integer({ min: -2 * DAY, max: 2 * DAY }).map((offset) => at(text) + offset));
    const anywhere = fc.integer({ min: at('1971-01-01T00:00:00Z'), max: at('2100-01-01T00:00:00Z') });
    const samoa = fc.integer({ min: at('2011-12-28T00:00:00Z'), max: at('2012-01-02T00:00:00Z') });
    fc.assert(
      fc.property(per, fc.constantFrom(...ZONES), fc.oneof(change, anywhere, samoa), (length, timezone, wall) => {
        const periods = calendar(length, timezone);
        const around = periods.around(wall);
        const [previous, present, next, after] = around;
        expect([...around].sort((a, b) => a - b)).toEqual([...around]);
        expect(new Set(around).size).toBe(4);
        expect(present <= wall && wall < next).toBe(true);
        expect(periods.around(present)).toEqual(around);
        expect(periods.around(next - 1)).toEqual(around);
        expect(periods.around(present - 1).slice(1, 3)).toEqual([previous, present]);
        expect(periods.around(next).slice(0, 3)).toEqual([present, next, after]);
      }),
      { numRuns: 1500 },
    );
  });

  it('of days begin with a new date, and not before', () => {
    const per = fc.constantFrom<BudgetPeriod>('1d', '7d', 'month');
    const anywhere = fc.integer({ min: at('1971-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(per, fc.constantFrom(...ZONES), anywhere, (length, timezone, wall) => {
        for (const start of calendar(length, timezone).around(wall))
          expect(dateIn(timezone, start) > dateIn(timezone, start - 1)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([['36h'], ['25m'], ['7h'], ['500ms'], [0], ['5'], ['367d'], ['week'], [null]])('are never %p long', (per) => {
    expect(periodCalendar(per, LocalDays.of('UTC') as LocalDays)).toBeUndefined();
  });

  it('are the same however their length and zone are written', () => {
    expect(calendar('24h', 'europe/berlin')).toBe(calendar(DAY, 'Europe/Berlin'));
    expect(LocalDays.of('Europe/Nowhere')).toBeUndefined();
  });
});
