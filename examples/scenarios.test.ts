import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { scriptedModel } from './runner/model.js';
import { guardedManners, type Manner, play } from './runner/play.js';
import { judge } from './runner/verdict.js';
import { scenarios } from './scenarios.js';

interface Expected {
  readonly stops: readonly string[];
  readonly says: RegExp;
  readonly by?: 'application';
}

/** By scenario: which guards stop calls, and how the model, or the application in its place, finishes the task in the end. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  'airline-refund': { stops: ['enforce (MISSING_FACT)'], says: /^I am very sorry .* I cannot refund this trip/ },
  'order-refund': { stops: ['enforce (MISSING_FACT)'], says: /^USD 59\.00 went back to cus_ada for ord_58213/ },
  'product-search': {
    stops: ['maxAttempts (guard.max_attempts_exceeded)'],
    says: /^I did not find .* The nearest are .*Puddle rain jacket in blue, size 128, for USD 34\.90/,
  },
  'parcel-tracking': {
    stops: ['circuitBreaker (guard.circuit_open)'],
    says: /^PX-4471 is out for delivery.* PX-4490 is in the depot/,
  },
  'payroll-payout': { stops: ['enforce (MISSING_STEP)'], says: /^Done: 3 salaries are paid, USD 12,250\.00/ },
  'inbox-cleanup': { stops: ['enforce (MISSING_FACT)'], says: /^I deleted the newsletter.* told me to delete em_1000/ },
  'hotel-payment': {
    stops: ['timeout (tool.timeout)', 'idempotent (guard.idempotency_outcome_unknown)', 'idempotent (replayed)'],
    says: /^Your stay is paid: EUR 630, receipt rc_1/,
  },
  'runaway-costs': {
    stops: ['budget (budget.limit_exceeded)'],
    says: /^The budget for this question is used up\. What I found so far: in 1[1-3] reports heat pumps lasted 17\.5 to/,
    by: 'application',
  },
};

test('every folder with a scenario is played', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => readdirSync(`${import.meta.dirname}/${name}`).includes('scenario.ts') && name !== 'runner');
  expect(scenarios.map(({ name }) => name).sort()).toEqual(folders.sort());
  expect(Object.keys(EXPECTED).sort()).toEqual(folders.sort());
});

const played = scenarios.flatMap((scenario) =>
  guardedManners(scenario).map((manner) => [scenario.name, manner, scenario] as const),
);

describe.each(played)('%s, %s', (name, manner, scenario) => {
  const played = (manner: Manner) => play(scenario, manner, scriptedModel, () => {});

  test('does harm bare and none guarded, and to the model both are the same until the first stop', async () => {
    const verdict = judge(scenario, await played('bare'), await played(manner));
    expect(verdict.bare.harm).toEqual(expect.any(String));
    expect(verdict.guarded.harm).toBeUndefined();
    expect(verdict.wire).toMatchObject({ isSame: true });
    expect(verdict.wire?.exchanges).toBeGreaterThan(1);
    expect(verdict.problems).toEqual([]);
    expect(verdict.stops).toEqual(EXPECTED[name]?.stops);
    expect(verdict.guarded.outcome).not.toBe(verdict.bare.outcome);
  });

  test('is finished, guarded too', async () => {
    const { by = 'model' } = EXPECTED[name]!;
    const { transcript } = await played(manner);
    expect(transcript.entries.at(-1)).toEqual({ kind: by, text: expect.stringMatching(EXPECTED[name]!.says) });
  });
});
