import { describe, expect, it } from '@jest/globals';
import { GROUPS } from './groups/index.js';
import { chosen, readOptions } from './options.js';

describe('what is asked for', () => {
  it('is everything by default', () => {
    expect(readOptions([])).toEqual({ only: [], quick: false, check: false, baseline: false, report: false });
    expect(chosen(GROUPS, []).map(({ name }) => name)).toEqual(GROUPS.map(({ name }) => name));
  });

  it('can be groups and cases, with commas or one by one', () => {
    const { only } = readOptions(['--only', 'yardstick,calls/four', '--only', 'calls/none']);
    const groups = chosen(GROUPS, only);
    expect(groups.map(({ name, cases }) => [name, cases.length])).toEqual([
      ['calls', 2],
      ['yardstick', GROUPS.find(({ name }) => name === 'yardstick')?.cases.length],
    ]);
  });

  it('is an error where there is none of that name, so that nothing measured does not pass for all met', () => {
    expect(() => chosen(GROUPS, ['calls/fuor'])).toThrow('There is no calls/fuor');
    expect(() => readOptions(['--chek'])).toThrow();
  });
});

it('no two cases of a group have one name', () => {
  for (const { cases } of GROUPS) {
    const names = cases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  }
});
