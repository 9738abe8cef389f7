import { describe, expect, it } from '@jest/globals';
import {
  AgentHost,
  type AgentHostOptions,
  admitModelCall,
  BudgetConfigurationError,
  type BudgetOptions,
  type BudgetScope,
  type ModelCall,
  type Run,
  RunEndedError,
  tokenUsage,
  UsageError,
} from '../index.js';
import { HeldScope } from './budget-scope.js';

const TARIFF = { version: 'v1', cuPerUsd: 1000, default: { inputCuPer1k: 1, outputCuPer1k: 4, cachedCuPer1k: 1 } };

async function opened(options: AgentHostOptions = {}): Promise<Run> {
  return (await AgentHost.create({ tariff: TARIFF, prices: { m: { input: 1, output: 4 } }, ...options })).open();
}

/** A call of a model in whatever scope is around. */
function use(input: number, output = 0, model = 'm'): void {
  const call = admitModelCall({ provider: 'lab', model, operation: 'chat', bound: () => ({ inputTokens: input }) });
  (call as ModelCall).settle({ outcome: 'success', usage: tokenUsage({ input, output }) });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('run.budget()', () => {
  it('opens the root, and nested scopes inside it, of which each charges those around', async () => {
    const run = await opened();
    await run.budget({ name: 'all', planKey: 'gold' }, async (root) => {
      use(10, 5);
      await run.budget({ name: 'part' }, async (part) => {
        use(100);
        expect([root.kind, root.parentId, part.kind, part.parentId]).toEqual(['root', undefined, 'nested', root.id]);
        expect([part.rootId, part.planKey, part.name]).toEqual([root.id, 'gold', 'part']);
        expect([part.tokensUsed, part.localTokensUsed, part.rootTokensUsed]).toEqual([100, 100, 115]);
        expect([root.tokensUsed, root.localTokensUsed, root.rootTokensUsed]).toEqual([115, 15, 115]);
      });
    });
  });

  it('reads money and cost units in the same way', async () => {
    const run = await opened();
    await run.budget({}, async (root) => {
      use(1000, 500);
      await run.budget({}, async (part) => {
        use(1000);
        expect([part.usdUsed, part.localUsdUsed, part.rootUsdUsed]).toEqual([0.001, 0.001, 0.004]);
        expect([part.costUsed, part.localCostUsed, part.rootCostUsed]).toEqual([1, 1, 4]);
        expect([root.usdUsed, root.localUsdUsed, root.costUsed, root.localCostUsed]).toEqual([0.004, 0.003, 4, 3]);
      });
    });
  });

  it('counts what concurrent tasks use in one shared scope, not in copies of it (D-03)', async () => {
    const run = await opened();
    await run.budget({ name: 'root' }, async (root) => {
      await run.budget({ tokenLimit: 60 }, async (shared) => {
        const tasks = Array.from({ length: 10 }, async () => {
          await turn();
          use(20);
        });
        const ends = await Promise.allSettled(tasks);
        expect(ends.map(({ status }) => status).sort()).toEqual([
          ...Array.from({ length: 3 }, () => 'fulfilled'),
          ...Array.from({ length: 7 }, () => 'rejected'),
        ]);
        expect(shared.tokensUsed).toBe(60);
      });
      expect(root.tokensUsed).toBe(60);
    });
  });

  it('gives tasks that open scopes of their own different ones under the same root', async () => {
    const run = await opened();
    await run.budget({}, async (root) => {
      const task = () =>
        run.budget({}, async (scope) => {
          await turn();
          use(15);
          await turn();
          return scope;
        });
      const [one, two] = await Promise.all([task(), task()]);
      expect(one.id).not.toBe(two.id);
      expect([one.parentId, two.parentId, one.rootId]).toEqual([root.id, root.id, root.id]);
      expect([root.tokensUsed, root.localTokensUsed]).toEqual([30, 0]);
      for (const each of [one, two]) expect([each.localTokensUsed, each.rootTokensUsed]).toEqual([15, 30]);
    });
  });

  it('gives back what its body returns, and lets what it throws through', async () => {
    const run = await opened();
    expect(await run.budget({}, () => 7)).toBe(7);
    const error = new Error('mine');
    let scope: BudgetScope | undefined;
    await expect(
      run.budget({}, (open) => {
        scope = open;
        throw error;
      }),
    ).rejects.toBe(error);
    expect(scope?.isClosed).toBe(true);
  });

  it('opens nothing in a run that has ended', async () => {
    const run = await opened();
    await run.end();
    expect(() => run.budget({})).toThrow(RunEndedError);
  });

  it('makes nothing ambient without a body; scope.run() does', async () => {
    const run = await opened();
    await using scope = run.budget({ name: 'held' });
    use(10);
    expect(scope.tokensUsed).toBe(0);
    scope.run(() => use(10));
    await scope.run(async () => {
      await turn();
      use(5);
    });
    expect(scope.tokensUsed).toBe(15);
  });

  it('keeps its numbers after it was closed, also where only money was added (D-18)', async () => {
    const run = await opened();
    const scope = run.budget({});
    scope.addCost(0.05, 'search');
    await scope.close();
    await scope.close();
    await run.end();
    expect([scope.costUsed, scope.usdUsed, scope.isClosed]).toEqual([50, 0.05, true]);
  });
});

describe('the root of a run', () => {
  it('is joined by siblings that do not contradict it, and closed by the last of them', async () => {
    const run = await opened();
    const first = run.budget({ name: 'all', tokenLimit: 100, planKey: 'gold' });
    const second = run.budget({ tokenLimit: 100 });
    const third = run.budget({ name: 'all', warnAt: 0.8, enforcement: 'soft' });
    expect([second.id, third.id]).toEqual([first.id, first.id]);
    expect([second.kind, second.name, second.parentId]).toEqual(['root', 'all', undefined]);
    await first.close();
    await first.close();
    expect(first.isClosed).toBe(false);
    second.run(() => use(30));
    expect(first.tokensUsed).toBe(30);
    await second.close();
    await third.close();
    expect(first.isClosed).toBe(true);
  });

  it.each<[keyof BudgetOptions, BudgetOptions, BudgetOptions, unknown, unknown]>([
    ['name', { name: 'a' }, { name: 'b' }, 'a', 'b'],
    ['name', {}, { name: 'b' }, undefined, 'b'],
    ['tokenLimit', { tokenLimit: 10 }, { tokenLimit: 11 }, 10, 11],
    ['tokenLimit', {}, { tokenLimit: 11 }, undefined, 11],
    ['usdLimit', { usdLimit: 0.5 }, { usdLimit: 0.25 }, 0.5, 0.25],
    ['costLimit', { costLimit: 5 }, { costLimit: 6 }, 5, 6],
    ['planKey', { planKey: 'a' }, { planKey: 'b' }, 'a', 'b'],
    ['enforcement', { tokenLimit: 5 }, { tokenLimit: 5, enforcement: 'hard' }, 'soft', 'hard'],
    ['warnAt', {}, { warnAt: 0.5 }, 0.8, 0.5],
  ])('does not take another %s, and can still be closed (D-07)', async (option, first, second, was, is) => {
    const run = await opened();
    const root = run.budget(first);
    const again = () => run.budget(second);
    expect(again).toThrow(BudgetConfigurationError);
    expect(again).toThrow(
      expect.objectContaining({
        code: 'runtime.budget_configuration_mismatch',
        reason: 'budget_configuration_mismatch',
        details: { option, first: was, second: is },
      }),
    );
    await root.close();
    expect(root.isClosed).toBe(true);
    expect(run.budget(second).id).not.toBe(root.id);
  });

  it('may be followed by another one, with limits of its own', async () => {
    const run = await opened();
    await expect(run.budget({ tokenLimit: 5 }, () => [use(5), use(1)])).rejects.toThrow('5 of 5 tokens');
    await run.budget({ tokenLimit: 50 }, (second) => {
      use(5);
      expect(second.tokensUsed).toBe(5);
    });
  });

  it('does not let a scope inside name another plan', async () => {
    const run = await opened();
    await run.budget({ planKey: 'gold' }, async (root) => {
      expect(() => run.budget({ planKey: 'tin' })).toThrow(BudgetConfigurationError);
      await using same = run.budget({ planKey: 'gold' });
      expect([same.planKey, same.parentId]).toEqual(['gold', root.id]);
    });
  });

  it('is opened by host.run({ budget }), around the whole body', async () => {
    const host = await AgentHost.create();
    await host.run({ budget: { name: 'all', tokenLimit: 20 } }, async (run) => {
      use(15);
      await using inner = run.budget({});
      expect([inner.kind, inner.rootTokensUsed]).toEqual(['nested', 15]);
      use(5);
      expect(() => use(1)).toThrow('"all" has used 20 of 20 tokens');
    });
  });

  it('of host.open({ budget }) is around what run.bind() runs', async () => {
    const run = (await AgentHost.create()).open({ budget: { tokenLimit: 5 } });
    run.bind(use)(5);
    expect(() => run.bind(use)(5)).toThrow('5 of 5 tokens');
  });
});

describe('run.bind()', () => {
  it('keeps the scope in which it was called: what is bound there cannot get around its limit', async () => {
    const run = await opened();
    await run.budget({}, (root) =>
      run.budget({ tokenLimit: 5 }, async (part) => {
        const bound = run.bind(use);
        await root.run(() => bound(5));
        expect(part.tokensUsed).toBe(5);
        expect(() => run.bind(use)(1)).toThrow('5 of 5 tokens');
      }),
    );
  });
});

describe('addCost()', () => {
  it('counts towards every scope around, side by side with models, in order', async () => {
    const run = await opened();
    await run.budget({ name: 'all' }, async (root) => {
      use(1000);
      await run.budget({ name: 'part' }, (part) => {
        part.addCost(0.05, 'search');
        expect([part.costUsed, part.usdUsed, part.tokensUsed]).toEqual([50, 0.05, 0]);
        expect(part.usage).toEqual([
          {
            type: 'custom',
            name: 'search',
            scopeName: 'part',
            tool: undefined,
            calls: 1,
            usdMicros: 50_000,
            costUnits: 50,
          },
        ]);
      });
      expect([root.costUsed, root.localCostUsed]).toEqual([51, 1]);
      expect(root.usage.map(({ type, scopeName }) => [type, scopeName])).toEqual([
        ['model', 'all'],
        ['custom', 'part'],
      ]);
    });
  });

  it('rounds the sum, half to even, not every part of it (D-11)', async () => {
    const run = await opened();
    await using scope = run.budget({});
    for (let count = 0; count < 1000; count++) scope.addCost(0.0004, 'search');
    expect([scope.costUsed, scope.usdUsed]).toEqual([400, 0.4]);
  });

  it('rounds over all scopes of a root together, so that parts add up to the whole', async () => {
    const run = await opened();
    await using root = run.budget({});
    const parts = Array.from({ length: 9 }, () => root.run(() => run.budget({})));
    for (const part of parts) part.addCost(0.0003, 'search');
    expect(root.costUsed).toBe(3);
    expect(parts.reduce((sum, part) => sum + part.costUsed, 0)).toBe(3);
  });

  it('takes nothing, and shows it', async () => {
    const run = await opened();
    await using scope = run.budget({});
    scope.addCost(0, 'free');
    expect(scope.usage).toMatchObject([{ name: 'free', calls: 1, costUnits: 0 }]);
  });

  it('does not refuse itself; the next call is refused', async () => {
    const run = await opened();
    await run.budget({ usdLimit: 0.1 }, (scope) => {
      scope.addCost(0.3, 'search');
      expect([scope.usdUsed, scope.remaining.usd, scope.exceeded]).toEqual([0.3, 0, 'usd']);
      expect(() => use(1)).toThrow('has used 0.3 of 0.1 USD');
    });
  });

  it.each<[number, string, string]>([
    [-0.01, 'search', 'non-negative'],
    [Number.NaN, 'search', 'non-negative'],
    [Number.POSITIVE_INFINITY, 'search', 'non-negative'],
    [1e300, 'search', 'at most'],
    ['1' as never, 'search', 'non-negative'],
    [1, '', 'not empty'],
    [1, 5 as never, 'not empty'],
  ])('refuses %p for %p', async (usd, name, message) => {
    const run = await opened();
    await using scope = run.budget({});
    expect(() => scope.addCost(usd, name)).toThrow(UsageError);
    expect(() => scope.addCost(usd, name)).toThrow(message);
    expect(scope.usage).toEqual([]);
  });
});

describe('what a scope says', () => {
  it('are its limits and what is left of them', async () => {
    const run = await opened();
    await run.budget({ tokenLimit: 100, usdLimit: 0.5, costLimit: 7 }, (scope) => {
      expect([scope.tokenLimit, scope.usdLimit, scope.costLimit, scope.enforcement]).toEqual([100, 0.5, 7, 'soft']);
      use(30);
      expect(scope.remaining).toEqual({ tokens: 70, usd: 0.499_97, cost: 6 });
      use(90);
      expect(scope.remaining.tokens).toBe(0);
      expect(scope.exceeded).toBe('token');
    });
    await run.budget({}, (scope) => {
      expect(scope.remaining).toEqual({ tokens: undefined, usd: undefined, cost: undefined });
      expect(scope.held).toEqual({ tokens: 0, usd: 0, cost: 0 });
      expect(scope.exceeded).toBeUndefined();
    });
  });

  it('stays short in a long run: equal lines are added up (D-15)', async () => {
    const run = await opened({ tariff: undefined } as unknown as AgentHostOptions);
    await run.budget({ name: 'all' }, async (scope) => {
      for (let count = 0; count < 5000; count++) {
        use(2, 1);
        if (count % 1000 === 0) await run.budget({ name: 'part' }, () => use(1, 0, 'unknown'));
      }
      expect(scope.usage).toMatchObject([
        {
          provider: 'lab',
          model: 'm',
          scopeName: 'all',
          calls: 5000,
          tokens: 15_000,
          usdMicros: 30_000,
          unpricedCalls: 0,
        },
        { model: 'unknown', scopeName: 'part', calls: 5, tokens: 5, usdMicros: 0, unpricedCalls: 5 },
      ]);
      const [first] = scope.usage;
      expect(first).toMatchObject({ estimatedCalls: 0, usage: tokenUsage({ input: 10_000, output: 5000 }) });
    });
  });

  it('names no scope of another: what is inside is not mixed with what is beside it', async () => {
    const run = await opened();
    await run.budget({}, async (root) => {
      await Promise.all(['a', 'b'].map((name) => run.budget({ name }, () => use(1))));
      expect(root.usage.map(({ scopeName }) => scopeName)).toEqual(['a', 'b']);
    });
  });
});

describe('scopes that nobody needs any more', () => {
  it('leave nothing behind in the run (D-15)', async () => {
    const run = await opened();
    const { budgets } = run as Run & { readonly budgets: { readonly openScopes: number; readonly openCalls: number } };
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        run.budget({}, async () => {
          await turn();
          use(index);
        }),
      ),
    );
    expect([budgets.openScopes, budgets.openCalls]).toEqual([0, 0]);
  });

  it('are closed when the run ends, whoever still has them', async () => {
    const run = await opened();
    const root = run.budget({});
    const inner = root.run(() => run.budget({}));
    await run.end();
    expect([root.isClosed, inner.isClosed]).toEqual([true, true]);
    expect(HeldScope.nodeOf(inner)?.isClosed).toBe(true);
  });
});

describe('two runs', () => {
  it('never mix', async () => {
    const host = await AgentHost.create();
    const both = [1, 2].map((count) =>
      host.run({}, (run) =>
        run.budget({ tokenLimit: 10 * count }, async (scope) => {
          for (let step = 0; step < count; step++) {
            await turn();
            use(10);
          }
          expect(() => use(1)).toThrow(`${10 * count} of ${10 * count} tokens`);
          return scope;
        }),
      ),
    );
    const [one, two] = await Promise.all(both);
    expect([one?.tokensUsed, two?.tokensUsed]).toEqual([10, 20]);
    expect(one?.rootId).not.toBe(two?.rootId);
  });
});
