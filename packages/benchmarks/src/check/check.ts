import type { Results } from '../measure/results.js';
import type { Goal } from './goals.js';

/** Ratios of an earlier run, by place such as `calls/four`. */
export type Baseline = Readonly<Record<string, number>>;

export interface Verdict {
  readonly name: string;
  readonly measured: number | undefined;
  readonly atMost: number;
  readonly unit: string;
  /**
   * `failed`: missed by more than half, so that it is no accident of one run. `unmeasured`: not part of this run. `noise`: measured, and
   * nothing can be said.
   */
  readonly state: 'met' | 'missed' | 'failed' | 'unmeasured' | 'noise';
}

/** How far a figure may miss before a run fails: machines and runs differ by a third. */
const BY_HALF = 1.5;

/** Ratios that are ours, and so are compared with an earlier run. */
const OWN = /^(?:(?:calls|refusals|yardstick|growth)\/|metering\/.*-meter|redis\/(?!ping|rlf))/;

export function judgeGoals(results: Results, goals: readonly Goal[]): Verdict[] {
  return goals.map(({ name, atMost, unit, isTime = false, measured }) =>
    verdict(name, measured(results), atMost, unit, !isTime),
  );
}

/** Each ratio of ours beside that of an earlier run. */
export function judgeBaseline(results: Results, baseline: Baseline): Verdict[] {
  const now = baselineOf(results);
  return Object.entries(baseline).map(([place, before]) =>
    verdict(`${place}, as it was`, now[place], before, '×', true),
  );
}

/** The ratios that later runs are compared with. */
export function baselineOf({ groups }: Results): Baseline {
  const ratios = groups.flatMap(({ name, cases }) =>
    cases.flatMap(({ name: each, readings }) => {
      const ratio = readings['ratio']?.median;
      return ratio === undefined ? [] : [[`${name}/${each}`, Number(ratio.toPrecision(3))] as const];
    }),
  );
  return Object.fromEntries(ratios.filter(([place]) => OWN.test(place)));
}

function verdict(name: string, measured: number | undefined, atMost: number, unit: string, mayFail: boolean): Verdict {
  return { name, measured, atMost, unit, state: stateOf(measured, atMost, mayFail) };
}

function stateOf(measured: number | undefined, atMost: number, mayFail: boolean): Verdict['state'] {
  if (measured === undefined) return 'unmeasured';
  // As JSON keeps it, it is null.
  if (typeof measured !== 'number' || Number.isNaN(measured)) return 'noise';
  if (measured <= atMost) return 'met';
  return mayFail && measured > atMost * BY_HALF ? 'failed' : 'missed';
}
