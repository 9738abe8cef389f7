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
  const places = groups.flatMap((group) =>
    group.cases.map((each) => ({
      place: `${group.name}/${each.name}`,
      rounds: Math.min(rounds ?? group.rounds, each.rounds ?? Number.POSITIVE_INFINITY),
    })),
  );
  const total = places.reduce((sum, each) => sum + each.rounds, 0);
  let done = 0;
  for (let round = 0; done < total; round++) {
    for (const { place } of shuffled(places.filter((each) => round < each.rounds))) {
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
