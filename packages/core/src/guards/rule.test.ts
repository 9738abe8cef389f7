import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, AgentHost, Enforce, type FactsView, type Rule, rule, Tool } from '../index.js';

let host: AgentHost | undefined;

afterEach(async () => {
  await host?.close();
  host = undefined;
});

interface Args {
  readonly amount: number;
  readonly account: string;
}

async function guarded(check: Rule<Args>) {
  @Agent()
  class Bank {
    @Tool()
    @Enforce(check)
    async pay(args: Args) {
      return args.amount;
    }
  }
  host = await AgentHost.create({ agents: [Bank] });
  const run = host.open();
  const bank = run.get(Bank);
  return { run, pay: (args: Partial<Args> = {}) => bank.pay({ amount: 1, account: 'a1', ...args }) };
}

describe('rule', () => {
  it('passes on true alone', async () => {
    const { pay } = await guarded(rule('small', ({ amount }: Args) => amount < 10));
    expect(await pay({ amount: 9 })).toBe(9);
    await expect(pay({ amount: 10 })).rejects.toMatchObject({ code: 'RULE_FAILED', details: { rule: 'small' } });
  });

  it.each<[string, unknown]>([
    ['1', 1],
    ['an object', {}],
    ['undefined', undefined],
    ['null', null],
    ['an empty text', ''],
    ['a promise of true', Promise.resolve(true)],
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    ['a thenable that rejects', { then: (_: unknown, reject: (error: Error) => void) => reject(new Error('no')) }],
  ])('refuses where the check returns %s', async (_what, verdict) => {
    const { pay } = await guarded(rule('odd', () => verdict as never));
    await expect(pay()).rejects.toMatchObject({ code: 'RULE_FAILED' });
  });

  it('says in the cause that a promise is not awaited', async () => {
    const { pay } = await guarded(rule('async', (async () => true) as never));
    const refusal = await pay().catch((error) => error);
    expect(refusal.cause.message).toContain('rule "async" returned a promise');
  });

  it('refuses where the check rejects, and leaves no unhandled rejection', async () => {
    const { pay } = await guarded(rule('late', (async () => Promise.reject(new Error('late'))) as never));
    await expect(pay()).rejects.toMatchObject({ code: 'RULE_FAILED' });
  });

  it('refuses where the check throws, and keeps what it threw as the cause', async () => {
    const thrown = new TypeError('inside');
    const { pay } = await guarded(
      rule('broken', () => {
        throw thrown;
      }),
    );
    const refusal = await pay().catch((error) => error);
    expect(refusal).toMatchObject({ code: 'RULE_FAILED', cause: thrown });
    expect(JSON.stringify(refusal.toPrompt())).not.toContain('inside');
  });

  it('tells the model the reason that the check gives, cut', async () => {
    const { pay } = await guarded(rule('hours', () => 'The office is closed.', { hint: 'Come back on Monday.' }));
    const refusal = await pay().catch((error) => error);
    expect(refusal.toPrompt()).toEqual({
      refused: true,
      code: 'RULE_FAILED',
      because: 'The office is closed.',
      tryInstead: 'Come back on Monday.',
    });
    await host?.close();
    const long = await guarded(rule('long', () => `no\u0000\u202e${'!'.repeat(1000)}`));
    const { because } = await long.pay().catch((error) => error.toPrompt());
    expect(because.length).toBeLessThanOrEqual(150);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(because).not.toMatch(/[\u0000\u202e]/);
  });

  it('sees the facts of the session', async () => {
    const { run, pay } = await guarded(
      rule('own account', ({ account }: Args, facts: FactsView) => facts.has('account', account)),
    );
    await expect(pay()).rejects.toMatchObject({ code: 'RULE_FAILED' });
    run.facts.add('account', 'a1');
    expect(await pay()).toBe(1);
    run.facts.revoke('account', 'a1');
    await expect(pay()).rejects.toMatchObject({ code: 'RULE_FAILED' });
  });

  it('sees what the user said, in any turn so far', async () => {
    const { run, pay } = await guarded(
      rule('named by the user', ({ account }: Args, facts: FactsView) => facts.mentioned(account, { minLength: 2 })),
    );
    await expect(pay()).rejects.toMatchObject({ code: 'RULE_FAILED' });
    run.userSaid('Pay a2.');
    await expect(pay()).rejects.toMatchObject({ code: 'RULE_FAILED' });
    run.userSaid('No, pay a1.');
    expect(await pay()).toBe(1);
  });

  it('refuses where a check without a second parameter asks for facts all the same', async () => {
    const banned = (...[{ account }, facts]: [Args, FactsView]): boolean => !facts.has('banned', account);
    const { run, pay } = await guarded(rule('not banned', banned));
    run.facts.add('banned', 'a1');
    await expect(pay()).rejects.toMatchObject({ code: 'RULE_FAILED', cause: { name: 'UsageError' } });
    run.facts.revoke('banned');
    await expect(pay()).rejects.toMatchObject({ code: 'RULE_FAILED' });
  });

  it('sees frozen arguments, the very ones that the method gets', async () => {
    let seen: Args | undefined;
    const { pay } = await guarded(
      rule('curious', (args: Args) => {
        seen = args;
        (args as { amount: number }).amount = 1000;
        return true;
      }),
    );
    await expect(pay()).rejects.toMatchObject({ code: 'RULE_FAILED' });
    expect(seen).toEqual({ amount: 1, account: 'a1' });
    expect(Object.isFrozen(seen)).toBe(true);
  });

  it.each<[string, unknown, unknown]>([
    ['no name', ' ', () => true],
    ['no function', 'x', true],
  ])('%s is an error when the host is created', async (_what, name, check) => {
    await expect(guarded(rule(name as string, check as never))).rejects.toMatchObject({
      problems: [{ className: 'Bank', method: 'pay', option: 'Enforce.rule' }],
    });
  });
});
