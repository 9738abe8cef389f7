import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type ActGuardEvent,
  Agent,
  AgentHost,
  type AgentHostOptions,
  admitModelCall,
  BudgetClosedError,
  BudgetExceededError,
  type CallBound,
  currentRun,
  type MaybePromise,
  MemoryStore,
  type ModelCall,
  type ModelCallReport,
  type ModelRequest,
  type SharedBudget,
  type StateStore,
  sharedBudget,
  Tool,
  tokenUsage,
  UnboundedCostError,
  UnpricedModelError,
} from '../index.js';
import { DelayedStore } from '../testing/delayed-store.js';
import { TestClock } from '../testing/test-clock.js';

const DAY = 86_400_000;

@Agent()
class Files {
  @Tool()
  async list() {
    return 'files';
  }
}

const hosts: AgentHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

async function world(sharedBudgets: AgentHostOptions['sharedBudgets'], options: AgentHostOptions = {}) {
  const events: ActGuardEvent[] = [];
  const clock = new TestClock();
  const host = await AgentHost.create({
    agents: [Files],
    prices: { m: { input: 1, output: 4 } },
    clock,
    onEvent: (event) => void events.push(event),
    ...(sharedBudgets && { sharedBudgets }),
    ...options,
  });
  hosts.push(host);
  const blocked = () => events.filter((event) => event.name === 'budget.blocked');
  return { host, clock, events, blocked };
}

function admit(bound: CallBound, more: Partial<ModelRequest> = {}): MaybePromise<ModelCall> {
  return admitModelCall({ provider: 'lab', model: 'm', operation: 'chat', bound: () => bound, ...more });
}
const answered = (input: number, output = 0): ModelCallReport => ({
  outcome: 'success',
  usage: tokenUsage({ input, output }),
});
/** A call of a model that uses what it says. */
async function use(input: number, output = 0): Promise<ModelCall> {
  const call = await admit({ inputTokens: input, outputTokens: output });
  call.settle(answered(input, output));
  return call;
}
async function refusalOf(act: () => unknown): Promise<BudgetExceededError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof BudgetExceededError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

const STORES: [string, () => StateStore][] = [
  ['in memory', () => new MemoryStore()],
  ['behind a network', () => new DelayedStore(new MemoryStore())],
];

