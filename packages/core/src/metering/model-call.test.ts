import { describe, expect, it, jest } from '@jest/globals';
import {
  type ActGuardEvent,
  AgentHost,
  type AgentHostOptions,
  admitModelCall,
  BudgetExceededError,
  type BudgetScope,
  type CallBound,
  type ModelCall,
  type ModelCallReport,
  type ModelRequest,
  type Run,
  type RunOptions,
  tokenUsage,
  UnboundedCostError,
  UnpricedModelError,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

const NOTHING_HELD = { tokens: 0, usd: 0, cost: 0 };
const TARIFF = { version: 'v1', cuPerUsd: 1000, default: { inputCuPer1k: 1, outputCuPer1k: 4, cachedCuPer1k: 1 } };

/** A tariff would be a price for every model. */
const WITHOUT_TARIFF = { tariff: undefined } as unknown as AgentHostOptions;

async function world(options: AgentHostOptions = {}, runOptions: RunOptions = {}) {
  const events: ActGuardEvent[] = [];
  const host = await AgentHost.create({
    tariff: TARIFF,
    prices: { m: { input: 1, output: 4 } },
    clock: new TestClock(),
    onEvent: (event) => void events.push(event),
    ...options,
  });
  const named = <Name extends ActGuardEvent['name']>(name: Name) =>
    events.filter((event): event is Extract<ActGuardEvent, { name: Name }> => event.name === name);
  return { host, run: host.open(runOptions), named };
}

function admit(bound: CallBound, more: Partial<ModelRequest> = {}): ModelCall {
  const request = { provider: 'lab', model: 'm', operation: 'chat', bound: () => bound, ...more };
  return admitModelCall(request) as ModelCall;
}
const answered = (input: number, output = 0): ModelCallReport => ({
  outcome: 'success',
  usage: tokenUsage({ input, output }),
});
function use(input: number, output = 0): void {
  admit({ inputTokens: input, outputTokens: output }).settle(answered(input, output));
}
function refusalOf(call: () => unknown): BudgetExceededError {
  try {
    call();
  } catch (error) {
    if (error instanceof BudgetExceededError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a soft budget', () => {
  it('delivers what crosses the limit, and refuses the next call (D-04)', async () => {
    const { run } = await world();
    await run.budget({ name: 'task', tokenLimit: 100 }, (scope) => {
      use(60);
      const crossing = admit({ inputTokens: 500 });
      expect(() => crossing.settle(answered(500))).not.toThrow();
      expect(scope.tokensUsed).toBe(560);
      const refusal = refusalOf(() => use(1));
      expect(refusal).toMatchObject({ scopeName: 'task', limitType: 'token', used: 560, limit: 100, tool: 'lab/m' });
      expect(refusal).toMatchObject({ scopeKind: 'root', scopeId: scope.id, rootScopeId: scope.id, retryable: false });
    });
  });

  it('asks for no bound and changes no cap', async () => {
    const { run } = await world();
    const bound = jest.fn(() => ({ inputTokens: 1 }));
    await run.budget({ tokenLimit: 100 }, () => {
      const call = admit({ inputTokens: 1 }, { bound });
      expect(call.outputCap).toBeUndefined();
      call.settle(answered(1));
    });
    expect(bound).not.toHaveBeenCalled();
  });

  it('names the innermost scope that is used up', async () => {
    const { run } = await world();
    await run.budget({ name: 'outer', tokenLimit: 10 }, () =>
      run.budget({ name: 'inner', usdLimit: 0.000_01 }, (inner) => {
        use(10);
        expect(refusalOf(() => use(1))).toMatchObject({ scopeName: 'inner', limitType: 'usd', scopeId: inner.id });
        expect(refusalOf(() => use(1)).details).toMatchObject({ parentScopeId: inner.parentId });
      }),
    );
  });
});

describe('a scope whose limit was hit', () => {
  it('stays stopped, whoever swallows the refusal; those around go on', async () => {
    const { run } = await world();
    await run.budget({ tokenLimit: 1000 }, async (root) => {
      await run.budget({ tokenLimit: 10 }, async () => {
        use(10);
        for (let attempt = 0; attempt < 5; attempt++) expect(() => use(1)).toThrow(BudgetExceededError);
        await turn();
        await run.budget({ tokenLimit: 500 }, () => expect(() => use(1)).toThrow('10 of 10'));
      });
      // The handler outside can clean up.
      use(5);
      expect(root.tokensUsed).toBe(15);
    });
  });

  it('stays stopped in hard mode too, where a call that cannot fit was refused', async () => {
    const { run } = await world();
    await run.budget({ tokenLimit: 100, enforcement: 'hard' }, (scope) => {
      expect(refusalOf(() => admit({ inputTokens: 100, outputTokens: 5 }))).toMatchObject({ used: 0, limit: 100 });
      expect(() => use(1)).toThrow(BudgetExceededError);
      expect(scope.exceeded).toBe('token');
    });
  });
});

describe('a hard budget', () => {
  it('lets as many concurrent calls through as fit, however they end (D-04)', async () => {
    const { run } = await world();
    await run.budget({ costLimit: 10, enforcement: 'hard' }, async (scope) => {
      const calls = Array.from({ length: 10 }, async () => {
        const call = admit({ inputTokens: 5000, outputTokens: 1000, minOutputTokens: 1000 });
        await turn();
        call.settle(answered(4000, 1000));
      });
      const ends = await Promise.allSettled(calls);
      expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(scope.costUsed).toBe(8);
      expect(scope.held).toEqual(NOTHING_HELD);
    });
  });

  it('holds the worst case in every scope around, and books what it was', async () => {
    const { run } = await world();
    await run.budget({}, (root) =>
      run.budget({ tokenLimit: 100, enforcement: 'hard' }, (scope) => {
        const call = admit({ inputTokens: 40, outputTokens: 20 });
        expect(scope.held).toMatchObject({ tokens: 60, usd: 0.000_12 });
        expect([scope.remaining.tokens, root.held.tokens, root.tokensUsed]).toEqual([40, 60, 0]);
        call.settle(answered(30, 5));
        expect([scope.held, root.held, scope.tokensUsed, root.tokensUsed]).toEqual([
          NOTHING_HELD,
          NOTHING_HELD,
          35,
          35,
        ]);
      }),
    );
  });

  it('refuses for the time being what would fit without the others, and takes it once they have ended', async () => {
    const { run } = await world();
    await run.budget({ tokenLimit: 100, enforcement: 'hard' }, () => {
      const first = admit({ inputTokens: 60, outputTokens: 0 });
      const refusal = refusalOf(() => admit({ inputTokens: 50, outputTokens: 0 }));
      expect(refusal).toMatchObject({ retryable: true, used: 0, limit: 100, details: { needed: 50 } });
      expect(refusal.toPrompt().because).toContain('Other calls');
      first.settle(answered(10));
      admit({ inputTokens: 50, outputTokens: 0 }).settle(answered(50));
    });
  });

  it.each<[string, ModelCallReport, number]>([
    ['answered', answered(10, 2), 12],
    ['failed without being billed', { outcome: 'failed' }, 0],
    ['aborted after a part', { ...answered(40, 1), outcome: 'aborted' }, 41],
    ['failed without a word', { outcome: 'failed', unreportedAttempts: 1 }, 60],
    ['answered after two silent failures', { ...answered(10, 2), unreportedAttempts: 2 }, 132],
    ['more attempts than there may be', { ...answered(10, 2), unreportedAttempts: 99 }, 132],
    ['silent with a guess', { outcome: 'aborted', unreportedAttempts: 1, estimate: tokenUsage({ input: 1 }) }, 60],
  ])('gives its hold back where the call is %s, and charges what has to be', async (_, report, tokens) => {
    const { run } = await world();
    await run.budget({ tokenLimit: 500, enforcement: 'hard' }, (scope) => {
      const call = admit({ inputTokens: 40, outputTokens: 20, attempts: 3 });
      expect(scope.held.tokens).toBe(180);
      call.settle(report);
      call.settle(answered(400));
      expect([scope.tokensUsed, scope.held]).toEqual([tokens, NOTHING_HELD]);
    });
  });

  it('books more than was held, where a provider bills more: what was used was used', async () => {
    const { run } = await world();
    await run.budget({ tokenLimit: 100, enforcement: 'hard' }, (scope) => {
      admit({ inputTokens: 40, outputTokens: 20 }).settle(answered(900));
      expect(scope.tokensUsed).toBe(900);
    });
  });

  it('sends nothing that has no bound', async () => {
    const { run, named } = await world();
    await run.budget({ tokenLimit: 100, enforcement: 'hard' }, (scope) => {
      expect(() => admit({ inputTokens: 5, unbounded: 'the provider keeps the conversation' })).toThrow(
        UnboundedCostError,
      );
      expect(() => admit({ inputTokens: Number.NaN })).toThrow(UnboundedCostError);
      expect(scope.held).toEqual(NOTHING_HELD);
      use(5);
    });
    expect(named('budget.blocked')).toMatchObject([{ refused: 'lab/m', limitType: 'token' }, {}]);
  });

  it('takes what has no bound where only soft ones are around', async () => {
    const { run } = await world();
    await run.budget({ tokenLimit: 100 }, () => admit({ inputTokens: 5, unbounded: 'x' }).settle(answered(5)));
  });

  it('inside a soft one keeps to its own limit alone', async () => {
    const { run } = await world();
    await run.budget({ tokenLimit: 10 }, () =>
      run.budget({ tokenLimit: 100, enforcement: 'hard' }, (inner) => {
        expect(admit({ inputTokens: 40, outputTokens: 90 }).outputCap).toBe(60);
        expect(inner.remaining.tokens).toBe(0);
      }),
    );
  });

  it('around a soft one holds and clamps what is called inside', async () => {
    const { run } = await world();
    await run.budget({ tokenLimit: 100, enforcement: 'hard' }, (root) =>
      run.budget({}, () => {
        expect(admit({ inputTokens: 40, outputTokens: 90 }).outputCap).toBe(60);
        expect(root.remaining.tokens).toBe(0);
      }),
    );
  });
});

describe('a limit of USD', () => {
  it.each(['soft', 'hard'] as const)('that is %s takes no model whose price is not known', async (enforcement) => {
    const { run } = await world(WITHOUT_TARIFF);
    await run.budget({ usdLimit: 1, enforcement }, () =>
      run.budget({}, () => {
        const call = () => admit({ inputTokens: 1 }, { model: 'm-2026' });
        expect(call).toThrow(UnpricedModelError);
        expect(call).toThrow("prices: { 'lab/m-2026'");
      }),
    );
    await run.budget({ tokenLimit: 10_000, enforcement }, () =>
      admit({ inputTokens: 1 }, { model: 'm-2026' }).settle(answered(1)),
    );
  });

  it('takes the prices of the request before those of the host, and those of the meter last', async () => {
    const { run } = await world(WITHOUT_TARIFF);
    const source = (input: number) => ({ priceOf: () => ({ input, output: 0 }) });
    const usdOf = (more: Partial<ModelRequest>) =>
      run.budget({}, (scope) => {
        admit({ inputTokens: 1 }, more).settle(answered(1_000_000));
        return scope.usdUsed;
      });
    expect(await usdOf({ prices: source(7), defaultPrices: source(9) })).toBe(7);
    expect(await usdOf({ defaultPrices: source(9) })).toBe(1);
    expect(await usdOf({ model: 'other', defaultPrices: source(9) })).toBe(9);
    expect(await usdOf({ model: 'other' })).toBe(0);
  });
});

it('says what is held for other calls where only that is in the way', async () => {
  const { run } = await world();
  await run.budget({ name: 'part', tokenLimit: 100, enforcement: 'hard' }, () => {
    admit({ inputTokens: 90, outputTokens: 0 });
    const refused = refusalOf(() => admit({ inputTokens: 20, outputTokens: 0 }));
    expect(refused).toMatchObject({ retryable: true, details: { held: 90, needed: 20 } });
    expect(refused.message).toContain(
      'has used 0 of 100 tokens and holds 90 for calls on their way, and the call needs 20',
    );
    const tooLong = refusalOf(() => admit({ inputTokens: 101, outputTokens: 0 }));
    expect(tooLong.retryable).toBe(false);
    expect(tooLong.message).not.toContain('holds');
  });
});

describe('prices', () => {
  it('follow from the tariff where the application says none, before those that a meter brings', async () => {
    const { run } = await world();
    const defaultPrices = { priceOf: () => ({ input: 9, output: 9 }) };
    await run.budget({ usdLimit: 10 }, (scope) => {
      admit({ inputTokens: 1 }, { model: 'other', defaultPrices }).settle(answered(1_000_000));
      expect(scope.usdUsed).toBe(1);
    });
  });

  it.each<[string, unknown]>([
    ['no number', { input: Number.NaN, output: 1 }],
    ['a negative rate', { input: -1, output: 1 }],
    ['half a price', { input: 1 }],
    ['a promise', Promise.resolve({ input: 1, output: 1 })],
    ['a text', 'free'],
    ['null', null],
  ])('of a source that answers %s count as not known, with a warning', async (_what, price) => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { run } = await world({ ...WITHOUT_TARIFF, prices: { priceOf: () => price as never } });
    await run.budget({ usdLimit: 1 }, () => {
      expect(() => admit({ inputTokens: 1 })).toThrow(UnpricedModelError);
    });
    expect(warned).toHaveBeenCalledTimes(price === null ? 0 : 1);
    warned.mockRestore();
  });

  it('are asked with the bound looked at once, however often it is needed', async () => {
    const { run } = await world();
    let looks = 0;
    const bound = () => {
      looks++;
      return { inputTokens: 5, outputTokens: 5, extraUsd: 0.01 };
    };
    await run.budget({ usdLimit: 1, enforcement: 'hard' }, () => {
      const call = admitModelCall({ provider: 'lab', model: 'm', operation: 'chat', bound }) as ModelCall;
      call.settle({ outcome: 'failed', unreportedAttempts: 1 });
    });
    expect(looks).toBe(1);
  });
});

describe('what was not reported', () => {
  it('is charged the estimate of the meter in a soft budget, and marked so', async () => {
    const { run, named } = await world();
    const estimate = tokenUsage({ input: 30, output: 12 });
    await run.budget({}, (scope) => {
      admit({ inputTokens: 90 }).settle({ outcome: 'aborted', unreportedAttempts: 1, estimate });
      expect([scope.tokensUsed, scope.usage]).toMatchObject([42, [{ estimatedCalls: 1, calls: 1, tokens: 42 }]]);
    });
    expect(named('llm.usage')).toMatchObject([{ isEstimated: true, tokens: 42, outcome: 'aborted', severity: '' }]);
  });

  it.each<[CallBound, number]>([
    [{ inputTokens: 90, outputTokens: 10 }, 100],
    [{ inputTokens: 90, outputTokens: 10, choices: 3 }, 120],
    [{ inputTokens: 90, defaultOutputTokens: 20 }, 110],
    [{ inputTokens: 90 }, 4186],
    [{ inputTokens: 90, outputTokens: 0 }, 90],
  ])('is charged the bound where the meter has no estimate: %j', async (bound, tokens) => {
    const { run } = await world();
    await run.budget({}, (scope) => {
      admit(bound).settle({ outcome: 'aborted', unreportedAttempts: 1 });
      expect(scope.tokensUsed).toBe(tokens);
    });
  });

  it('is charged when the run ends, where a call is never settled; no hold is left', async () => {
    const { run, named } = await world();
    const scope = run.budget({ tokenLimit: 1000, enforcement: 'hard' });
    const inner = scope.run(() => run.budget({}));
    const call = inner.run(() => admit({ inputTokens: 40, outputTokens: 20, attempts: 2 }));
    await inner.close();
    expect(scope.held.tokens).toBe(120);
    await run.end();
    for (const each of [scope, inner]) expect([each.tokensUsed, each.held]).toEqual([60, NOTHING_HELD]);
    call.settle(answered(999));
    expect(scope.tokensUsed).toBe(60);
    expect(named('llm.usage')).toMatchObject([{ isEstimated: true, outcome: 'aborted' }]);
  });

  it('does not keep a run from ending, where its meter cannot say what it may have been', async () => {
    const { run } = await world();
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const scope = run.budget({});
    const bound = () => {
      throw new Error('out of order');
    };
    scope.run(() => admit({ inputTokens: 1 }, { bound }));
    await run.end();
    expect(scope.isClosed).toBe(true);
    expect(warn.mock.calls.map(([message]) => message)).toEqual([expect.stringContaining('out of order')]);
    warn.mockRestore();
  });
});

describe('what is billed besides tokens', () => {
  const PRICE = { input: 1, output: 4 };
  const declared: CallBound = { inputTokens: 100, outputTokens: 0, extraUsd: 0.2 };
  const searched = (webSearches?: unknown): ModelCallReport => ({
    ...answered(0),
    webSearches: webSearches as number | undefined,
  });

  it('is held in a hard budget, besides the tokens', async () => {
    const { run } = await world();
    await run.budget({ usdLimit: 0.3, enforcement: 'hard' }, (scope) => {
      const call = admit(declared);
      expect(scope.held.usd).toBeCloseTo(0.2001, 12);
      expect(refusalOf(() => admit(declared))).toMatchObject({ limitType: 'usd', retryable: true });
      call.settle(searched());
      expect([scope.usdUsed, scope.held]).toEqual([0.2, NOTHING_HELD]);
    });
  });

  it.each<[string, 'hard' | 'soft', unknown, number | undefined, number]>([
    ['the whole maximum, where the meter tells of nothing', 'hard', undefined, 0.01, 0.2],
    ['the searches that were made', 'hard', 3, 0.01, 0.03],
    ['nothing where none was made', 'hard', 0, 0.01, 0],
    ['the whole maximum, where nobody knows the price of a search', 'hard', 3, undefined, 0.2],
    ['the whole maximum, where the count is none', 'hard', -1, 0.01, 0.2],
    ['the whole maximum, where the count is no number', 'hard', '3', 0.01, 0.2],
    ['the searches that were made', 'soft', 3, 0.01, 0.03],
    ['nothing where the meter tells of nothing', 'soft', undefined, 0.01, 0],
    ['nothing where nobody knows the price of a search', 'soft', 3, undefined, 0],
  ])('is charged: %s (%s)', async (_, enforcement, webSearches, perWebSearch, usd) => {
    const price = { ...PRICE, ...(perWebSearch !== undefined && { perWebSearch }) };
    const { run, named } = await world({ prices: { m: price } });
    await run.budget({ usdLimit: 1, enforcement }, (scope) => {
      admit(declared).settle(searched(webSearches));
      expect([scope.usdUsed, scope.tokensUsed]).toEqual([usd, 0]);
    });
    expect(named('llm.usage')).toMatchObject([{ usdMicros: usd * 1_000_000 }]);
  });

  it('is charged once, however many attempts were lost', async () => {
    const { run } = await world({ prices: { m: { ...PRICE, perWebSearch: 0.01 } } });
    const lost = { ...searched(3), unreportedAttempts: 2, estimate: tokenUsage({}) };
    for (const report of [lost, { ...lost, usage: undefined }])
      await run.budget({}, (scope) => {
        admit({ ...declared, attempts: 3 }).settle(report);
        expect(scope.usdUsed).toBe(0.03);
      });
  });

  it('is the worst for each attempt that says nothing to a hard budget', async () => {
    const { run } = await world({ prices: { m: { ...PRICE, perWebSearch: 0.01 } } });
    await run.budget({ usdLimit: 1, enforcement: 'hard' }, (scope) => {
      admit({ ...declared, attempts: 2 }).settle({ ...searched(3), unreportedAttempts: 1 });
      expect(scope.usdUsed).toBeCloseTo(0.03 + 0.2001, 12);
    });
  });

  it('is nothing where a call was not billed, nor is its fixed part', async () => {
    const { run, named } = await world({ prices: { m: { ...PRICE, perCall: 0.5 } } });
    await run.budget({ usdLimit: 1, enforcement: 'hard' }, (scope) => {
      admit(declared).settle({ outcome: 'failed' });
      expect(scope.usdUsed).toBe(0);
    });
    expect(named('llm.usage')).toMatchObject([{ usdMicros: 0, costUnits: 0, outcome: 'failed' }]);
  });
});

describe('what a meter reports', () => {
  it.each([
    ['success', ''],
    ['failed', 'error'],
    ['aborted', ''],
  ] as const)('is told with its outcome: %s', async (outcome, severity) => {
    const { run, named } = await world();
    await run.budget({}, () => admit({ inputTokens: 1 }).settle({ ...answered(1), outcome }));
    expect(named('llm.usage')).toMatchObject([{ outcome, severity, tokens: 1 }]);
  });

  it('is not trusted: counts that are none are nothing', async () => {
    const { run } = await world();
    await run.budget({}, (scope) => {
      const usage = { ...tokenUsage({ output: 4 }), input: Number.NaN, reasoning: -3 };
      admit({ inputTokens: 1 }).settle({ outcome: 'success', usage });
      expect(scope.tokensUsed).toBe(4);
    });
  });

  it('is told, with its scope, its price and its model', async () => {
    const { run, named } = await world();
    await run.budget({ name: 'task' }, (scope) => {
      admit({ inputTokens: 1 }).settle({ ...answered(1000, 250), responseModel: 'm-2026' });
      expect(named('llm.usage')).toMatchObject([
        {
          ...{
            category: 'llm',
            outcome: 'success',
            severity: '',
            provider: 'lab',
            model: 'm',
            responseModel: 'm-2026',
          },
          ...{ operation: 'chat', tokens: 1250, usdMicros: 2000, costUnits: 2, isEstimated: false },
          ...{ scopeId: scope.id, scopeName: 'task', runId: run.id },
        },
      ]);
    });
  });

  it('is told of a call in no scope too, and of one that used nothing', async () => {
    const { host, named } = await world(WITHOUT_TARIFF);
    await host.run({}, () => {
      use(5);
      admit({ inputTokens: 1 }, { model: 'other' }).settle({ outcome: 'failed' });
    });
    expect(named('llm.usage')).toMatchObject([
      { tokens: 5, scopeId: undefined },
      { tokens: 0, usdMicros: undefined, outcome: 'failed', severity: 'error' },
    ]);
  });
});

describe('events of a budget', () => {
  it('warn once in each scope, and tell every refusal', async () => {
    const { run, named } = await world();
    await run.budget({ name: 'all', tokenLimit: 100, planKey: 'gold' }, async (root) => {
      await run.budget({ name: 'part', usdLimit: 1, tokenLimit: 20, warnAt: 0.5 }, () => {
        for (const input of [9, 1, 5]) use(input);
      });
      for (const input of [65, 20]) use(input);
      expect(() => use(1)).toThrow(BudgetExceededError);
      expect(named('budget.warning')).toMatchObject([
        {
          scopeName: 'part',
          scopeKind: 'nested',
          parentScopeId: root.id,
          limitType: 'token',
          used: 10,
          limit: 20,
          warnAt: 0.5,
        },
        { scopeName: 'all', scopeKind: 'root', outcome: 'warning', severity: '', used: 80, limit: 100, warnAt: 0.8 },
      ]);
      expect(named('budget.blocked')).toMatchObject([
        {
          scopeName: 'all',
          planKey: 'gold',
          refused: 'lab/m',
          outcome: 'blocked',
          severity: 'error',
          used: 100,
          limit: 100,
        },
      ]);
    });
  });
});

describe('observe mode', () => {
  it('reports what a soft limit would have refused, and stops nothing', async () => {
    const { run, named } = await world({}, { mode: 'observe' });
    await run.budget({ tokenLimit: 10 }, (scope) => {
      for (let count = 0; count < 3; count++) use(10);
      expect(scope.tokensUsed).toBe(30);
    });
    expect(named('budget.blocked')).toMatchObject([{ outcome: 'observed', severity: '', used: 10 }, { used: 20 }]);
  });

  it('reports what a hard limit would have refused, without a cap and without a hold', async () => {
    const { run, named } = await world({}, { mode: 'observe' });
    await run.budget({ tokenLimit: 100, enforcement: 'hard' }, (scope) => {
      const call = admit({ inputTokens: 90, outputTokens: 500 });
      expect([call.outputCap, scope.held, named('budget.blocked')]).toEqual([undefined, NOTHING_HELD, []]);
      call.settle(answered(90));
      admit({ inputTokens: 90 }).settle(answered(90));
      expect(scope.tokensUsed).toBe(180);
    });
    expect(named('budget.blocked')).toMatchObject([{ outcome: 'observed', used: 90, limit: 100 }]);
  });

  it('reports models without a price and calls without a bound', async () => {
    const { run, named } = await world({ ...WITHOUT_TARIFF, mode: 'observe' });
    await run.budget({ usdLimit: 1, enforcement: 'hard' }, () => {
      admit({ inputTokens: 5 }, { model: 'other' }).settle(answered(5));
      admit({ inputTokens: 5, unbounded: 'x' }).settle(answered(5));
    });
    expect(named('budget.blocked').map(({ error }) => (error as Error).name)).toEqual([
      'UnpricedModelError',
      'UnboundedCostError',
    ]);
  });
});

describe('a run that takes no calls', () => {
  const calls: [string, (run: Run, scope: BudgetScope | undefined) => ModelCall][] = [
    ['in a scope', (_, scope) => (scope as BudgetScope).run(() => admit({ inputTokens: 1 }))],
    ['given a scope', (_, scope) => admit({ inputTokens: 1 }, { budget: scope })],
    ['without a scope', (run) => run.bind(admit)({ inputTokens: 1 })],
  ];

  it.each(calls)('takes none of models either, once it was killed: %s', async (_, call) => {
    const { run } = await world();
    const scope = run.budget({ tokenLimit: 100, enforcement: 'hard' });
    const flying = scope.run(() => admit({ inputTokens: 10, outputTokens: 10 }));
    run.kill('enough');
    expect(() => call(run, scope)).toThrow(expect.objectContaining({ code: 'run.killed', tool: 'lab/m' }));
    // What was on its way is charged, and gives back its hold.
    flying.settle({ ...answered(10, 3), outcome: 'aborted' });
    expect([scope.tokensUsed, scope.held]).toEqual([13, NOTHING_HELD]);
  });

  it('takes none while it ends, nor afterwards', async () => {
    const { run } = await world();
    const scope = run.budget({});
    const ending = run.end();
    const call = () => scope.run(() => admit({ inputTokens: 1 }));
    expect(call).toThrow(expect.objectContaining({ code: 'run.ended' }));
    await ending;
    expect(call).toThrow(expect.objectContaining({ code: 'usage.budget_closed' }));
  });

  it('takes none in observe mode either', async () => {
    const { run } = await world({ mode: 'observe' });
    run.kill('enough');
    expect(() => run.bind(admit)({ inputTokens: 1 })).toThrow(expect.objectContaining({ code: 'run.killed' }));
  });
});
