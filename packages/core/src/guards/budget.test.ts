import { describe, expect, it } from '@jest/globals';
import {
  type ActGuardEvent,
  Agent,
  AgentHost,
  type AgentHostOptions,
  admitModelCall,
  Budget,
  BudgetConfigurationError,
  BudgetExceededError,
  type BudgetScope,
  CircuitBreaker,
  currentRun,
  Idempotent,
  inject,
  MaxAttempts,
  MemoryStore,
  type ModelCall,
  RateLimit,
  type Run,
  type RunOptions,
  Timeout,
  Tool,
  tokenUsage,
  UsageError,
} from '../index.js';
import { DelayedStore } from '../testing/delayed-store.js';
import { TestClock } from '../testing/test-clock.js';

function admit(input: number, output = 0): ModelCall {
  const bound = () => ({ inputTokens: input, outputTokens: output });
  return admitModelCall({ provider: 'lab', model: 'm', operation: 'chat', bound }) as ModelCall;
}
function use(input: number): void {
  admit(input).settle({ outcome: 'success', usage: tokenUsage({ input }) });
}
const turns = async (count = 5) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

interface Work {
  readonly tokens?: number;
  readonly key?: string;
}

let executed: string[] = [];

@Agent()
class Writer {
  @Tool()
  async write({ tokens = 1 }: Work) {
    executed.push('write');
    await turns(1);
    use(tokens);
    return 'written';
  }
}

@Agent()
class Desk {
  readonly #writer = inject(Writer);

  @Tool()
  @Budget({ tokenLimit: 10 })
  async study({ tokens = 1 }: Work) {
    executed.push('study');
    use(tokens);
    await turns(1);
    use(tokens);
    return 'studied';
  }

  @Tool({ budget: { name: 'draft', tokenLimit: 25, enforcement: 'hard' } })
  async draft({ tokens = 1 }: Work) {
    use(tokens);
    return await this.#writer.write({ tokens });
  }

  @Tool()
  @Budget({ planKey: 'tin' })
  async plan(_: Work) {
    executed.push('plan');
  }

  @Tool()
  async plain({ tokens = 1 }: Work) {
    executed.push('plain');
    use(tokens);
    return 'plain';
  }

  @Tool()
  async fail(_: Work): Promise<void> {
    throw new Error('broken');
  }

  @Tool()
  @Timeout('1s')
  @Budget({ tokenLimit: 10 })
  async slow({ tokens = 1 }: Work) {
    await turns(8);
    use(tokens);
  }

  @Tool()
  @Idempotent({ key: 'key' })
  @Budget({ tokenLimit: 10 })
  async once({ tokens = 1 }: { key: string; tokens?: number }) {
    executed.push('once');
    use(tokens);
    return 'once';
  }

  @Tool()
  @RateLimit({ maxCalls: 1, period: '1m', onLimit: 'wait', maxWait: '2m' })
  @Budget({ tokenLimit: 10 })
  async queued({ tokens = 1 }: Work) {
    use(tokens);
    return 'queued';
  }

  @Tool()
  @CircuitBreaker({ name: 'lab', maxFails: 1 })
  async guarded({ tokens = 1 }: Work) {
    use(tokens);
    return 'guarded';
  }

  @Tool()
  @MaxAttempts(2)
  async counted(_: Work) {
    executed.push('counted');
    return 'counted';
  }

  @Tool()
  @Budget({ tokenLimit: 10 })
  async *stream({ tokens = 1 }: Work) {
    for (let count = 0; count < 5; count++) {
      use(tokens);
      yield count;
    }
  }
}

async function world(runOptions: RunOptions = {}, options: AgentHostOptions = {}) {
  executed = [];
  const events: ActGuardEvent[] = [];
  const clock = new TestClock();
  const host = await AgentHost.create({
    ...{ agents: [Desk, Writer], clock, onEvent: (event) => void events.push(event) },
    ...options,
  });
  const run = host.open(runOptions);
  const named = (name: ActGuardEvent['name']) => events.filter((event) => event.name === name);
  return { host, run, clock, desk: run.get(Desk), writer: run.get(Writer), named };
}

/** Whether any scope of the run is still open. */
const isOpen = (run: Run) =>
  (run as Run & { readonly budgets: { readonly openScopes: number } }).budgets.openScopes > 0;

