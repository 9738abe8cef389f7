import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { judgeGoals } from '../check/check.js';
import { GOALS } from '../check/goals.js';
import type { GroupResult, Results } from '../measure/results.js';
import { spread } from '../measure/statistics.js';
import { bytes, figure, percent, time, withRange } from './figures.js';
import { fillPage, reportPage, sectionsOf } from './pages.js';
import { performanceChart } from './performance-chart.js';
import { resultsText } from './results-text.js';
import { tablesOf } from './tables.js';
import { verdictTable } from './verdicts.js';

describe('figures', () => {
  it('have three digits that say something', () => {
    expect([0.123, 4.567, 45.67, 456.7, 4567.8].map(figure)).toEqual(['0.12', '4.57', '45.7', '457', '4,568']);
    expect(figure(Number.NaN)).toBe('–');
  });

  it('have the unit that fits', () => {
    expect([47.4, 1234, 5_600_000, -590].map(time)).toEqual(['47 ns', '1.23 µs', '5.60 ms', '−590 ns']);
    expect([252, 12_345, 3_000_000].map(bytes)).toEqual(['252 B', '12.3 kB', '3.00 MB']);
    expect(percent(0.043)).toBe('4.30 %');
  });

  it('have the range of the rounds, where there were several', () => {
    expect(withRange(spread([4, 5, 6]), figure)).toBe('5.00 (4.00…6.00)');
    expect(withRange(spread([4]), figure)).toBe('4.00');
  });
});

describe('tables', () => {
  const group: GroupResult = {
    name: 'calls',
    title: 'Calls',
    cases: [
      { name: 'a', title: 'a call', readings: { ratio: spread([2, 3, 4]), ns: spread([140]) } },
      { name: 'b', title: 'another', table: 'Elsewhere', readings: { ratio: spread([9]) } },
      { name: 'c', title: 'a third', table: 'Nowhere', skipped: 'no server', readings: {} },
    ],
  };

  it('show what was measured, a table for each title, and no empty columns', () => {
    expect(tablesOf(group)).toBe(
      [
        '### Calls\n',
        '|  | × bare (rounds) | median |',
        '| --- | --: | --: |',
        '| a call | 3.00 (2.00…4.00) | 140 ns |',
        '\n### Elsewhere\n',
        '|  | × bare (rounds) |',
        '| --- | --: |',
        '| another | 9.00 |',
        '\n### Nowhere\n',
        '- a third: no server',
      ].join('\n'),
    );
  });

  it('say plainly which goals are missed', () => {
    const verdicts = [
      { name: 'four', measured: 7.25, atMost: 8, unit: '× bare', state: 'met' as const },
      { name: 'five', measured: 30, atMost: 16, unit: '× bare', state: 'failed' as const },
    ];
    expect(verdictTable(verdicts)).toContain('| five | 30 × bare | 16 × bare | **missed by more than half** |');
    expect(verdictTable(verdicts)).toContain('| four | 7.25 × bare | 8 × bare | met |');
  });
});

describe('a page', () => {
  it('is filled between its marks, and only there', () => {
    const page = 'Before\n<!-- bench: goals -->\nold\n<!-- /bench -->\nAfter\n';
    const filled = fillPage(page, { goals: 'new' });
    expect(filled).toBe('Before\n<!-- bench: goals -->\n\nnew\n\n<!-- /bench -->\nAfter\n');
    expect(fillPage(filled, { goals: 'new' })).toBe(filled);
  });

  it('with a mark for what there is not is an error', () => {
    expect(() => fillPage('<!-- bench: gaols -->\n<!-- /bench -->', { goals: 'new' })).toThrow('bench: gaols');
  });
});

it('results are written with four digits and a line for each reading, and read back as they are', () => {
  const readings = { ratio: spread([4.123456, 4.2]), calls: spread([10_000_000]) };
  const machine = { cpu: 'a processor', cores: 2, memoryGb: 8, system: 'Linux', node: 'v24.0.0', versions: {} };
  const groups = [{ name: 'calls', title: 'Calls', cases: [{ name: 'a', title: 'a { median }', readings }] }];
  const text = resultsText({ date: '2026-11-22', machine, seconds: 60, groups });
  expect(text).toContain('"ratio": { "median": 4.162, "lowest": 4.123, "highest": 4.2, "count": 2 }');
  const read = JSON.parse(text) as Results;
  expect(read.groups[0]?.cases[0]).toMatchObject({
    title: 'a { median }',
    readings: { calls: { median: 10_000_000 } },
  });
});

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const LATEST = path.join(ROOT, 'packages/benchmarks/results/latest.json');
const ADVICE = 'run "npm run bench -- --report"';

describe('what is committed', () => {
  const results = JSON.parse(readFileSync(LATEST, 'utf8')) as Results;
  const verdicts = judgeGoals(results, GOALS);

  test.each(['docs/performance.md'])('%s shows the latest results', (page) => {
    const text = readFileSync(path.join(ROOT, page), 'utf8');
    if (fillPage(text, sectionsOf(results, verdicts)) !== text) throw new Error(`${page} is out of date: ${ADVICE}`);
  });

  test('the report shows the latest results', () => {
    const report = readFileSync(path.join(ROOT, 'packages/benchmarks/results/latest.md'), 'utf8');
    if (reportPage(results, verdicts) !== report) throw new Error(`latest.md is out of date: ${ADVICE}`);
  });

  test('the picture shows the latest results', () => {
    const picture = path.join(ROOT, 'docs/images/performance.svg');
    expect(existsSync(picture)).toBe(true);
    if (performanceChart(results) !== readFileSync(picture, 'utf8'))
      throw new Error(`the picture is out of date: ${ADVICE}`);
  });
});
