import { AgentHost, BudgetExceededError } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import { scriptedModel } from '../runner/model.js';
import { type Manner, type Playthrough, play } from '../runner/play.js';
import { ResearchAgent } from './agent.js';
import { runawayCosts } from './scenario.js';
import { BUDGET_USD, Library } from './world.js';

const played = (manner: Manner): Promise<Playthrough> => play(runawayCosts, manner, scriptedModel, () => {});

/** What the events of a run say that its model has cost, call by call. */
function metered({ events }: Playthrough): number[] {
  return events.flatMap((event) => (event.name === 'llm.usage' ? [(event.usdMicros ?? 0) / 1_000_000] : []));
}

const sum = (costs: readonly number[]): number => costs.reduce((total, cost) => total + cost, 0);

describe('what the model costs', () => {
  test('is eight times the budget in the bare run of 40 calls', async () => {
    const { bill, harm } = await played('bare');
    expect(bill.calls).toBe(40);
    expect(bill.usd).toBeGreaterThan(8 * BUDGET_USD);
    expect(harm).toBe('USD 4.16 spent, where 0.50 was the budget');
  });

  test('crosses a soft budget by less than the one call that is delivered', async () => {
    const run = await played('soft');
    const costs = metered(run);
    expect(sum(costs)).toBeGreaterThan(BUDGET_USD);
    expect(sum(costs.slice(0, -1))).toBeLessThan(BUDGET_USD);
    expect(run.exchanges).toHaveLength(costs.length);
    expect(run.harm).toBeUndefined();
  });

  test('never comes above a hard budget', async () => {
    const run = await played('hard');
    expect(run.bill.usd).toBeGreaterThan(BUDGET_USD / 2);
    expect(run.bill.usd).toBeLessThanOrEqual(BUDGET_USD);
    expect(run.exchanges).toHaveLength(metered(run).length);
    expect(run.harm).toBeUndefined();
  });

  test.each<Manner>(['soft', 'hard'])('is what the meter charges, by what the provider says: %s', async (manner) => {
    const run = await played(manner);
    expect(sum(metered(run))).toBeCloseTo(run.bill.usd ?? 0, 5);
    const [latest] = run.transcript.entries.filter((entry) => entry.kind === 'spent').slice(-1);
    expect(latest).toMatchObject({ limitUsd: BUDGET_USD, usd: expect.closeTo(run.bill.usd ?? 0, 5) });
  });
});

test('the tools of an agent whose budget is used up are refused, and the application can still act', async () => {
  const library = new Library();
  await using host = await AgentHost.create({
    agents: [ResearchAgent],
    providers: [{ provide: Library, useValue: library }],
  });
  await host.run(async (run) => {
    const agent = run.get(ResearchAgent);
    await run.budget({ usdLimit: BUDGET_USD }, async (budget) => {
      await agent.read({ source: 'report 1', lookFor: 'service life' });
      budget.addCost(BUDGET_USD, 'reading');
      await expect(agent.read({ source: 'report 2', lookFor: 'service life' })).rejects.toThrow(BudgetExceededError);
    });
    expect(library.summary).toBe('in 1 reports heat pumps lasted 19.9 to 19.9 years, 19.9 on average');
    await agent.read({ source: 'report 2', lookFor: 'service life' });
  });
  expect(library.read.map(({ source }) => source)).toEqual(['report 1', 'report 2']);
});

test('a report that does not exist cannot be read', () => {
  const library = new Library();
  for (const source of ['report 0', 'report 39', 'report 1x', '1', '__proto__'])
    expect(() => library.open(source)).toThrow('there is no');
  expect(library.read).toEqual([]);
});
