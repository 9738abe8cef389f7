import type { FactsView } from '@actguard/core';

/**
 * Days in the words of a user: `2030-05-07` is said by “May 7th”, “the 7th to the 9th of May”, “7-9 May”, “5/7” or “07.05.2030”.
 *
 * Where the year is not said, any will do, and what reads as a day in two orders is a day in both. The words are English; put in
 * those of your users.
 */

/** Whether the user said this day. What begins with no day was not said. */
export function isDayOfUser(facts: FactsView, time: string): boolean {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})/.exec(time) ?? [];
  const name = MONTHS[Number(month) - 1];
  if (name === undefined) return false;
  const isSaid = (text: string): boolean => facts.mentioned(text, { match: 'loose' });
  const months = [name, name.slice(0, 3), name.slice(0, 4)];
  const days = [String(Number(day)), day, ordinal(Number(day))];
  if (inDigits(year, month, day).some(isSaid)) return true;
  if (months.some((of) => days.some((on) => besides(of, on).some(isSaid)))) return true;
  // “From the 7th to the 9th of May” says the month once, for both.
  return months.some(isSaid) && (isSaid(ordinal(Number(day))) || days.some((on) => inRanges(on).some(isSaid)));
}

/** Whether the user said how long it is from one day to another: “three nights”, “for 10 days”, “a week”. */
export function isSpanOfUser(facts: FactsView, start: string, end: string): boolean {
  const days = Math.round((Date.parse(end.slice(0, 10)) - Date.parse(start.slice(0, 10))) / DAY_MS);
  if (!(days > 0)) return false;
  return [...spans(days, ['day', 'night']), ...(days % 7 === 0 ? spans(days / 7, ['week']) : [])].some((text) =>
    facts.mentioned(text, { match: 'loose' }),
  );
}

function spans(count: number, units: readonly string[]): string[] {
  return units.flatMap((unit) =>
    count === 1
      ? [`a ${unit}`, `one ${unit}`, `1 ${unit}`]
      : [`${count} ${unit}s`, `${NUMBERS[count] ?? count} ${unit}s`],
  );
}

const DAY_MS = 86_400_000;
const NUMBERS = ['', '', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const DAYS_OF_MONTH = Array.from({ length: 31 }, (_, index) => index + 1);

function inDigits(year: string, month: string, day: string): string[] {
  const m = [month, String(Number(month))];
  const d = [day, String(Number(day))];
  const y = [year, year.slice(2)];
  return ['-', '/', '.'].flatMap((sign) => [
    [year, month, day].join(sign),
    ...m.flatMap((of) =>
      d.flatMap((on) => [
        ...(sign === '/' ? [`${of}/${on}`, `${on}/${of}`] : []),
        ...y.flatMap((in_) => [[of, on, in_].join(sign), [on, of, in_].join(sign)]),
      ]),
    ),
  ]);
}

function besides(month: string, day: string): string[] {
  return [`${month} ${day}`, `${month} the ${day}`, `${day} ${month}`, `${day} of ${month}`];
}

function inRanges(day: string): string[] {
  return [
    ...['to', 'until', 'till', 'and', 'through'].flatMap((word) => [`${word} ${day}`, `${day} ${word}`]),
    ...DAYS_OF_MONTH.flatMap((other) => [
      `${day}-${other}`,
      `${other}-${day}`,
      `${day}-${ordinal(other)}`,
      `${ordinal(other)}-${day}`,
    ]),
  ];
}

function ordinal(day: number): string {
  const ending = day > 10 && day < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}
