import { parseArgs } from 'node:util';
import type { Group } from './measure/readings.js';

export interface BenchOptions {
  /** Names of groups, or of cases such as `calls/four`; none for all. */
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly check: boolean;
  /** Keep the ratios of this run as those that later ones are compared with. */
  readonly baseline: boolean;
  /** Write the report of the last run anew, without measuring. */
  readonly report: boolean;
}

export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      baseline: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
    },
  });
  return { ...values, only: values.only.flatMap((names) => names.split(',')) };
}

/**
 * The groups with the cases that are asked for.
 *
 * @throws {Error} at a name that there is not
 */
export function chosen(groups: readonly Group[], only: readonly string[]): Group[] {
  if (only.length === 0) return [...groups];
  const names = groups.flatMap(({ name, cases }) => [name, ...cases.map((each) => `${name}/${each.name}`)]);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(
      `There is no ${unknown.join(', ')}. There are ${groups.map(({ name }) => name).join(', ')}, and cases such as calls/four.`,
    );
  return groups
    .map((group) => ({
      ...group,
      cases: group.cases.filter((each) => only.includes(group.name) || only.includes(`${group.name}/${each.name}`)),
    }))
    .filter(({ cases }) => cases.length > 0);
}