describe('@Budget', () => {
  it('limits what is used in the method, and charges the scope around', async () => {
    const { run, desk } = await world();
    await run.budget({}, async (root) => {
      await expect(desk.study({ tokens: 10 })).rejects.toMatchObject({
        ...{ scopeName: 'Desk.study', scopeKind: 'nested', used: 10, limit: 10, tool: 'lab/m' },
      });
      expect(await desk.study({ tokens: 5 })).toBe('studied');
      expect([root.tokensUsed, root.localTokensUsed]).toEqual([20, 0]);
      expect(root.usage).toMatchObject([{ tool: 'Desk.study', scopeName: 'Desk.study', calls: 3, tokens: 20 }]);
    });
    expect(isOpen(run)).toBe(false);
  });

  it('gives each call a scope of its own, also where none is around and they are concurrent', async () => {
    const { run, desk } = await world();
    expect(await Promise.all([5, 5, 5].map((tokens) => desk.study({ tokens })))).toHaveLength(3);
    const ends = await Promise.allSettled([
      desk.study({ tokens: 5 }),
      desk.draft({ tokens: 12 }),
      desk.study({ tokens: 10 }),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(isOpen(run)).toBe(false);
  });

  it('is no root that others would join: the run may open one meanwhile', async () => {
    const { run, desk } = await world();
    const studying = desk.study({ tokens: 5 });
    await using root = run.budget({ name: 'all', tokenLimit: 50 });
    expect(root.kind).toBe('root');
    await studying;
    expect(root.tokensUsed).toBe(0);
  });

  it('is around the tools that the method calls, of other agents too', async () => {
    const { run, desk } = await world();
    await run.budget({}, async (root) => {
      expect(await desk.draft({ tokens: 12 })).toBe('written');
      // The writer has started, and what is left does not hold its call.
      await expect(desk.draft({ tokens: 13 })).rejects.toMatchObject({
        scopeName: 'draft',
        used: 13,
        details: { needed: 13 },
      });
      await expect(desk.draft({ tokens: 25 })).rejects.toMatchObject({ tool: 'Writer.write', used: 25 });
      expect(executed).toEqual(['write', 'write']);
      expect(root.usage).toMatchObject([
        { tool: 'Desk.draft', scopeName: 'draft', tokens: 50 },
        { tool: 'Writer.write', scopeName: 'draft', tokens: 12 },
      ]);
    });
  });

  it('refuses where its plan is not that of the scope around, and nothing is left open', async () => {
    const { run, desk } = await world();
    await run.budget({ planKey: 'gold' }, async () => {
      await expect(desk.plan({})).rejects.toBeInstanceOf(BudgetConfigurationError);
    });
    expect([executed, isOpen(run), run.attempts('Desk.plan')]).toEqual([[], false, 1]);
    await desk.plan({});
    expect(executed).toEqual(['plan']);
  });

  it('ends at a time-out; what the method still uses is charged to the scope around', async () => {
    const { run, desk, clock } = await world();
    await run.budget({ tokenLimit: 100 }, async (root) => {
      const call = desk.slow({ tokens: 7 });
      call.catch(() => {});
      await clock.advance(1000);
      await expect(call).rejects.toMatchObject({ code: 'tool.timeout' });
      await turns(10);
      expect([root.tokensUsed, root.localTokensUsed]).toEqual([7, 7]);
    });
    expect(isOpen(run)).toBe(false);
  });

  it('is opened anew for a call that had to wait', async () => {
    const { run, desk, clock } = await world();
    await run.budget({}, async (root) => {
      await desk.queued({ tokens: 9 });
      const waiting = desk.queued({ tokens: 9 });
      await turns();
      await clock.advance(60_000);
      expect(await waiting).toBe('queued');
      expect([root.tokensUsed, root.localTokensUsed]).toEqual([18, 0]);
    });
    expect(isOpen(run)).toBe(false);
  });

  it('ends when the run is killed', async () => {
    const { run, desk } = await world();
    const call = desk.slow({});
    expect(isOpen(run)).toBe(true);
    run.kill('stop');
    await expect(call).rejects.toMatchObject({ code: 'run.killed' });
    expect(isOpen(run)).toBe(false);
  });
});

describe('@Budget on a stream', () => {
  it('is one scope from the first step to the last, and only in the body', async () => {
    const { run, desk } = await world();
    await run.budget({}, async (root) => {
      const values: unknown[] = [];
      for await (const value of desk.stream({ tokens: 2 })) {
        values.push(value);
        if (value === 0) use(50);
      }
      expect(values).toHaveLength(5);
      expect([root.tokensUsed, root.localTokensUsed, isOpen(run)]).toEqual([60, 50, true]);
    });
    expect(isOpen(run)).toBe(false);
  });

  it('stops the body at its limit', async () => {
    const { run, desk } = await world();
    const values: unknown[] = [];
    const read = async () => {
      for await (const value of desk.stream({ tokens: 5 })) values.push(value);
    };
    await expect(read()).rejects.toBeInstanceOf(BudgetExceededError);
    expect([values, isOpen(run)]).toEqual([[0, 1], false]);
  });

  it('ends where the stream is left early', async () => {
    const { run, desk } = await world();
    for await (const _ of desk.stream({})) break;
    expect(isOpen(run)).toBe(false);
  });
});

describe('a tool in a scope that is used up', () => {
  it('is refused before its method, and costs one attempt', async () => {
    const { run, desk, named } = await world();
    await run.budget({ name: 'task', tokenLimit: 10 }, async () => {
      use(10);
      await expect(desk.plain({})).rejects.toMatchObject({
        tool: 'Desk.plain',
        scopeName: 'task',
        used: 10,
        limit: 10,
      });
      await expect(desk.study({})).rejects.toMatchObject({ tool: 'Desk.study', scopeName: 'task' });
      await expect(desk.stream({}).next()).rejects.toMatchObject({ tool: 'Desk.stream' });
      await expect(desk.counted({})).rejects.toMatchObject({ attemptsLeft: 1 });
    });
    expect(executed).toEqual([]);
    expect(['plain', 'study', 'counted'].map((tool) => run.attempts(`Desk.${tool}`))).toEqual([1, 1, 1]);
    expect(named('guard.blocked')).toMatchObject([
      { guardName: 'budget', code: 'budget.limit_exceeded', toolName: 'Desk.plain' },
      { toolName: 'Desk.study' },
      { toolName: 'Desk.stream' },
      { toolName: 'Desk.counted' },
    ]);
    expect(await desk.plain({})).toBe('plain');
    expect(isOpen(run)).toBe(false);
  });

  it('is refused too where the run was opened with the budget', async () => {
    const { desk } = await world({ budget: { tokenLimit: 10 } });
    await desk.plain({ tokens: 10 });
    await expect(desk.plain({})).rejects.toMatchObject({ scopeKind: 'root', code: 'budget.limit_exceeded' });
  });

  it('is not refused in its own scope for what others hold', async () => {
    const { run, desk } = await world();
    await run.budget({ tokenLimit: 10, enforcement: 'hard' }, async () => {
      admit(10);
      expect(await desk.counted({})).toBe('counted');
    });
  });

  it('is told that a budget ended only where nothing else refuses it', async () => {
    const { run, desk } = await world();
    await run.budget({ tokenLimit: 10 }, async () => {
      use(10);
      await desk.counted({}).catch(() => {});
      await desk.counted({}).catch(() => {});
      await expect(desk.counted({})).rejects.toMatchObject({ code: 'guard.max_attempts_exceeded' });
      await expect(desk.plain(5 as never)).rejects.toMatchObject({ code: 'guard.input_invalid' });
    });
  });

  it('is answered with a stored result: that costs no budget', async () => {
    const { run, desk } = await world();
    await run.budget({ tokenLimit: 10 }, async (scope) => {
      await desk.once({ key: 'k', tokens: 10 });
      expect(await desk.once({ key: 'k', tokens: 10 })).toBe('once');
      await expect(desk.once({ key: 'other' })).rejects.toBeInstanceOf(BudgetExceededError);
      expect([scope.tokensUsed, executed]).toEqual([10, ['once']]);
    });
    // Its key was given back.
    expect(await desk.once({ key: 'other' })).toBe('once');
  });

  it('counts as no failure of what a breaker guards', async () => {
    const { run, desk } = await world();
    await run.budget({ tokenLimit: 10, enforcement: 'hard' }, async () => {
      await expect(desk.guarded({ tokens: 99 })).rejects.toBeInstanceOf(BudgetExceededError);
    });
    expect(await desk.guarded({})).toBe('guarded');
  });

  it.each(['in memory', 'far away'])('is only reported in observe mode, with a store %s', async (where) => {
    const store = where === 'in memory' ? new MemoryStore() : new DelayedStore(new MemoryStore());
    const { run, desk, named } = await world({ mode: 'observe' }, { store });
    await run.budget({ tokenLimit: 10 }, async (root) => {
      use(10);
      expect(await desk.plain({ tokens: 3 })).toBe('plain');
      expect(await desk.study({ tokens: 20 })).toBe('studied');
      expect(root.tokensUsed).toBe(53);
    });
    expect(named('guard.observed')).toMatchObject([
      { toolName: 'Desk.plain', guardName: 'budget', code: 'budget.limit_exceeded' },
      { toolName: 'Desk.study' },
    ]);
    expect(named('guard.blocked')).toEqual([]);
  });
});

describe('addCost() in a tool', () => {
  it('names the tool in whose body it is called', async () => {
    @Agent()
    class Searcher {
      scope: BudgetScope | undefined;

      @Tool()
      async search(_: Work) {
        await turns(1);
        this.scope?.addCost(0.25, 'search');
      }
    }
    const { run } = await world({}, { agents: [Desk, Writer, Searcher] });
    await run.budget({}, async (root) => {
      const searcher = run.get(Searcher);
      searcher.scope = root;
      await Promise.all([searcher.search({}), searcher.search({})]);
      root.addCost(1, 'search');
      expect(root.usage).toMatchObject([
        { tool: 'Searcher.search', calls: 2, usdMicros: 500_000 },
        { tool: undefined, calls: 1 },
      ]);
    });
  });
});

describe('a toolset', () => {
  const call = (run: Run, name: string, args: Work = {}) => run.tools(Desk).call(name, args);

  it('says that the loop has to stop where it stands inside a budget that is used up', async () => {
    const { run } = await world();
    await run.budget({ tokenLimit: 10 }, async () => {
      expect(await call(run, 'plain', { tokens: 10 })).toEqual({ ok: true, value: 'plain' });
      expect(await call(run, 'plain')).toMatchObject({
        ...{ ok: false, final: true },
        refusal: { code: 'budget.limit_exceeded', because: 'The budget for this task is used up.' },
      });
      expect(await call(run, 'fail')).toMatchObject({ ok: false, final: true });
    });
    expect(await call(run, 'fail')).toMatchObject({ ok: false, final: false });
  });

  it('lets the loop go on where only the budget of the tool is used up', async () => {
    const { run } = await world();
    await run.budget({ tokenLimit: 100 }, async () => {
      expect(await call(run, 'study', { tokens: 10 })).toMatchObject({
        ...{ ok: false, final: false },
        refusal: { code: 'tool.failed' },
      });
    });
  });

  it('stops the loop where the whole run is out of budget', async () => {
    const { host } = await world();
    await host.run({ budget: { tokenLimit: 10 } }, async (run) => {
      use(10);
      expect(await call(run, 'plain')).toMatchObject({ ok: false, final: true });
    });
  });

  it('never stops a loop in observe mode', async () => {
    const { run } = await world({ mode: 'observe', budget: { tokenLimit: 1 } });
    await call(run, 'plain', { tokens: 5 });
    expect(await call(run, 'plain')).toMatchObject({ ok: true });
    expect(await call(run, 'fail')).toMatchObject({ ok: false, final: false });
  });
});

describe('inside a tool', () => {
  it('run.budget() is nested in the scope around the method', async () => {
    @Agent()
    class Nester {
      @Tool()
      @Budget({ tokenLimit: 10 })
      async nest(_: Work) {
        return await currentRun().budget({ name: 'inner' }, async (scope) => {
          use(4);
          return [scope.kind, scope.localTokensUsed, scope.rootTokensUsed];
        });
      }
    }
    const { run } = await world({}, { agents: [Desk, Writer, Nester] });
    expect(await run.get(Nester).nest({})).toEqual(['nested', 4, 4]);
  });
});

describe('@Budget, declared wrongly,', () => {
  it('is refused on what is no tool', async () => {
    @Agent()
    class NoTool {
      @Budget({ tokenLimit: 1 })
      async nothing(_: Work) {}
    }
    await expect(AgentHost.create({ agents: [NoTool] })).rejects.toBeInstanceOf(UsageError);
  });
});

describe('run.currentBudget', () => {
  it('is the scope of the tool in whose body it is asked for, and counts there', async () => {
    const seen: (BudgetScope | undefined)[] = [];
    @Agent()
    class Spender {
      @Tool()
      @Budget({ name: 'spending', usdLimit: 1 })
      async spend() {
        const scope = currentRun().currentBudget;
        seen.push(scope);
        scope?.addCost(0.25, 'search');
      }
    }
    await using host = await AgentHost.create({ agents: [Spender] });
    await host.run({ budget: { usdLimit: 2 } }, async (run) => {
      await run.get(Spender).spend();
      expect(run.currentBudget).toMatchObject({ kind: 'root', usdUsed: 0.25, usdLimit: 2 });
    });
    expect(seen).toMatchObject([{ name: 'spending', usdUsed: 0.25, usdLimit: 1, isClosed: true }]);
  });

  it('is that of host.run outside any scope, none without one, and cannot be closed by who only sees it', async () => {
    await using host = await AgentHost.create();
    await host.run(async (run) => {
      expect(run.currentBudget).toBeUndefined();
      await run.budget({ name: 'part' }, async (scope) => {
        expect(run.currentBudget?.id).toBe(scope.id);
        await run.currentBudget?.close();
        expect(scope.isClosed).toBe(false);
      });
      expect(run.currentBudget).toBeUndefined();
    });
    await using open = host.open({ budget: { tokenLimit: 10 } });
    expect(open.currentBudget?.tokenLimit).toBe(10);
  });
});
