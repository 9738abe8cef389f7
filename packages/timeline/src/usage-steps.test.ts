import {
  type ActGuardEvent,
  Agent,
  AgentHost,
  type AgentHostOptions,
  admitModelCall,
  type BudgetScope,
  currentRun,
  readsCalls,
  type TokenUsage,
  Tool,
  tokenUsage,
} from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import type { BudgetModel, ModelStep } from './budget-model.js';
import type { RunModel } from './run-model.js';
import { runsOf } from './runs-of.js';
import { timeline } from './timeline.js';

const PRICES = { m: { input: 5, output: 20 } };

/** A call of a model in whatever scope is around. */
async function ask(usage: Partial<TokenUsage> | undefined, model = 'm'): Promise<void> {
  const call = await admitModelCall({
    provider: 'lab',
    model,
    operation: 'chat',
    bound: () => ({ inputTokens: 1000, outputTokens: 100 }),
  });
  call.settle(
    usage === undefined
      ? { outcome: 'aborted', unreportedAttempts: 1 }
      : { outcome: 'success', usage: tokenUsage(usage), responseModel: `${model}-2026` },
  );
}

@Agent()
class Writer {
  @Tool()
  async write() {
    await currentRun().budget({ name: 'draft' }, () => ask({ input: 10_000 }));
  }
}
readsCalls();

/** What a timeline makes of a run, as it is after a file or a wire. */
async function seen(
  body: (host: AgentHost) => Promise<unknown>,
  options: AgentHostOptions & { values?: boolean } = {},
): Promise<RunModel> {
  const { values, ...hostOptions } = options;
  await using host = await AgentHost.create({ agents: [Writer], prices: PRICES, ...hostOptions });
  using kept = timeline(host, { values });
  await body(host).catch(() => {});
  const events: ActGuardEvent[] = JSON.parse(JSON.stringify(kept.events));
  const [run] = runsOf(events);
  return run as RunModel;
}

const modelCalls = ({ steps }: RunModel): ModelStep[] => steps.filter((step) => step.step === 'model');
const usedIn = (budget: BudgetModel | undefined, type: string) =>
  budget?.amounts.find((amount) => amount.type === type)?.used;

describe('a call of a model', () => {
  test('is a step: which model, what it used and cost, in which scope and tool', async () => {
    const run = await seen((host) => host.run({ budget: { usdLimit: 1 } }, (run) => run.get(Writer).write()));
    expect(modelCalls(run)).toMatchObject([
      {
        provider: 'lab',
        model: 'm',
        responseModel: 'm-2026',
        operation: 'chat',
        ending: 'answered',
        isEstimated: false,
        usage: { input: 10_000, output: 0 },
        tokens: 10_000,
        usd: 0.05,
        scopeName: 'draft',
        toolName: 'Writer.write',
      },
    ]);
  });

  test.each([
    ['success', 'answered'],
    ['failed', 'failed'],
    ['aborted', 'left'],
  ])('that ended with %s was %s', (outcome, ending) => {
    const about = { runId: 'r', sessionId: 'r', time: 0, category: 'llm', severity: '', name: 'llm.usage' };
    const [run] = runsOf([{ ...about, outcome, provider: 'lab', model: 'm' } as unknown as ActGuardEvent]);
    expect(run?.steps).toMatchObject([{ step: 'model', ending, tokens: 0, budgets: [] }]);
  });

  test('whose use was not reported is an estimate; of unknown price it has no USD', async () => {
    const run = await seen((host) =>
      host.run(async () => {
        await ask(undefined);
        await ask({ input: 1 }, 'unknown');
      }),
    );
    const [estimated, unpriced] = modelCalls(run);
    expect(estimated).toMatchObject({ isEstimated: true, tokens: 1100, budgets: [] });
    expect(unpriced).toMatchObject({ tokens: 1 });
    expect(unpriced?.usd).toBeUndefined();
  });
});

