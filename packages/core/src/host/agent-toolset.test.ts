import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import {
  type ActGuardEvent,
  Agent,
  AgentHost,
  byUser,
  defineGuard,
  Enforce,
  GuardRefusedError,
  Idempotent,
  inject,
  MaxAttempts,
  RateLimit,
  Timeout,
  Tool,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

class Ledger {
  readonly paid: string[] = [];
}

@Agent()
class Inner {
  @Tool()
  @MaxAttempts(1)
  async step(): Promise<string> {
    return 'stepped';
  }
}

@Agent()
class Outer {
  readonly #inner = inject(Inner);
  readonly #ledger = inject(Ledger);

  @Tool({ input: v.object({ amount: v.number() }) })
  async transferMoney(args: { amount: number }): Promise<void> {
    this.#ledger.paid.push(String(args.amount));
  }

  @Tool()
  async twice(): Promise<string> {
    await this.#inner.step();
    return this.#inner.step();
  }

  @Tool()
  @RateLimit({ scope: byUser })
  async limited(): Promise<void> {}
}

describe('a toolset', () => {
  it('is refused to a run whose agents cannot be made, so that a missing provider is no failure of a tool', async () => {
    const host = await AgentHost.create({ agents: [Outer, Inner] });
    await host.run((run) => {
      expect(() => run.tools(Outer)).toThrow(expect.objectContaining({ code: 'usage.provider_missing' }));
    });
    await host.close();
  });

  it('proposes the tool that was probably meant, and says stop to an unknown one once the run is stopped', async () => {
    const host = await AgentHost.create({ agents: [Outer, Inner], providers: [Ledger] });
    await host.run(async (run) => {
      const tools = run.tools();
      expect(await tools.call('transfer_money', {})).toMatchObject({
        ok: false,
        final: false,
        refusal: { code: 'tool.unknown', tryInstead: 'Did you mean: transferMoney.' },
      });
      run.kill('enough');
      expect(await tools.call('nothing', {})).toMatchObject({ ok: false, final: true });
    });
    await host.close();
  });

  it('keeps what a schema says readable, in quotes that cannot break out', async () => {
    const host = await AgentHost.create({ agents: [Outer, Inner], providers: [Ledger] });
    await host.run(async (run) => {
      const answer = await run.tools().call('transferMoney', '{"amount":"5"}');
      expect(answer).toMatchObject({ refusal: { code: 'guard.input_invalid' } });
      expect(!answer.ok && answer.refusal.because).toContain("received '5'");
    });
    await host.close();
  });

  it('does not hand the refusal of a tool inside to the model as that of the tool it called', async () => {
    const host = await AgentHost.create({ agents: [Outer, Inner], providers: [Ledger] });
    await host.run(async (run) => {
      const answer = await run.tools().call('twice', {});
      expect(answer).toMatchObject({ ok: false, final: false, refusal: { code: 'tool.failed' } });
      expect(!answer.ok && answer.error).toMatchObject({ code: 'guard.max_attempts_exceeded', tool: 'Inner.step' });
    });
    await host.close();
  });

  it('tells the developer, not the model, that a run without user cannot be limited by user', async () => {
    const host = await AgentHost.create({ agents: [Outer, Inner], providers: [Ledger] });
    await host.run(async (run) => {
      const answer = await run.tools().call('limited', {});
      expect(!answer.ok && answer.error).toMatchObject({
        message: expect.stringContaining('open it with host.run({ userId }'),
      });
      expect(!answer.ok && answer.refusal.because).toBe('This tool is not available in this task.');
    });
    await host.close();
  });
});

it('@Enforce with a function says how a rule is written', () => {
  const wrong = Enforce as unknown as (check: () => boolean) => unknown;
  expect(() => wrong(() => true)).toThrow("@Enforce(rule('name', check))");
});

describe('a decorator without its parentheses', () => {
  it('says so at once', () => {
    const method = async (): Promise<void> => {};
    const context = { kind: 'method', name: 'pay', metadata: {} };
    for (const decorator of [Tool, RateLimit, MaxAttempts, Idempotent] as unknown as ((
      ...args: unknown[]
    ) => unknown)[]) {
      expect(() => decorator(method, context)).toThrow(/needs parentheses/);
    }
    expect(() => (Agent as unknown as (target: unknown) => unknown)(class {})).toThrow(/needs parentheses/);
  });
});

describe('a guard of one’s own', () => {
  const Max = defineGuard<{ readonly max: number }, { readonly n: number }>({
    name: 'max',
    create: ({ max }, site) => {
      if (!(max > 0)) site.problem('max', max, 'must be above 0');
      return {
        admit(call) {
          if (call.args.n > max) throw new GuardRefusedError({ tool: call.tool, guard: 'max', because: 'Too much.' });
        },
      };
    },
  });

  it('cannot be declared without options that it needs', async () => {
    class Forgets {
      // @ts-expect-error max is required
      @Max()
      async pay(_args: { n: number }): Promise<void> {}
    }
    expect(Forgets.name).toBe('Forgets');
  });

  it('names itself where its options are wrong', async () => {
    @Agent()
    class Wrong {
      @Tool()
      @Max({ max: -1 })
      async pay(_args: { n: number }): Promise<void> {}
    }
    await expect(AgentHost.create({ agents: [Wrong] })).rejects.toThrow(/Wrong\.pay @max\.max = -1: must be above 0/);
  });
});

describe('what a toolset tells a model', () => {
  @Agent()
  class Flaky {
    @Tool()
    @MaxAttempts(2)
    async limited(): Promise<void> {
      throw new Error('down');
    }

    @Tool()
    async unlimited(): Promise<void> {
      throw new Error('down');
    }
  }

  it('says of a tool that failed how often it may still be called, and not to call it where it may not', async () => {
    await using host = await AgentHost.create({ agents: [Flaky] });
    await using run = host.open();
    const refusalOf = async (name: string) => {
      const result = await run.tools().call(name, {});
      return result.ok ? undefined : result.refusal;
    };
    expect(await refusalOf('limited')).toMatchObject({ code: 'tool.failed', attemptsLeft: 1 });
    const last = await refusalOf('limited');
    expect(last).toMatchObject({ code: 'tool.failed', attemptsLeft: 0 });
    expect(last?.tryInstead).toBe('Do not call it again. Go on without it and say so.');
    expect(await refusalOf('unlimited')).not.toHaveProperty('attemptsLeft');
  });

  it('does not invite to repeat what may have taken effect, unless its error says that it did not', async () => {
    class NotSent extends Error {}
    @Agent()
    class Payments {
      @Tool()
      @Idempotent({ key: 'key', safeErrors: [NotSent] })
      async pay(args: { key: string }): Promise<void> {
        throw args.key === 'unsent' ? new NotSent() : new Error('connection lost');
      }
    }
    await using host = await AgentHost.create({ agents: [Payments] });
    await using run = host.open();
    const textOf = async (key: string) => {
      const result = await run.tools().call('pay', { key });
      return result.ok ? undefined : result.refusal.tryInstead;
    };
    expect(await textOf('lost')).toBe(
      'It may have taken effect. Do not repeat it, not with another key either: check first, or tell the user.',
    );
    expect(await textOf('unsent')).toBe('Try it once more if that is safe, or go on without it and say so.');
  });

  it('says after a timeout how often the tool may still be called', async () => {
    const clock = new TestClock();
    @Agent()
    class Slow {
      @Tool()
      @MaxAttempts(2)
      @Timeout('1s')
      read(): Promise<void> {
        return new Promise(() => {});
      }
    }
    await using host = await AgentHost.create({ agents: [Slow], clock, drain: 1 });
    const run = host.open();
    const call = run.tools().call('read', {});
    await clock.advance(1000);
    expect(await call).toMatchObject({ ok: false, refusal: { code: 'tool.timeout', attemptsLeft: 1 } });
    const ended = run.end();
    await clock.advance(10);
    await ended;
  });

  it('names a tool by its method alone where the other of that method has a name of its own', async () => {
    @Agent()
    class Hotels {
      @Tool()
      async list(): Promise<void> {}
    }
    @Agent()
    class Flights {
      @Tool({ name: 'flights' })
      async list(): Promise<void> {}
    }
    await using host = await AgentHost.create({ agents: [Hotels, Flights] });
    await using run = host.open();
    expect(run.tools().definitions.map(({ name }) => name)).toEqual(['list', 'flights']);
  });

  it('names no dialect of JSON Schema', async () => {
    const input = {
      '~standard': {
        version: 1,
        vendor: 'mine',
        validate: (value: unknown) => ({ value: value as { id: string } }),
        jsonSchema: { input: () => ({ $schema: 'https://json-schema.org/draft-07/schema#', type: 'object' }) },
      },
    } as const;
    @Agent()
    class Described {
      @Tool({ input })
      async read(_args: { id: string }): Promise<void> {}
    }
    await using host = await AgentHost.create({ agents: [Described] });
    await using run = host.open();
    expect(run.tools().definitions[0]?.inputSchema).toEqual({ type: 'object' });
  });
});

describe('observe mode', () => {
  it('tells a replay and a refusal apart, with the code of what would have been refused', async () => {
    @Agent()
    class Till {
      @Tool()
      @Idempotent({ key: 'key' })
      @MaxAttempts(1)
      async pay(args: { key: string }): Promise<string> {
        return args.key;
      }
    }
    const observed: ActGuardEvent[] = [];
    const host = await AgentHost.create({
      agents: [Till],
      mode: 'observe',
      onEvent: (event) => void (event.name === 'guard.observed' && observed.push(event)),
    });
    await host.run(async (run) => {
      await run.get(Till).pay({ key: 'k' });
      await run.get(Till).pay({ key: 'k' });
    });
    expect(observed).toMatchObject([
      { guardName: 'idempotent', errorType: 'replay' },
      { guardName: 'maxAttempts', errorType: 'MaxAttemptsExceededError', code: 'guard.max_attempts_exceeded' },
    ]);
    await host.close();
  });
});
