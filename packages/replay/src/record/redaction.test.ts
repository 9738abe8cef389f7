import { describe, expect, test } from '@jest/globals';
import type { UnplacedTrace } from '../format/own-format.js';
import type { RecordedCall } from '../trace/trace.js';
import { type Redact, Redaction } from './redaction.js';

function applied(redact: boolean | Redact, call: Partial<RecordedCall>, more: Partial<UnplacedTrace> = {}) {
  const calls = [{ tool: 'Shop.find', args: {}, ...call }];
  const trace = new Redaction(redact).apply({ id: 'r1', userTurns: [], calls, ...more });
  return { ...trace, args: trace.calls[0]?.args as Record<string, unknown>, result: trace.calls[0]?.result };
}

describe('a secret, whatever is asked for', () => {
  test('is hidden with all that lies in it', () => {
    const password = { value: 'hunter22', old: ['hunter21'], digits: [730_000_111_222_333] };
    const { args } = applied(false, { args: { password, name: 'Mina' } });
    expect(JSON.stringify(args)).not.toMatch(/hunter2\d|730000111222333/);
    expect(args['name']).toBe('Mina');
  });

  test('is hidden where it stands elsewhere, unless it is so short that it occurs by chance', () => {
    const userTurns = [{ at: 0, text: 'It is hunter22 abc.' }];
    const { userTurns: turns } = applied(false, { args: { password: 'hunter22', pin: 'abc' } }, { userTurns });
    expect(turns[0]?.text).toMatch(/^It is (?!hunter22)[a-z]{6}\d\d abc\.$/);
  });

  test('is hidden from a function that decides', () => {
    const given: unknown[] = [];
    applied((value) => given.push(value) && value, { args: { password: 'hunter22', note: 'by hunter22' } });
    expect(given).toEqual([expect.stringMatching(/^by (?!hunter22)/)]);
  });

  test('is hidden as a number and as a fact', () => {
    const facts = [{ at: 0, kind: 'api_token', value: 'tok-990017' }];
    const userTurns = [{ at: 0, text: 'Use tok-990017.' }];
    const {
      args,
      facts: kept,
      userTurns: turns,
    } = applied(false, { args: { pin: 730_000_111_222_333 } }, { facts, userTurns });
    expect(turns[0]?.text).toBe(`Use ${String(kept?.[0]?.value)}.`);
    expect(args['pin']).not.toBe(730_000_111_222_333);
    expect(String(args['pin'])).toMatch(/^\d{15}$/);
    expect(kept?.[0]?.value).toMatch(/^(?!tok-990017)[a-z]{3}-\d{6}$/);
  });

  test.each(['sk-live-4a_b', 'a.b*c+d?e', '(x)[y]{z}', 'p^q$r|s', 'c:\\d/e', '~!@#%&=<>`\'";,'])(
    'is hidden elsewhere with any characters in it: %s',
    (secret) => {
      const userTurns = [{ at: 0, text: `Use ${secret} twice, ${secret}.` }];
      const { args, userTurns: turns } = applied(false, { args: { apiKey: secret } }, { userTurns });
      const hidden = String(args['apiKey']);
      expect(turns[0]?.text).toBe(`Use ${hidden} twice, ${hidden}.`);
    },
  );
});

describe('a function that decides', () => {
  test('leaves out what it gives nothing for', () => {
    const { args, userTurns } = applied((value) => (value === 'no' ? undefined : value), {
      args: { a: 'no', b: 'yes' },
    });
    expect(Object.entries(args)).toEqual([['b', 'yes']]);
    expect(userTurns).toEqual([]);
  });

  test('decides about names that look like data in results, and about none in arguments', () => {
    const paths: string[] = [];
    const { args, result } = applied(
      (value, { path }) => {
        paths.push(path);
        return value === 'mina@example.com' ? 'someone' : value;
      },
      { args: { 'mina@example.com': 1 }, result: { byAddress: { 'mina@example.com': 1 } } },
    );
    expect(args).toEqual({ 'mina@example.com': 1 });
    expect(result).toEqual({ byAddress: { someone: 1 } });
    expect(paths).toEqual(['args.mina@example.com', 'result.byAddress.$keys', 'result.byAddress.mina@example.com']);
  });

  test('keeps a fact one that a run takes', () => {
    const facts = [{ at: 0, kind: 'order', value: 'o-1' }];
    const { facts: kept } = applied(() => 'x'.repeat(2000), {}, { facts });
    expect(kept?.[0]?.value).toHaveLength(1024);
  });
});