describe.each(STORES)('a shared budget, with a store %s', (_, makeStore) => {
  const soft = sharedBudget('tenant:acme', { tokenLimit: 100, per: '1d' });
  const hard = sharedBudget('tenant:acme', { tokenLimit: 100, per: '1d', enforcement: 'hard' });

  it('delivers what crosses the limit, and refuses the next call of any run of any host', async () => {
    const store = makeStore();
    const [one, other] = [await world([soft], { store }), await world([soft], { store })];
    await one.host.run(async () => {
      await use(60);
      await use(500);
    });
    await other.host.run({ userId: 'alice' }, async () => {
      const refusal = await refusalOf(() => use(1));
      expect(refusal).toMatchObject({
        ...{ scopeName: 'tenant:acme', scopeKind: 'root', origin: 'local', limitType: 'token', used: 560, limit: 100 },
        ...{ tool: 'lab/m', userId: 'alice', resetsAt: other.clock.wall() + DAY, retryAfterMs: DAY, retryable: true },
      });
      expect(refusal.message).toBe(
        'lab/m: the budget "tenant:acme" has used 560 of 100 tokens; it starts anew at 2026-01-02T00:00:00.000Z',
      );
      expect(refusal.toPrompt()).toMatchObject({ because: 'The budget is used up for now.', retryAfterMs: DAY });
    });
    expect(other.blocked()).toMatchObject([
      { scopeName: 'tenant:acme', limitType: 'token', used: 560, limit: 100, refused: 'lab/m', outcome: 'blocked' },
    ]);
  });

  it('asks for no bound and caps nothing where it is soft', async () => {
    const { host } = await world([soft], { store: makeStore() });
    await host.run(async () => {
      const bound = () => {
        throw new Error('asked for');
      };
      const call = await admit({ inputTokens: 1 }, { bound });
      expect(call.outputCap).toBeUndefined();
      call.settle(answered(10));
    });
    expect((await host.sharedBudget(soft)).tokensUsed).toBe(10);
  });

  it('stops the tools of the run at once when it is used up, and those of another once it has seen it', async () => {
    const store = makeStore();
    const { host } = await world([soft], { store });
    await host.run(async (run) => {
      await use(100);
      await turn();
      const refusal = await refusalOf(() => run.get(Files).list());
      expect(await run.tools(Files).call('list', {})).toMatchObject({ ok: false, final: true });
      expect(refusal).toMatchObject({ tool: 'Files.list', scopeName: 'tenant:acme', used: 100, limit: 100 });
    });
    await host.run(async (run) => {
      // Nobody asks the store for a tool alone.
      expect(await run.get(Files).list()).toBe('files');
      await refusalOf(() => use(1));
      await refusalOf(() => run.get(Files).list());
    });
  });

  it('never lets calls at once cross a hard limit, of fifty runs', async () => {
    const store = makeStore();
    const worlds = [await world([hard], { store }), await world([hard], { store })];
    let [used, delivered] = [0, 0];
    const one = async (each: number): Promise<void> => {
      const { host } = worlds[each % 2] as (typeof worlds)[number];
      await host.run(async () => {
        const call = await admit({ inputTokens: 5, outputTokens: 20 });
        delivered++;
        await turn();
        expect(call.outputCap).toBeLessThanOrEqual(20);
        const output = (call.outputCap as number) - (each % 3);
        used += 5 + Math.max(0, output);
        call.settle(answered(5, Math.max(0, output)));
      });
    };
    const ends = await Promise.allSettled(Array.from({ length: 50 }, (_, each) => one(each)));
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(BudgetExceededError);
    }
    expect(delivered).toBeGreaterThanOrEqual(4);
    const state = await worlds[0]?.host.sharedBudget(hard);
    expect(state).toMatchObject({ tokensUsed: used, tokensHeld: 0 });
    expect(used).toBeLessThanOrEqual(100);
  });

  it('caps the output to what others have left, and holds no more than that', async () => {
    const { host } = await world([hard], { store: makeStore() });
    await host.run(async () => {
      await use(50);
      const call = await admit({ inputTokens: 10, outputTokens: 500 });
      expect(call.outputCap).toBe(40);
      expect(await host.sharedBudget(hard)).toMatchObject({ tokensUsed: 50, tokensHeld: 50, tokensRemaining: 0 });
      call.settle(answered(10, 4));
      await turn();
      expect(await host.sharedBudget(hard)).toMatchObject({ tokensUsed: 64, tokensHeld: 0, tokensRemaining: 36 });
    });
  });

  it('holds each choice and each attempt, and charges an attempt that nobody reported in full', async () => {
    const { host } = await world([hard], { store: makeStore() });
    await host.run(async () => {
      const call = await admit({ inputTokens: 5, outputTokens: 10, choices: 2, attempts: 3 });
      expect((await host.sharedBudget(hard)).tokensHeld).toBe(75);
      call.settle({ ...answered(5, 1), unreportedAttempts: 1 });
    });
    expect(await host.sharedBudget(hard)).toMatchObject({ tokensUsed: 31, tokensHeld: 0 });
  });

  it('refuses for the time being what would fit without the calls of others', async () => {
    const { host } = await world([hard], { store: makeStore() });
    await host.run(async (run) => {
      const first = await admit({ inputTokens: 60, outputTokens: 0 });
      const refusal = await refusalOf(() => admit({ inputTokens: 50, outputTokens: 0 }));
      expect(refusal).toMatchObject({ retryable: true, resetsAt: undefined, details: { needed: 50, held: 60 } });
      expect(refusal.toPrompt().because).toContain('Other calls');
      expect(await run.get(Files).list()).toBe('files');
      first.settle(answered(10));
      await turn();
      await use(50);
    });
  });

  it('stops the run of a call that cannot fit, and lets others go on in smaller ones', async () => {
    const { host } = await world([hard], { store: makeStore() });
    await host.run(async (run) => {
      await use(50);
      expect(await refusalOf(() => admit({ inputTokens: 51 }))).toMatchObject({ used: 50, details: { needed: 52 } });
      expect((await refusalOf(() => use(1))).message).toContain('stopped because a call did not fit');
      await refusalOf(() => run.get(Files).list());
    });
    await host.run(() => use(40));
    expect(await host.sharedBudget(hard)).toMatchObject({ tokensUsed: 90, tokensHeld: 0 });
  });

  it('refuses what has no bound, or no price, and sends nothing', async () => {
    const usd = sharedBudget('usd', { usdLimit: 1 });
    const { host, blocked } = await world([hard, usd], { store: makeStore() });
    await host.run(async () => {
      const unbounded = { inputTokens: 1, unbounded: 'the provider keeps the conversation' };
      await expect(async () => await admit(unbounded)).rejects.toThrow(UnboundedCostError);
      await expect(async () => await admit({ inputTokens: 1 }, { model: 'x' })).rejects.toThrow(UnpricedModelError);
    });
    expect(blocked()).toMatchObject([{ scopeName: 'tenant:acme' }, { scopeName: 'usd', limitType: 'usd' }]);
    expect(await host.sharedBudget(hard)).toMatchObject({ tokensUsed: 0, tokensHeld: 0 });
  });

  it('takes nothing of the first where the second refuses, whatever they limit', async () => {
    const store = makeStore();
    const big = sharedBudget('big', { tokenLimit: 1000, usdLimit: 1, enforcement: 'hard' });
    const small = sharedBudget('small', { usdLimit: 0.000_1, enforcement: 'hard' });
    const { host } = await world([soft, big, small], { store });
    await host.run(async (run) => {
      const scope = run.budget({ tokenLimit: 500, enforcement: 'hard' });
      expect(await refusalOf(() => admit({ inputTokens: 101 }, { budget: scope }))).toMatchObject({
        ...{ scopeName: 'small', limitType: 'usd', used: 0, limit: 0.000_1 },
      });
      expect(scope.held).toEqual({ tokens: 0, usd: 0, cost: 0 });
      expect(scope.usage).toEqual([]);
    });
    for (const each of [soft, big])
      expect(await host.sharedBudget(each)).toMatchObject({ tokensUsed: 0, tokensHeld: 0 });
  });

  it('charges USD and tokens of several budgets together', async () => {
    const both = sharedBudget('both', { tokenLimit: 1000, usdLimit: 1 });
    const { host } = await world([both, hard], { store: makeStore() });
    await host.run(async () => {
      await use(10, 20);
    });
    expect(await host.sharedBudget(both)).toEqual({
      ...{ usdUsed: 0.000_09, usdHeld: 0, usdRemaining: 0.999_91 },
      ...{ tokensUsed: 30, tokensHeld: 0, tokensRemaining: 970, resetsAt: undefined },
    });
    expect((await host.sharedBudget(hard)).tokensUsed).toBe(30);
  });

  it('is charged what addCost says, which stops the next call and tools at once', async () => {
    const usd = sharedBudget('usd', { usdLimit: 0.5 });
    const { host } = await world([usd, soft], { store: makeStore() });
    await host.run(async (run) => {
      await run.budget({}, async (scope) => {
        scope.addCost(0.3, 'search');
        await use(1);
        scope.addCost(0.3, 'search');
        await turn();
        expect(await refusalOf(() => run.get(Files).list())).toMatchObject({ scopeName: 'usd', resetsAt: undefined });
        expect(await refusalOf(() => use(1))).toMatchObject({ retryable: false, limit: 0.5 });
      });
    });
    expect((await host.sharedBudget(usd)).usdUsed).toBeCloseTo(0.600_001, 9);
  });

  it('starts anew with each period, and lets the run go on', async () => {
    const { host, clock } = await world([soft], { store: makeStore() });
    await host.run(async (run) => {
      await use(100);
      await refusalOf(() => use(1));
      await clock.advance(DAY - 1);
      await refusalOf(() => run.get(Files).list());
      await clock.advance(1);
      expect(await run.get(Files).list()).toBe('files');
      await use(30);
      await turn();
      expect(await host.sharedBudget(soft)).toMatchObject({ tokensUsed: 30, resetsAt: clock.wall() + DAY });
    });
  });

  it('books nothing in a new period for a call that began in the one before', async () => {
    const { host, clock } = await world([hard], { store: makeStore() });
    await host.run(async () => {
      const long = await admit({ inputTokens: 50, outputTokens: 10 });
      await clock.advance(DAY);
      await use(95);
      long.settle(answered(50, 10));
    });
    expect(await host.sharedBudget(hard)).toMatchObject({ tokensUsed: 95, tokensHeld: 0 });
  });

  it('charges the worst case of a hard call that nobody reports when its run ends', async () => {
    const { host } = await world([hard], { store: makeStore() });
    await host.run(async () => {
      await admit({ inputTokens: 20, outputTokens: 30 });
    });
    expect(await host.sharedBudget(hard)).toMatchObject({ tokensUsed: 50, tokensHeld: 0 });
  });

  it('of the run is added to those of the host, and counts once where both name it', async () => {
    const mine = sharedBudget('user:alice', { tokenLimit: 1000 });
    const larger = sharedBudget('tenant:acme', { tokenLimit: 5000, per: '1d' });
    const { host } = await world([hard], { store: makeStore() });
    await host.run({ sharedBudgets: [mine, larger] }, async () => {
      await use(20);
      // The lower limit and the stricter enforcement hold.
      expect((await admit({ inputTokens: 10, outputTokens: 500 })).outputCap).toBe(70);
    });
    expect((await host.sharedBudget(mine)).tokensUsed).toBe(100);
    expect((await host.sharedBudget(hard)).tokensUsed).toBe(100);
  });

  it('is another for each run where a function says so', async () => {
    const of = (user: string | undefined): SharedBudget => sharedBudget(`user:${user}`, { tokenLimit: 10 });
    const { host } = await world(({ userId }) => [of(userId)], { store: makeStore() });
    await host.run({ userId: 'alice' }, () => use(10));
    await host.run({ userId: 'alice' }, () => refusalOf(() => use(1)));
    await host.run({ userId: 'bob' }, () => use(10));
    expect((await host.sharedBudget(of('bob'))).tokensUsed).toBe(10);
  });

  it('refuses what is left running of a run that has ended', async () => {
    const { host } = await world([soft], { store: makeStore() });
    let late: Promise<unknown> = Promise.resolve();
    await host.run(() => {
      const run = currentRun();
      late = turn()
        .then(() => run.end())
        .then(() => use(1));
      late.catch(() => {});
    });
    await expect(late).rejects.toThrow(BudgetClosedError);
  });

  it('holds with a scope of the run around, whichever of them leaves less', async () => {
    const { host } = await world([hard], { store: makeStore() });
    await host.run(async (run) => {
      const scope = run.budget({ tokenLimit: 80, enforcement: 'hard' });
      const first = await admit({ inputTokens: 10, outputTokens: 500 }, { budget: scope });
      expect([first.outputCap, scope.held.tokens]).toEqual([70, 80]);
      first.settle(answered(10, 0));
      await use(60);
      const second = await admit({ inputTokens: 5, outputTokens: 500 }, { budget: scope });
      // Of the scope 65 would be left.
      expect([second.outputCap, scope.held.tokens]).toEqual([25, 30]);
      second.settle({ outcome: 'failed' });
      expect(scope.held.tokens).toBe(0);
    });
    expect(await host.sharedBudget(hard)).toMatchObject({ tokensUsed: 70, tokensHeld: 0 });
  });

  it('reports in observe mode, counts, and neither holds nor caps', async () => {
    const { host, blocked } = await world([hard], { store: makeStore(), mode: 'observe' });
    await host.run(async (run) => {
      const call = await admit({ inputTokens: 60, outputTokens: 500 });
      expect(call.outputCap).toBeUndefined();
      expect(blocked()).toEqual([]);
      expect((await host.sharedBudget(hard)).tokensHeld).toBe(0);
      call.settle(answered(60, 60));
      await turn();
      await use(10);
      expect(await run.get(Files).list()).toBe('files');
    });
    expect(blocked()).toMatchObject([{ outcome: 'observed', used: 120, limit: 100, scopeName: 'tenant:acme' }]);
    expect(await host.sharedBudget(hard)).toMatchObject({ tokensUsed: 130, tokensHeld: 0 });
  });
});

