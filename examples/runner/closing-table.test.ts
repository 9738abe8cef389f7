import { beforeAll, describe, expect, test } from '@jest/globals';
import { scenarios } from '../scenarios.js';
import { printClosingTable } from './closing-table.js';
import { scriptedModel } from './model.js';
import { guardedManners, type Manner, play } from './play.js';
import { judge, type Verdict } from './verdict.js';

let verdicts: readonly Verdict[];
beforeAll(async () => {
  const judged = await Promise.all(
    scenarios.map(async (scenario) => {
      const played = (manner: Manner) => play(scenario, manner, scriptedModel, () => {});
      const bare = await played('bare');
      return Promise.all(guardedManners(scenario).map(async (manner) => judge(scenario, bare, await played(manner))));
    }),
  );
  verdicts = judged.flat();
});

function table(width: number): string[] {
  const lines: string[] = [];
  printClosingTable({ width, paint: (text) => text, print: (line) => void lines.push(line) }, verdicts);
  return lines;
}

describe.each([80, 100])('on a page of %i columns', (width) => {
  test('the table fits', () => {
    expect(table(width).filter((line) => line.length > width)).toEqual([]);
  });

  test('every word of a row stays whole', () => {
    const words = new Set(table(width).flatMap((line) => line.split(/\s+/)));
    for (const { scenario, bare, guarded, guards } of verdicts) {
      const cells = [scenario.name, scenario.problem, bare.harm ?? '', guarded.outcome, guards.join(', ')];
      for (const word of cells.join(' ').split(' ')) expect(words).toContain(word);
    }
  });
});

test('says what was saved', () => {
  const rows = table(100);
  const saved = (name: string) =>
    rows
      .find((row) => row.includes(name))
      ?.split(/ {2,}/)
      .at(-1);
  expect(saved('product-search')).toBe('25 of 30');
  expect(saved('hotel-payment')).toBe('1 of 3');
  expect(rows.filter((row) => row.includes('runaway-costs'))).toHaveLength(2);
  expect(rows.join('\n')).toMatch(/soft budget.*hard budget/s);
  // It takes as many calls, or more, to do it properly.
  expect(saved('payroll-payout')).toBe('0 of 2');
  expect(rows.at(-1)).toBe('  Harm in the bare run and none in the guarded one: 8 of 8.');
});
