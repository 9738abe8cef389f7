import type { Spread } from './statistics.js';

/** What was measured of one case, over all rounds. */
export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly table?: string | undefined;
  /** Why it was not measured. */
  readonly skipped?: string | undefined;
  readonly readings: Readonly<Record<string, Spread>>;
}

export interface GroupResult {
  readonly name: string;
  readonly title: string;
  readonly cases: readonly CaseResult[];
}

/** Where and with what it was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly seconds: number;
  readonly groups: readonly GroupResult[];
}

/** A reading, as `calls/four` and `ratio`; `undefined` where it was not measured. */
export function reading(results: Results, place: string, name: string): Spread | undefined {
  const [groupName, caseName] = place.split('/');
  const group = results.groups.find((each) => each.name === groupName);
  return group?.cases.find((each) => each.name === caseName)?.readings[name];
}
