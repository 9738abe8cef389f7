import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type ActGuardEvent,
  Agent,
  AgentHost,
  type AgentHostOptions,
  blockRegex,
  Enforce,
  Prove,
  requireCall,
  requireFact,
  rule,
  Tool,
  threshold,
} from '../index.js';

let host: AgentHost | undefined;
const events: ActGuardEvent[] = [];

afterEach(async () => {
  await host?.close();
  host = undefined;
  events.length = 0;
});

async function agentOf<T extends object>(agent: new () => T, options: AgentHostOptions = {}): Promise<T> {
  host = await AgentHost.create({ agents: [agent], onEvent: (event) => void events.push(event), ...options });
  return host.open().get(agent);
}

const asked: string[] = [];
afterEach(() => void asked.splice(0));

/** A rule that says that it was asked. */
function asking(name: string, verdict: boolean) {
  return rule<{ amount: number }>(name, () => {
    asked.push(name);
    return verdict;
  });
}

describe('@Enforce', () => {
  it('refuses with the first rule that fails, and asks no further', async () => {
    @Agent()
    class Bank {
      @Tool()
      @Enforce(asking('one', true), asking('two', false), asking('three', false))
      async pay(args: { amount: number }) {
        return args.amount;
      }
    }
    const bank = await agentOf(Bank);
    await expect(bank.pay({ amount: 1 })).rejects.toMatchObject({ code: 'RULE_FAILED', details: { rule: 'two' } });
    expect(asked).toEqual(['one', 'two']);
  });

  it('D-39: rules of several decorators add up', async () => {
    @Agent()
    class Bank {
      @Tool()
      @Enforce(asking('upper', true))
      @Enforce(asking('lower', true), asking('last', false))
      async pay(args: { amount: number }) {
        return args.amount;
      }
    }
    const bank = await agentOf(Bank);
    await expect(bank.pay({ amount: 1 })).rejects.toMatchObject({ details: { rule: 'last' } });
    expect(asked).toEqual(['upper', 'lower', 'last']);
  });

  it('D-29: reports a refusal once, also where it passes several guarded calls', async () => {
    @Agent()
    class Nested {
      @Tool()
      @Enforce(threshold('amount', { max: 10 }))
      async inner(args: { amount: number }) {
        return args.amount;
      }

      @Tool()
      @Prove({ kind: 'amount', extract: (amount: number) => amount })
      async outer(args: { amount: number }) {
        return this.inner(args);
      }
    }
    const nested = await agentOf(Nested);
    const error = await nested.outer({ amount: 11 }).catch((refusal) => refusal);
    expect(error.code).toBe('THRESHOLD_EXCEEDED');
    const told = events.filter(({ name }) => name === 'guard.blocked' || name === 'tool.failure');
    expect(told).toMatchObject([
      { name: 'guard.blocked', guardName: 'enforce', toolName: 'Nested.inner', code: 'THRESHOLD_EXCEEDED' },
    ]);
  });

  it('observes a declaration by itself: the rules behind it still stop', async () => {
    @Agent()
    class Bank {
      @Tool()
      @Enforce({ mode: 'observe' }, threshold('amount', { max: 10 }), blockRegex('note', /secret/))
      @Enforce(threshold('amount', { max: 100 }))
      async pay(args: { amount: number; note: string }) {
        return args.amount;
      }
    }
    const bank = await agentOf(Bank);
    expect(await bank.pay({ amount: 50, note: 'secret' })).toBe(50);
    expect(events.filter(({ name }) => name === 'guard.observed')).toMatchObject([
      { guardName: 'enforce', error: { code: 'THRESHOLD_EXCEEDED' } },
      { guardName: 'enforce', error: { code: 'PATTERN_BLOCKED' } },
    ]);
    await expect(bank.pay({ amount: 500, note: '' })).rejects.toMatchObject({
      code: 'THRESHOLD_EXCEEDED',
      details: { max: 100 },
    });
  });

  it('refuses before the method runs, in the form that @Tool declares too', async () => {
    const ran: number[] = [];

    @Agent()
    class Bank {
      @Tool({ enforce: [threshold('amount', { max: 10 })] })
      async pay(args: { amount: number }) {
        ran.push(args.amount);
        return args.amount;
      }
    }
    const bank = await agentOf(Bank);
    await expect(bank.pay({ amount: 11 })).rejects.toMatchObject({ code: 'THRESHOLD_EXCEEDED' });
    expect(await bank.pay({ amount: 10 })).toBe(10);
    expect(ran).toEqual([10]);
  });

  it('names every wrong rule of a host at once', async () => {
    @Agent()
    class Wrong {
      @Tool()
      @Enforce()
      async none(_args: { a: string }) {
        return true;
      }

      @Tool()
      @Enforce(
        requireFact('a[0]' as never, 'kind'),
        requireFact('a', ''),
        requireFact('a', 'kind', { from: [] }),
        requireFact('a', 'kind', { from: ['Wrong.nome'] }),
        requireFact('a', 'kind', { match: 'fuzzy' } as never),
        requireFact('$keys' as never, 'kind'),
        requireFact(undefined as never, 'kind'),
        { description: 'no rule' } as never,
        requireCall('Wrong.nothing'),
      )
      async many(_args: { a: string }) {
        return true;
      }
    }
    const error = await AgentHost.create({ agents: [Wrong] }).catch((failure) => failure);
    expect(error.name).toBe('HostConfigurationError');
    expect(
      error.problems.map(({ method, option }: { method: string; option: string }) => `${method} ${option}`),
    ).toEqual([
      'none Enforce',
      'many Enforce.requireFact',
      'many Enforce.requireFact.kind',
      'many Enforce.requireFact.from',
      'many Enforce.requireFact.from',
      'many Enforce.requireFact.match',
      'many Enforce.requireFact',
      'many Enforce.requireFact',
      'many Enforce',
      'many Enforce.requireCall',
    ]);
    for (const { className, code } of error.problems)
      expect([className, code]).toEqual(['Wrong', 'usage.policy_configuration']);
  });

  it('keeps every prompt short, and free of ids of run, user and session', async () => {
    const long = 'x'.repeat(500);

    @Agent()
    class Prompts {
      @Tool()
      @Prove({ kind: 'id', extract: '[]', maxItems: 1 })
      async list(_args: object) {
        return ['1', '2'];
      }

      @Tool()
      @Enforce(requireFact('id', 'id'))
      async fact(_args: { id: string }) {}

      @Tool()
      @Enforce(requireFact('id', 'id', { hint: long }))
      async hinted(_args: { id: string }) {}

      @Tool()
      @Enforce(threshold('amount', { max: 1 }))
      async amount(_args: { amount: number }) {}

      @Tool()
      @Enforce(blockRegex('text', /x/))
      async text(_args: { text: string }) {}

      @Tool()
      @Enforce(requireCall('Prompts.list', { within: '1h' }))
      async step(_args: object) {}

      @Tool()
      @Enforce(rule('own', () => long))
      async own(_args: object) {}
    }
    host = await AgentHost.create({ agents: [Prompts] });
    const run = host.open({ runId: 'run-4711', userId: 'user-4711', sessionId: 'session-4711' });
    const prompts = run.get(Prompts);
    const calls = [
      prompts.fact({ id: long }),
      prompts.hinted({ id: long }),
      prompts.amount({ amount: 2 }),
      prompts.text({ text: long }),
      prompts.step({}),
      prompts.own({}),
      prompts.list({}),
    ];
    const refusals: any[] = await Promise.all(
      (calls as Promise<unknown>[]).map((call) => call.catch((error) => error)),
    );
    expect(refusals.map(({ code }) => code)).toEqual([
      'MISSING_FACT',
      'MISSING_FACT',
      'THRESHOLD_EXCEEDED',
      'PATTERN_BLOCKED',
      'MISSING_STEP',
      'RULE_FAILED',
      'TOO_MANY_RESULTS',
    ]);
    for (const refusal of refusals) {
      const { because, tryInstead, ...rest } = refusal.toPrompt();
      expect(Object.keys(rest)).toEqual(['refused', 'code']);
      // About four characters are a token.
      expect(because.length + tryInstead.length).toBeLessThanOrEqual(320);
      expect(because.length).toBeGreaterThan(10);
      expect(JSON.stringify(refusal.toPrompt())).not.toContain('4711');
    }
  });
});
