import { describe, expect, it } from '@jest/globals';
import { GROUPS } from '../groups/index.js';
import type { Results } from '../measure/results.js';
import { spread } from '../measure/statistics.js';
import { baselineOf, judgeBaseline, judgeGoals } from './check.js';
import { GOALS, type Goal } from './goals.js';

/** Results with these readings, by place and name: `{ 'calls/four': { ratio: 7 } }`. */
function resultsWith(places: Readonly<Record<string, Readonly<Record<string, number>>>>): Results {
  const names = [...new Set(Object.keys(places).map((place) => place.split('/')[0] as string))];
  const groups = names.map((name) => ({
    name,
    title: name,
    cases: Object.entries(places)
      .filter(([place]) => place.startsWith(`${name}/`))
      .map(([place, readings]) => ({
        name: place.split('/')[1] as string,
        title: place,
        readings: Object.fromEntries(Object.entries(readings).map(([key, value]) => [key, spread([value])])),
      })),
  }));
  const machine = { cpu: 'a processor', cores: 2, memoryGb: 8, system: 'Linux', node: 'v24.0.0', versions: {} };
  return { date: '2026-11-22T00:00:00.000Z', machine, seconds: 60, groups };
}

const stateOf = (results: Results, name: string): string | undefined =>
  judgeGoals(results, GOALS).find((each) => each.name === name)?.state;

describe('goals', () => {
  it.each([
    [8, 'met'],
    [8.1, 'missed'],
    [12, 'missed'],
    [12.1, 'failed'],
  ])('four guards at %d × bare: %s', (ratio, state) => {
    expect(stateOf(resultsWith({ 'calls/four': { ratio } }), 'four guards')).toBe(state);
  });

  it('everything is judged by what is written by hand, in the same run', () => {
    const at = (ratio: number, hand: number): string | undefined =>
      stateOf(resultsWith({ 'calls/everything': { ratio }, 'yardstick/everything': { ratio: hand } }), 'everything');
    expect([at(15, 10), at(16, 10), at(23, 10), at(23, 16)]).toEqual(['met', 'missed', 'failed', 'met']);
  });

  it('a guard alone is judged by the best of its peers', () => {
    const results = resultsWith({
      'calls/breaker': { ratio: 4 },
      'peers/cockatiel-breaker': { ratio: 3 },
      'peers/opossum-breaker': { ratio: 9 },
    });
    expect(stateOf(results, 'a breaker alone')).toBe('missed');
  });

  it('what is to be nothing fails with anything', () => {
    const left = (pending: number): string | undefined =>
      stateOf(resultsWith({ 'growth/left-behind': { pending } }), 'promises left pending');
    expect([left(0), left(1)]).toEqual(['met', 'failed']);
  });

  it('times are told, but fail no run: they depend on the machine', () => {
    expect(stateOf(resultsWith({ 'metering/stub-call-meter': { overNs: 50_000 } }), 'metering, a call')).toBe('missed');
  });

  it('what was not measured is neither met nor missed', () => {
    expect(stateOf(resultsWith({}), 'four guards')).toBe('unmeasured');
    const broken: Goal = { name: 'broken', atMost: 1, unit: '×', measured: () => Number.NaN };
    expect(judgeGoals(resultsWith({}), [broken])[0]?.state).toBe('noise');
  });

  it('each names a case that there is', () => {
    const readings = Object.fromEntries(
      ['ratio', 'lookups', 'bytes', 'grown', 'pending', 'timersInRun', 'resources', 'listeners', 'overNs'].map(
        (each) => [each, 1],
      ),
    );
    const places = GROUPS.flatMap(({ name, cases }) =>
      cases.map((each) => [`${name}/${each.name}`, readings] as const),
    );
    const verdicts = judgeGoals(resultsWith(Object.fromEntries(places)), GOALS);
    expect(verdicts.filter(({ state }) => state === 'unmeasured').map(({ name }) => name)).toEqual([]);
  });

  it('no two goals have one name', () => {
    const names = GOALS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('an earlier run', () => {
  const before = baselineOf(
    resultsWith({
      'calls/four': { ratio: 6.0001, ns: 400 },
      'growth/bytes-run': { bytes: 600 },
      'peers/opossum': { ratio: 20 },
    }),
  );

  it('keeps our ratios only: times, and what others do, are not ours to keep', () => {
    expect(before).toEqual({ 'calls/four': 6 });
  });

  it.each([
    [6, 'met'],
    [8.9, 'missed'],
    [9.1, 'failed'],
  ])('6 before and %d now: %s', (ratio, state) => {
    expect(judgeBaseline(resultsWith({ 'calls/four': { ratio } }), before)).toMatchObject([
      { name: 'calls/four, as it was', state },
    ]);
  });
});