it('asks at once where the store answers at once', async () => {
  const { host } = await world([sharedBudget('a', { tokenLimit: 10, enforcement: 'hard' })]);
  await host.run(() => {
    const call = admit({ inputTokens: 1, outputTokens: 1 }) as ModelCall;
    expect(call.outputCap).toBe(1);
    call.settle(answered(1));
    expect(() => admit({ inputTokens: 50 })).toThrow(BudgetExceededError);
  });
});

it('makes one trip to the store for all shared budgets before a call, and one after it', async () => {
  const inner = new MemoryStore();
  const trips: string[][] = [];
  const store: StateStore = {
    apply: (operations, now) => {
      trips.push(operations.map(({ op }) => op));
      return inner.apply(operations, now);
    },
  };
  const some = (name: string) => [
    sharedBudget(name, { usdLimit: 1, tokenLimit: 500 }),
    sharedBudget(`${name} hard`, { usdLimit: 1, tokenLimit: 500, per: '1h', enforcement: 'hard' }),
  ];
  const { host } = await world([...some('a'), ...some('b')], { store });
  await host.run(async (run) => {
    await use(10, 10);
    await run.get(Files).list();
  });
  const [before, after, ...others] = trips;
  expect(before).toEqual(['budget.read', 'budget.hold', 'budget.hold', 'budget.hold']);
  expect(after).toEqual(['budget.settle', 'budget.settle', 'budget.read']);
  expect(others).toEqual([['run.end']]);
});
