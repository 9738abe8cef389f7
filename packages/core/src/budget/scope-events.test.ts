import { describe, expect, test } from '@jest/globals';
import { type ActGuardEvent, Agent, AgentHost, type AgentHostOptions, Budget, Tool } from '../index.js';
import { currentRun } from '../run/ambient.js';

const TARIFF = { version: 'v1', cuPerUsd: 1000, default: { inputCuPer1k: 1, outputCuPer1k: 4, cachedCuPer1k: 1 } };

@Agent()
class Clerk {
  @Tool()
  @Budget({ usdLimit: 0.5, enforcement: 'hard' })
  async buy() {
    await currentRun().budget({ name: 'stamps' }, (stamps) => stamps.addCost(0.002, 'postage'));
  }
}

/** Events of this name, of all that a host tells. */
async function told<Name extends ActGuardEvent['name']>(
  name: Name,
  body: (host: AgentHost) => Promise<unknown>,
  options: AgentHostOptions = {},
) {
  const events: ActGuardEvent[] = [];
  await using host = await AgentHost.create({
    agents: [Clerk],
    ...options,
    onEvent: (event) => void events.push(event),
  });
  await body(host);
  return events.filter((event): event is Extract<ActGuardEvent, { name: Name }> => event.name === name);
}

describe('budget.open', () => {
  test('says what a scope may use before anything is used in it', async () => {
    const budget = {
      name: 'all',
      tokenLimit: 1000,
      usdLimit: 0.5,
      costLimit: 7,
      warnAt: 0.5,
      planKey: 'gold',
    } as const;
    const [open, ...others] = await told('budget.open', (host) => host.run({ budget }, async () => {}), {
      tariff: TARIFF,
    });
    expect(open).toMatchObject({
      category: 'budget',
      outcome: '',
      scopeName: 'all',
      scopeKind: 'root',
      parentScopeId: undefined,
      planKey: 'gold',
      enforcement: 'soft',
      limits: { token: 1000, usd: 0.5, cost: 7 },
      warnAt: 0.5,
    });
    expect(open?.rootScopeId).toBe(open?.scopeId);
    expect(others).toEqual([]);
  });

  test('comes once a scope, after the start of its run, and tells where the scope lies', async () => {
    const names: string[] = [];
    const opens = await told('budget.open', (host) => {
      host.on(({ name }) => void names.push(name));
      return host.run({ budget: { name: 'all' } }, (run) => run.get(Clerk).buy());
    });
    expect(names.slice(0, 2)).toEqual(['run.start', 'budget.open']);
    const [all, buy, stamps] = opens;
    expect(opens).toHaveLength(3);
    expect(buy).toMatchObject({ scopeName: 'Clerk.buy', enforcement: 'hard', limits: { usd: 0.5 }, warnAt: 0.8 });
    expect([buy?.parentScopeId, stamps?.parentScopeId]).toEqual([all?.scopeId, buy?.scopeId]);
    expect(stamps).toMatchObject({ scopeKind: 'nested', rootScopeId: all?.scopeId, limits: {} });
  });

  test('is not told of a root that is joined', async () => {
    const opens = await told('budget.open', (host) =>
      host.run(async (run) => {
        await using _one = run.budget({ name: 'all' });
        await using _same = run.budget({ name: 'all' });
      }),
    );
    expect(opens).toHaveLength(1);
  });
});

describe('budget.cost', () => {
  test('says what a cost was for, what it came to, and in which scope and tool', async () => {
    const [cost, ...others] = await told('budget.cost', (host) => host.run((run) => run.get(Clerk).buy()), {
      tariff: TARIFF,
    });
    expect(cost).toMatchObject({
      category: 'budget',
      scopeName: 'stamps',
      costName: 'postage',
      usdMicros: 2000,
      costUnits: 2,
      toolName: 'Clerk.buy',
    });
    expect(others).toEqual([]);
  });

  test('comes before the warning that it brings about', async () => {
    const names: string[] = [];
    await told('budget.cost', (host) => {
      host.on(({ name, category }) => category === 'budget' && names.push(name));
      return host.run({ budget: { usdLimit: 1 } }, (run) => run.budget({}, (part) => part.addCost(0.9, 'search')));
    });
    expect(names).toEqual(['budget.open', 'budget.open', 'budget.cost', 'budget.warning']);
  });
});
