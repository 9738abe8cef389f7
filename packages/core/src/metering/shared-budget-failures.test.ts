import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import {
  AgentHost,
  type AgentHostOptions,
  admitModelCall,
  BudgetExceededError,
  type CallBound,
  MemoryStore,
  type ModelCall,
  type ModelCallReport,
  type Run,
  RunEndedError,
  RunKilledError,
  type StateStore,
  StoreFullError,
  type StoreOperation,
  StoreUnavailableError,
  sharedBudget,
  tokenUsage,
} from '../index.js';
import { DelayedStore } from '../testing/delayed-store.js';
import { TestClock } from '../testing/test-clock.js';

const HARD = sharedBudget('acme', { tokenLimit: 100, enforcement: 'hard' });
const SOFT = sharedBudget('soft', { tokenLimit: 100 });

const warnings: string[] = [];
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);
jest.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
process.on('unhandledRejection', onUnhandled);

afterEach(async () => {
  await turns(3);
  expect(unhandled).toEqual([]);
  warnings.length = 0;
});

async function hostWith(store: StateStore, options: AgentHostOptions = {}) {
  const clock = new TestClock();
  const host = await AgentHost.create({ store, clock, prices: { m: { input: 1, output: 4 } }, ...options });
  return { host, clock };
}

const admit = async (bound: CallBound): Promise<ModelCall> =>
  await admitModelCall({ provider: 'lab', model: 'm', operation: 'chat', bound: () => bound });
