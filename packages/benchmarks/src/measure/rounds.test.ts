import { expect, it } from '@jest/globals';
import type { Group } from './readings.js';
import { measureRounds } from './rounds.js';

const group = (name: string, rounds: number, cases: readonly { name: string; rounds?: number }[]): Group => ({
  name,
  title: `Group ${name}`,
  rounds,
  cases: cases.map((each) => ({ ...each, title: `case ${each.name}`, measure: async () => ({}) })),
});

it('measures each case once a round and keeps the spread', async () => {
  const asked: string[] = [];
  const [a, b] = await measureRounds({
    groups: [group('a', 3, [{ name: 'x' }, { name: 'once', rounds: 1 }]), group('b', 1, [{ name: 'y' }])],
    measure: async (place) => {
      asked.push(place);
      return { readings: { ratio: asked.filter((each) => each === place).length } };
    },
    progress: () => {},
  });
  expect(asked.toSorted()).toEqual(['a/once', 'a/x', 'a/x', 'a/x', 'b/y']);
  expect(a?.cases[0]).toMatchObject({ name: 'x', readings: { ratio: { median: 2, lowest: 1, highest: 3, count: 3 } } });
  expect(b?.cases[0]?.readings['ratio']?.count).toBe(1);
});

it('asks only once for a case that cannot be measured here, and says why', async () => {
  let asked = 0;
  const [only] = await measureRounds({
    groups: [group('a', 5, [{ name: 'x' }])],
    measure: async () => {
      asked++;
      return { skipped: 'no server' };
    },
    progress: () => {},
  });
  expect(asked).toBe(1);
  expect(only?.cases[0]).toMatchObject({ skipped: 'no server', readings: {} });
});

it('a case that fails ends the run', async () => {
  const measured = measureRounds({
    groups: [group('a', 1, [{ name: 'x' }])],
    measure: async () => {
      throw new Error('it broke');
    },
    progress: () => {},
  });
  await expect(measured).rejects.toThrow('it broke');
});
