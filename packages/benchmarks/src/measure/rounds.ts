import type { Answer } from './child.js';
import type { Group, Readings } from './readings.js';
import type { CaseResult, GroupResult } from './results.js';
import { shuffled, spread } from './statistics.js';

export interface Rounds {
  /** The groups, with only the cases that are wanted. */
  readonly groups: readonly Group[];
  /** Processes per case. @default those of the group */
  readonly rounds?: number | undefined;
  readonly measure: (place: string) => Promise<Answer>;
  readonly progress: (text: string) => void;
}

/**
 * Measures every case several times, each round in another order, so that no case always follows the same one or has the
 * quiet minutes for itself.
 */
export async function measureRounds({ groups, rounds, measure, progress }: Rounds): Promise<GroupResult[]> {
  const answers = new Map<string, Readings[]>();
  const skipped = new Map<string, string>();
  const most = Math.max(...groups.map((group) => rounds ?? group.rounds));
  const total = groups.reduce((sum, group) => sum + group.cases.length * (rounds ?? group.rounds), 0);
  let done = 0;
  for (let round = 0; round < most; round++) {
    const places = groups
      .filter((group) => round < (rounds ?? group.rounds))
      .flatMap((group) => group.cases.map((each) => `${group.name}/${each.name}`));
    for (const place of shuffled(places)) {
      progress(`${++done} of ${total}  ${place}`);
      if (skipped.has(place)) continue;
      const answer = await measure(place);
      if ('skipped' in answer) skipped.set(place, answer.skipped);
      else answers.set(place, [...(answers.get(place) ?? []), answer.readings]);
    }
  }
  return groups.map(({ name, title, cases }) => ({
    name,
    title,
    cases: cases.map((each): CaseResult => {
      const place = `${name}/${each.name}`;
      const { table } = each;
      const readings = together(answers.get(place) ?? []);
      return { name: each.name, title: each.title, table, skipped: skipped.get(place), readings };
    }),
  }));
}

function together(rounds: readonly Readings[]): CaseResult['readings'] {
  const names = new Set(rounds.flatMap((readings) => Object.keys(readings)));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      spread(rounds.map((readings) => readings[name]).filter((value) => value !== undefined)),
    ]),
  );
}