const answered = (input: number, output = 0): ModelCallReport => ({
  outcome: 'success',
  usage: tokenUsage({ input, output }),
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A store whose answers a test holds back, fails or changes, by what was asked. */
class OddStore implements StateStore {
  readonly inner = new MemoryStore();
  /** Answers that wait. */
  readonly waiting: (() => void)[] = [];
  isHolding = false;
  /** Whose answers wait. */
  holds: (ops: readonly string[]) => boolean = () => true;
  isSync = false;
  /** Fails instead of carrying out, or behind it. */
  fails: ((ops: readonly string[]) => 'before' | 'after' | undefined) | undefined;
  change: ((answers: readonly unknown[]) => readonly unknown[]) | undefined;

  apply(operations: readonly StoreOperation[], now: number): never {
    const how = this.fails?.(operations.map(({ op }) => op));
    const answers = how === 'before' ? undefined : this.inner.apply(operations, now);
    const answer = (): unknown => {
      if (how !== undefined) throw new Error('the connection was lost');
      return this.change === undefined ? answers : this.change(answers as readonly unknown[]);
    };
    if (this.isSync) return answer() as never;
    const isHeld = this.isHolding && this.holds(operations.map(({ op }) => op));
    const gate = isHeld ? new Promise<void>((resolve) => void this.waiting.push(resolve)) : turns(1);
    return gate.then(answer) as never;
  }

  async state() {
    const [{ budgets }] = this.inner.apply(
      [
        {
          op: 'budget.read',
          budgets: [{ key: '["acme","total","token"]' }, { key: '["soft","total","token"]' }],
        },
      ] as const,
      0,
    );
    return budgets;
  }
}

const isHold = (ops: readonly string[]): boolean => ops.includes('budget.hold');
const isSettle = (ops: readonly string[]): boolean => ops.includes('budget.settle') || ops.includes('budget.charge');
const NOTHING = { used: 0, held: 0 };

describe.each([
  ['at once', true],
  ['later', false],
])('a store that fails %s', (_, isSync) => {
  const storeThat = (fails: OddStore['fails']): OddStore => Object.assign(new OddStore(), { fails, isSync });

  it.each(['before', 'after'] as const)(
    'and does not say what is left (%s it was held) refuses, and leaves nothing held',
    async (when) => {
      const store = storeThat((ops) => (isHold(ops) ? when : undefined));
      const { host } = await hostWith(store, { sharedBudgets: [HARD, SOFT] });
      await host.run(async (run) => {
        const scope = run.budget({ tokenLimit: 50, enforcement: 'hard' });
        await scope.run(async () => {
          const error = await admit({ inputTokens: 10, outputTokens: 10 }).catch((thrown) => thrown);
          expect(error).toBeInstanceOf(StoreUnavailableError);
          expect(error).toMatchObject({ tool: 'lab/m', retryable: true });
        });
        expect([scope.held.tokens, scope.tokensUsed]).toEqual([0, 0]);
      });
      expect(await store.state()).toEqual([NOTHING, NOTHING]);
      expect(warnings).toEqual([]);
    },
  );

  it('to take what was used warns once, and neither the call nor the run ends with it', async () => {
    const store = storeThat((ops) => (isSettle(ops) ? 'before' : undefined));
    const { host } = await hostWith(store, { sharedBudgets: [HARD, SOFT] });
    const done = await host.run(async (run) => {
      for (let call = 0; call < 3; call++) (await admit({ inputTokens: 5, outputTokens: 5 })).settle(answered(1));
      await run.budget({}, (scope) => scope.addCost(0.1, 'search'));
      return 'done';
    });
    expect(done).toBe('done');
    expect(warnings).toEqual([expect.stringContaining('connection was lost')]);
    // Held until the store forgets it: nobody can know that it was used less.
    expect(await store.state()).toEqual([
      { used: 0, held: 30 },
      { used: 0, held: 3 },
    ]);
  });

  it('stops nothing in observe mode, and says so once', async () => {
    const store = storeThat(() => 'before');
    const { host } = await hostWith(store, { sharedBudgets: [HARD, SOFT], mode: 'observe' });
    await host.run(async () => {
      for (let call = 0; call < 2; call++) {
        const open = await admit({ inputTokens: 500 });
        expect(open.outputCap).toBeUndefined();
        open.settle(answered(500));
      }
    });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('does not answer');
  });

  it('is told by host.sharedBudget', async () => {
    const { host } = await hostWith(storeThat(() => 'before'));
    await expect(host.sharedBudget(HARD)).rejects.toThrow(StoreUnavailableError);
  });
});

describe('a store that answers wrongly', () => {
  it.each<[string, (answers: readonly unknown[]) => unknown]>([
    ['no list', () => undefined],
    ['too little', (answers) => answers.slice(0, -1)],
    ['nothing of what is used', (answers) => [undefined, ...answers.slice(1)]],
    ['texts', (answers) => [{ budgets: [{ used: '1', held: '0' }] }, ...answers.slice(1)]],
    ['a budget that nobody asked for', (answers) => [...answers.slice(0, -1), { admitted: false, key: 'x' }]],
    ['neither yes nor no', (answers) => [...answers.slice(0, -1), {}]],
  ])('with %s refuses', async (_, change) => {
    const store = new OddStore();
    const { host } = await hostWith(store, { sharedBudgets: [HARD] });
    await host.run(async () => {
      store.change = change as OddStore['change'];
      await expect(admit({ inputTokens: 5, outputTokens: 5 })).rejects.toThrow(StoreUnavailableError);
      store.change = undefined;
    });
    expect((await store.state())[0]).toEqual(NOTHING);
  });
});

it('a store that takes no more budgets refuses', async () => {
  const store = new MemoryStore({ maxKeys: 1 });
  const { host } = await hostWith(store, { sharedBudgets: [HARD, SOFT] });
  await host.run(async () => {
    await expect(admit({ inputTokens: 5 })).rejects.toThrow(StoreFullError);
  });
  expect((await host.sharedBudget(HARD)).tokensHeld).toBe(0);
});

describe('a run that is stopped while the store is asked', () => {
  it.each<[string, (run: { kill(reason: string): void; end(): Promise<void> }) => unknown, unknown]>([
    ['killed', (run) => run.kill('enough'), RunKilledError],
    ['ended', (run) => void run.end(), RunEndedError],
  ])('(%s) waits no longer, and gives back what is held behind it', async (_, stop, error) => {
    const store = new OddStore();
    const { host, clock } = await hostWith(store, { sharedBudgets: [HARD, SOFT] });
    const run = host.open();
    const scope = run.budget({ tokenLimit: 50, enforcement: 'hard' });
    store.isHolding = true;
    const asked = run.bind(() => scope.run(() => admit({ inputTokens: 10, outputTokens: 10 })))();
    expect(scope.held.tokens).toBe(20);
    expect(await store.state()).toEqual([
      { used: 0, held: 20 },
      { used: 0, held: 1 },
    ]);
    stop(run);
    await expect(asked).rejects.toBeInstanceOf(error);
    expect([scope.held.tokens, scope.tokensUsed]).toEqual([0, 0]);
    store.isHolding = false;
    for (const answer of store.waiting) answer();
    await clock.advance(2000);
    await run.end();
    expect(await store.state()).toEqual([NOTHING, NOTHING]);
  });

  it('does not get through where the answer comes together with the stop', async () => {
    const store = new OddStore();
    const { host } = await hostWith(store, { sharedBudgets: [HARD] });
    const run = host.open();
    // Between the answer and whoever waits for it.
    Object.assign(run, {
      unlessStopped: async (until: Promise<void>) => {
        await until;
        run.kill('now');
      },
    });
    const asked = run.bind(() => admit({ inputTokens: 10, outputTokens: 10 }))();
    await expect(asked).rejects.toThrow(RunKilledError);
    await run.end();
    expect((await store.state())[0]).toEqual(NOTHING);
  });
});

describe('the end of a run', () => {
  it('charges nothing for a call that was never sent, since the store had not answered yet', async () => {
    const store = new OddStore();
    const { host, clock } = await hostWith(store, { sharedBudgets: [HARD] });
    const run = host.open();
    const scope = run.budget({ tokenLimit: 50, enforcement: 'hard' });
    store.isHolding = true;
    const asked = run.bind(() => scope.run(() => admit({ inputTokens: 10, outputTokens: 10 })))();
    // What the end of the run does to calls that nobody has reported.
    void (run as Run & { budgets: { end(): unknown } }).budgets.end();
    expect([scope.tokensUsed, scope.held.tokens]).toEqual([0, 0]);
    const ended = run.end();
    await expect(asked).rejects.toThrow(RunEndedError);
    store.isHolding = false;
    for (const answer of store.waiting.splice(0)) answer();
    await clock.advance(2000);
    await ended;
    expect([scope.tokensUsed, (await store.state())[0]]).toEqual([0, NOTHING]);
  });

  it('waits until the store was told what was used', async () => {
    const store = new OddStore();
    const { host } = await hostWith(store, { sharedBudgets: [HARD] });
    const run = host.open();
    const call = await run.bind(() => admit({ inputTokens: 10, outputTokens: 10 }))();
    store.holds = isSettle;
    store.isHolding = true;
    call.settle(answered(7));
    let hasEnded = false;
    const ended = run.end().then(() => void (hasEnded = true));
    await turns(5);
    expect(hasEnded).toBe(false);
    store.isHolding = false;
    for (const answer of store.waiting.splice(0)) answer();
    await ended;
    expect((await store.state())[0]).toEqual({ used: 7, held: 0 });
  });

  it('does not wait for ever', async () => {
    const store = new OddStore();
    const { host, clock } = await hostWith(store, { sharedBudgets: [HARD], drain: '2s' });
    const run = host.open();
    const call = await run.bind(() => admit({ inputTokens: 10, outputTokens: 10 }))();
    store.holds = isSettle;
    store.isHolding = true;
    call.settle(answered(7));
    const ended = run.end();
    await clock.advance(2000);
    await ended;
  });
});

it('never crosses a hard limit, charges what was used and leaves nothing held, in any schedule of two hosts', async () => {
  const bound = fc.record({
    inputTokens: fc.nat(60),
    outputTokens: fc.constantFrom(0, 1, 20, 300),
    choices: fc.integer({ min: 1, max: 3 }),
    attempts: fc.integer({ min: 1, max: 2 }),
  });
  const step = fc.record({
    host: fc.nat(1),
    bound,
    /** Of the cap, how many tokens come out, and how the call ends. */
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    end: fc.constantFrom('answered', 'failed', 'silent', 'never'),
    turns: fc.nat(4),
  });
  const seen = { admitted: 0, refused: 0, clamped: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), fc.boolean(), async (steps, isRemote) => {
      const inner = new MemoryStore();
      const budgets = [
        sharedBudget('tokens', { tokenLimit: 400, enforcement: 'hard' }),
        sharedBudget('usd', { usdLimit: 0.001, per: '1h', enforcement: 'hard' }),
        sharedBudget('soft', { tokenLimit: 350 }),
      ];
      const store = isRemote ? new DelayedStore(inner) : inner;
      const hosts = [
        (await hostWith(store, { sharedBudgets: budgets })).host,
        (await hostWith(store, { sharedBudgets: budgets })).host,
      ];
      const runs = hosts.map((host) => host.open());
      let [used, most] = [0, 0];
      const check = (): void => {
        const all = Object.entries(inner.snapshot()['budgets'] as Record<string, { used: number; held: number }>);
        for (const [key, state] of all) {
          const limit = key.startsWith('["tokens"') ? 400 : key.startsWith('["usd"') ? 1_000_000 : undefined;
          if (limit !== undefined) expect(state.used + state.held).toBeLessThanOrEqual(limit);
        }
      };
      const play = async ({ host, bound: asked, share, end, turns: wait }: (typeof steps)[number]): Promise<void> => {
        await turns(wait);
        let call: ModelCall;
        try {
          call = await (runs[host] as (typeof runs)[number]).bind(() => admit(asked))();
        } catch (error) {
          expect(error).toBeInstanceOf(BudgetExceededError);
          seen.refused++;
          return;
        }
        seen.admitted++;
        const cap = call.outputCap ?? 0;
        if (cap < asked.outputTokens) seen.clamped++;
        check();
        await turns(wait);
        const worst = asked.inputTokens + cap * asked.choices;
        const output = Math.floor(cap * asked.choices * share);
        most += worst;
        if (end === 'answered') {
          call.settle(answered(asked.inputTokens, output));
          used += asked.inputTokens + output;
        } else if (end === 'failed') call.settle({ outcome: 'failed' });
        else {
          // What nobody reports is charged its worst case at the end of the run.
          if (end === 'silent') call.settle({ outcome: 'failed', unreportedAttempts: 1 });
          used += worst;
        }
        check();
      };
      await Promise.all(steps.map(play));
      await Promise.all(runs.map((run) => run.end()));
      check();
      const [tokens, usd] = [
        await hosts[0]?.sharedBudget(budgets[0] as never),
        await hosts[1]?.sharedBudget(budgets[1] as never),
      ];
      expect(tokens).toMatchObject({ tokensUsed: used, tokensHeld: 0 });
      expect(usd?.usdHeld).toBe(0);
      expect(used).toBeLessThanOrEqual(Math.min(400, most));
      for (const host of hosts) await host.close();
    }),
    { numRuns: 200 },
  );
  // A test in which nothing was refused or clamped would show nothing.
  expect(seen.admitted).toBeGreaterThan(200);
  expect(seen.refused).toBeGreaterThan(50);
  expect(seen.clamped).toBeGreaterThan(50);
});
