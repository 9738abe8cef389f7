import { describe, expect, it } from '@jest/globals';
import {
  AgentHost,
  admitModelCall,
  BudgetClosedError,
  type BudgetScope,
  MissingRunError,
  type ModelCall,
  type ModelRequest,
  type Run,
  tokenUsage,
  UsageError,
} from '../index.js';

function admit(more: Partial<ModelRequest> = {}): ModelCall {
  const request = { provider: 'lab', model: 'm', operation: 'chat', bound: () => ({ inputTokens: 1 }), ...more };
  return admitModelCall(request) as ModelCall;
}
function use(input: number, budget?: BudgetScope): void {
  admit({ budget }).settle({ outcome: 'success', usage: tokenUsage({ input }) });
}
const open = async (): Promise<Run> => (await AgentHost.create()).open();

describe('a call outside a run', () => {
  it('passes and is not metered', () => {
    expect(admit().outputCap).toBeUndefined();
    expect(() => use(5)).not.toThrow();
  });

  it('is refused where that is asked for', () => {
    expect(() => admit({ outside: 'refuse' })).toThrow(MissingRunError);
  });

  it('is charged to the scope that it is given', async () => {
    const run = await open();
    const scope = run.budget({ tokenLimit: 10 });
    use(10, scope);
    expect(scope.tokensUsed).toBe(10);
    expect(() => use(1, scope)).toThrow('10 of 10');
    expect(() => admit({ outside: 'refuse', budget: scope })).toThrow('10 of 10');
  });
});

describe('a call with a scope that is given', () => {
  it('is charged to the one around it where that lies inside the given one', async () => {
    const run = await open();
    await run.budget({}, (root) =>
      run.budget({ tokenLimit: 10 }, (inner) => {
        use(10, root);
        expect([inner.tokensUsed, root.tokensUsed]).toEqual([10, 10]);
        expect(() => use(1, root)).toThrow('10 of 10');
      }),
    );
  });

  it('is charged to the given one where that lies inside the one around it, or beside it', async () => {
    const run = await open();
    await run.budget({}, async (root) => {
      const one = run.budget({});
      const two = run.budget({});
      use(3, one);
      one.run(() => use(5, two));
      expect([one.tokensUsed, two.tokensUsed, root.tokensUsed, root.localTokensUsed]).toEqual([3, 5, 8, 0]);
    });
  });

  it('is charged to another run where the scope is of that', async () => {
    const host = await AgentHost.create();
    const other = host.open();
    const theirs = other.budget({});
    await host.run({}, (run) =>
      run.budget({}, (mine) => {
        use(5, theirs);
        expect([mine.tokensUsed, theirs.tokensUsed, theirs.usage[0]?.tool]).toEqual([0, 5, undefined]);
      }),
    );
  });

  it.each([[{}], ['scope'], [null], [{ tokensUsed: 0, run: () => {} }]])('refuses %p, which is none', (budget) => {
    expect(() => admit({ budget: budget as never })).toThrow(UsageError);
  });
});

describe('a scope that was closed', () => {
  it('is still charged for what was on its way, as are all around it', async () => {
    const run = await open();
    const root = run.budget({ tokenLimit: 100, enforcement: 'hard' });
    const inner = root.run(() => run.budget({}));
    const call = inner.run(() => admit());
    await inner.close();
    call.settle({ outcome: 'success', usage: tokenUsage({ input: 1 }) });
    expect([inner.tokensUsed, root.tokensUsed, root.held.tokens]).toEqual([1, 1, 0]);
  });

  it('charges what starts in it afterwards to the nearest open one around (D-19)', async () => {
    const run = await open();
    await run.budget({ tokenLimit: 10 }, async (root) => {
      let release = () => {};
      const detached = run.budget({}, (middle) =>
        run.budget({}, async (inner) => {
          const later = new Promise<void>((resolve) => {
            release = resolve;
          }).then(() => use(10));
          return { later, scopes: [inner, middle] };
        }),
      );
      const { later, scopes } = await detached;
      release();
      await later;
      expect(scopes.map(({ tokensUsed }) => tokensUsed)).toEqual([0, 0]);
      expect(root.tokensUsed).toBe(10);
      await expect(later.then(() => scopes[0]?.run(() => use(1)))).rejects.toThrow('10 of 10');
    });
  });

  it('charges what starts in it afterwards to the root that the run has by then', async () => {
    const run = await open();
    const first = run.budget({});
    await first.close();
    await using second = run.budget({ tokenLimit: 10 });
    first.run(() => use(10));
    expect([first.tokensUsed, second.tokensUsed]).toEqual([0, 10]);
    expect(() => first.run(() => use(1))).toThrow('10 of 10');
  });

  it('refuses what starts in it where none around is open (D-19)', async () => {
    const run = await open();
    const scope = run.budget({});
    await scope.close();
    expect(() => scope.run(() => use(1))).toThrow(BudgetClosedError);
    expect(() => use(1, scope)).toThrow(BudgetClosedError);
    expect(scope.tokensUsed).toBe(0);
  });

  it('lets nothing pass for a call outside any run, once its run has ended (D-19)', async () => {
    const host = await AgentHost.create();
    let release = () => {};
    let detached: Promise<void> | undefined;
    await host.run({ budget: { tokenLimit: 10, enforcement: 'hard' } }, () => {
      detached = new Promise<void>((resolve) => {
        release = resolve;
      }).then(() => use(1));
    });
    release();
    await expect(detached).rejects.toThrow(BudgetClosedError);
  });
});

describe('a run without a scope', () => {
  it('is no run any more for what outlives it', async () => {
    const host = await AgentHost.create();
    const run = host.open();
    const [detached, refused] = [run.bind(use), run.bind(admit)];
    await run.end();
    expect(() => detached(5)).not.toThrow();
    expect(() => refused({ outside: 'refuse' })).toThrow(MissingRunError);
  });

  it('takes calls, and counts them for nobody', async () => {
    const host = await AgentHost.create();
    await host.run({}, async (run) => {
      use(5);
      await using later = run.budget({});
      expect(later.tokensUsed).toBe(0);
    });
  });
});
