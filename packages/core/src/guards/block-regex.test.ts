import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, AgentHost, blockRegex, Enforce, Tool } from '../index.js';

let host: AgentHost | undefined;

afterEach(async () => {
  await host?.close();
  host = undefined;
});

@Agent()
class Files {
  @Tool()
  @Enforce(blockRegex('path', /\.\.|^\/etc/))
  async read(args: { path: string }) {
    return args.path;
  }

  @Tool()
  @Enforce(blockRegex('name', /drop\s+table/gi, { hint: 'Use another name.', optional: true }))
  async query(args: { name?: string | null }) {
    return args.name;
  }

  @Tool()
  @Enforce(blockRegex('to[].address', /@evil\.com$/))
  async mail(args: { to: { address: string }[] }) {
    return args.to;
  }

  @Tool()
  @Enforce(blockRegex('code', '(a+)+$'))
  async run(args: { code: string | number | boolean }) {
    return args.code;
  }
}

async function files(): Promise<Files> {
  host = await AgentHost.create({ agents: [Files] });
  return host.open().get(Files);
}

describe('blockRegex', () => {
  it('refuses an argument in which the pattern is found', async () => {
    const agent = await files();
    await expect(agent.read({ path: 'a/../../secret' })).rejects.toMatchObject({
      code: 'PATTERN_BLOCKED',
      details: { arg: 'path', pattern: '\\.\\.|^\\/etc' },
    });
    expect(await agent.read({ path: 'a/b' })).toBe('a/b');
  });

  it.each<[string, unknown]>([
    ['an absent argument', {}],
    ['null', { path: null }],
    ['an empty text', { path: '' }],
    ['an object', { path: { toString: 'x' } }],
    ['NaN', { path: Number.NaN }],
    ['a list of lists', { path: [['a']] }],
    ['a date', { path: new Date(0) }],
    ['a text of a megabyte', { path: 'a'.repeat(1_000_000) }],
  ])('D-29: refuses %s', async (_what, args) => {
    const agent = await files();
    await expect(agent.read(args as never)).rejects.toMatchObject({ code: 'PATTERN_BLOCKED' });
  });

  it('lets an absent argument pass with optional', async () => {
    const agent = await files();
    expect(await agent.query({})).toBeUndefined();
    expect(await agent.query({ name: '' })).toBe('');
    await expect(agent.query({ name: 'DROP   TABLE x' })).rejects.toMatchObject({ code: 'PATTERN_BLOCKED' });
  });

  it('gives the same answer every time, with the flag g too', async () => {
    const agent = await files();
    for (let turn = 0; turn < 3; turn++) {
      await expect(agent.query({ name: 'drop table x' })).rejects.toMatchObject({ code: 'PATTERN_BLOCKED' });
    }
  });

  it.each([
    ['zero-width characters', 'dr\u200bop\u2060 ta\u00adble'],
    ['full-width letters', '\uff44\uff52\uff4f\uff50 table'],
    ['other spaces', 'drop\u3000table'],
  ])('D-29: finds the pattern behind %s', async (_what, name) => {
    const agent = await files();
    await expect(agent.query({ name })).rejects.toMatchObject({ code: 'PATTERN_BLOCKED' });
  });

  it('tests every element of a list', async () => {
    const agent = await files();
    const good = { address: 'a@good.com' };
    expect(await agent.mail({ to: [good, good] })).toHaveLength(2);
    for (const to of [[good, { address: 'b@evil.com' }], [good, {}], [good, null], []]) {
      await expect(agent.mail({ to } as never)).rejects.toMatchObject({ code: 'PATTERN_BLOCKED' });
    }
  });

  it('tests numbers and booleans as texts', async () => {
    const agent = await files();
    expect(await agent.run({ code: 12 })).toBe(12);
    expect(await agent.run({ code: false })).toBe(false);
  });

  it('D-29: a pattern that backtracks elsewhere takes no time', async () => {
    const agent = await files();
    await expect(agent.run({ code: `${'a'.repeat(50_000)}!a` })).rejects.toMatchObject({ code: 'PATTERN_BLOCKED' });
    expect(await agent.run({ code: `${'a'.repeat(50_000)}!` })).toHaveLength(50_001);
  });

  it('D-35: leaves the blocked value out of message, details and prompt', async () => {
    const agent = await files();
    const secret = 'sk-12345/../x';
    const refusal = await agent.read({ path: secret }).catch((error) => error);
    expect(JSON.stringify([refusal, refusal.message, refusal.toPrompt(), refusal.toJSON()])).not.toContain('12345');
    expect(refusal.toPrompt()).toEqual({
      refused: true,
      code: 'PATTERN_BLOCKED',
      because: 'The argument "path" holds what is not allowed there.',
      tryInstead: 'Send "path" without it, or do the task in another way.',
    });
    const hinted = await agent.query({ name: 'drop table' }).catch((error) => error.toPrompt());
    expect(hinted.tryInstead).toBe('Use another name.');
  });

  it.each<[string, RegExp | string]>([
    ['a lookahead', /a(?=b)/],
    ['a lookbehind', /(?<=a)b/],
    ['a backreference', /(a)\1/],
    ['no regular expression', '('],
    ['nothing', undefined as never],
  ])('a pattern with %s is an error when the host is created', async (_what, pattern) => {
    @Agent()
    class Wrong {
      @Tool()
      @Enforce(blockRegex('path', pattern))
      async read(_args: { path: string }) {
        return true;
      }
    }
    await expect(AgentHost.create({ agents: [Wrong] })).rejects.toMatchObject({
      problems: [{ className: 'Wrong', method: 'read', option: 'Enforce.blockRegex.pattern' }],
    });
  });
});