describe('a budget', () => {
  test('is filled as the host fills it, in every scope around', async () => {
    const scopes: BudgetScope[] = [];
    const run = await seen((host) =>
      host.run({ budget: { name: 'all', usdLimit: 10, tokenLimit: 1_000_000 } }, async (run) => {
        for (let part = 1; part <= 3; part++) {
          await run.budget({ name: `part ${part}`, usdLimit: 1 }, async (scope) => {
            scopes.push(scope);
            await ask({ input: 1000 * part, cachedInput: 77, output: 33 });
            scope.addCost(0.1 * part, 'search');
            await run.budget({}, (inner) => ask({ input: 7 }).then(() => scopes.push(inner)));
          });
        }
      }),
    );
    const [all, ...parts] = run.budgets;
    expect(run.budgets).toHaveLength(7);
    for (const scope of scopes) {
      const budget = run.budgets.find(({ scopeId }) => scopeId === scope.id);
      expect(usedIn(budget, 'token')).toBe(scope.tokensUsed);
      expect(usedIn(budget, 'usd')).toBeCloseTo(scope.usdUsed, 5);
    }
    expect(usedIn(all, 'token')).toBe(scopes[0]?.rootTokensUsed);
    expect(usedIn(all, 'usd')).toBeCloseTo(scopes[0]?.rootUsdUsed ?? 0, 5);
    expect(all).toMatchObject({ name: 'all', enforcement: 'soft', isComplete: true });
    expect(parts[0]).toMatchObject({ name: 'part 1', parentScopeId: all?.scopeId });
  });

  test('says at each step what it had, and what the step added', async () => {
    const run = await seen((host) =>
      host.run({ budget: { usdLimit: 1 } }, async (run) => {
        await ask({ input: 20_000 });
        await run.budget({ name: 'inner' }, (inner) => inner.addCost(0.25, 'search'));
      }),
    );
    const [model, cost] = run.steps;
    expect(model).toMatchObject({
      step: 'model',
      budgets: [{ amounts: [{ type: 'token' }, { used: 0.1, added: 0.1 }] }],
    });
    expect(cost).toMatchObject({ step: 'cost', costName: 'search', usd: 0.25 });
    expect(cost).toMatchObject({
      budgets: [
        { name: 'inner' },
        {
          amounts: [
            { type: 'token', added: 0 },
            { used: 0.35, added: 0.25, limit: 1 },
          ],
        },
      ],
    });
  });

  test('warns and refuses in steps of their own', async () => {
    const run = await seen((host) =>
      host.run({ budget: { usdLimit: 0.1, warnAt: 0.5 } }, async () => {
        for (;;) await ask({ input: 11_000 });
      }),
    );
    expect(run.steps.map((step) => (step.step === 'budget' ? step.state : step.step))).toEqual([
      'model',
      'warning',
      'model',
      'refused',
    ]);
    expect(run.steps.at(-1)).toMatchObject({
      refused: 'lab/m',
      code: 'budget.limit_exceeded',
      limitType: 'usd',
      budget: { amounts: [{ type: 'usd', used: 0.11, limit: 0.1 }] },
    });
  });

  test('that is hard says how much the refused call needed', async () => {
    const run = await seen((host) =>
      host.run({ budget: { usdLimit: 0.004, enforcement: 'hard' } }, () => ask({ input: 10 })),
    );
    const [refused] = run.steps;
    expect(refused).toMatchObject({ step: 'budget', state: 'refused', needed: 0.00502 });
    expect(run.budgets).toMatchObject([{ enforcement: 'hard' }]);
  });

  test('in observe mode refuses nothing, and says so', async () => {
    const run = await seen(
      (host) =>
        host.run({ budget: { tokenLimit: 10 } }, async () => {
          await ask({ input: 11 });
          await ask({ input: 11 });
        }),
      { mode: 'observe' },
    );
    const states = run.steps.flatMap((step) => (step.step === 'budget' ? [step.state] : []));
    expect(states).toEqual(['warning', 'observed']);
    expect(usedIn(run.budgets[0], 'token')).toBe(22);
  });

  test('without values keeps the names of scopes and tools, and all numbers', async () => {
    const run = await seen(
      (host) =>
        host.run({ budget: { name: 'all', usdLimit: 0.04 } }, async (run) => {
          await run.get(Writer).write();
          await ask({ input: 1 });
        }),
      { values: false },
    );
    expect(modelCalls(run)).toMatchObject([{ scopeName: 'draft', toolName: 'Writer.write', usd: 0.05 }]);
    expect(run.steps.at(-1)).toMatchObject({ state: 'refused', code: 'budget.limit_exceeded' });
  });
});

test('of a run that is heard of late, only what was heard is known; what a limit says of itself counts more', () => {
  const about = { runId: 'r', sessionId: 'r', userId: undefined, time: 0, severity: '' } as const;
  const scope = {
    scopeId: 's',
    scopeName: 'late',
    scopeKind: 'root',
    parentScopeId: undefined,
    rootScopeId: 's',
    planKey: undefined,
  } as const;
  const cost: ActGuardEvent = {
    ...about,
    ...scope,
    category: 'budget',
    outcome: '',
    name: 'budget.cost',
    costName: 'search',
    usdMicros: 100_000,
    costUnits: 0,
    toolName: undefined,
  };
  const warning: ActGuardEvent = {
    ...about,
    ...scope,
    category: 'budget',
    outcome: 'warning',
    name: 'budget.warning',
    limitType: 'usd',
    used: 0.9,
    limit: 1,
    warnAt: 0.8,
  };
  const [early] = runsOf([cost]);
  expect(early?.budgets).toMatchObject([{ isComplete: false, amounts: [{ type: 'usd', used: 0.1 }] }]);
  const [late] = runsOf([cost, warning, cost]);
  expect(late?.budgets).toMatchObject([{ amounts: [{ type: 'usd', used: 1, limit: 1 }] }]);
});
