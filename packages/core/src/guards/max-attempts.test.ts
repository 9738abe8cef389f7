import { beforeEach, describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { Agent, AgentHost, currentCall, Enforce, Idempotent, MaxAttempts, RateLimit, rule, Tool } from '../index.js';
import { TestClock } from '../testing/test-clock.js';

const OVER = 'guard.max_attempts_exceeded';
let attempts: number[] = [];
let behaviour: () => unknown = () => 'done';

@Agent()
class Search {
  @Tool({ input: v.object({ text: v.optional(v.string()) }) })
  @MaxAttempts({ calls: 3 })
  async find(_args: { text?: string | undefined }, call = currentCall()) {
    attempts.push(call.attempt);
    return behaviour();
  }

  @Tool()
  @MaxAttempts(2)
  @Enforce<{ text: string }>(rule('allowed', ({ text }) => text !== 'bad'))
  @RateLimit({ maxCalls: 1, period: '10s', onLimit: 'wait' })
  async limited(_args: { text: string }, call = currentCall()) {
    attempts.push(call.attempt);
    return 'done';
  }

  @Tool()
  @MaxAttempts(2)
  @Idempotent({ key: 'key' })
  async pay(_args: { key?: string | undefined }) {
    return behaviour();
  }

  @Tool()
  async free(_args: object = {}, call = currentCall()) {
    attempts.push(call.attempt);
    return behaviour();
  }

  @Tool()
  @MaxAttempts({ calls: 1, mode: 'observe' })
  async observed(_args: object = {}, call = currentCall()) {
    attempts.push(call.attempt);
  }
}

async function open() {
  const clock = new TestClock();
  const host = await AgentHost.create({ agents: [Search], clock });
  const run = host.open();
  return { clock, host, run, search: run.get(Search) };
}
const end = (call: Promise<unknown>) =>
  call.then(
    (value) => value,
    (error: { code?: string }) => error.code ?? error,
  );

beforeEach(() => {
  attempts = [];
  behaviour = () => 'done';
});

describe('the attempts of a tool', () => {
  it('are limited per run', async () => {
    const { host, run, search } = await open();
    for (let time = 0; time < 3; time++) expect(await search.find({})).toBe('done');
    await expect(search.find({})).rejects.toMatchObject({
      code: OVER,
      limit: 3,
      used: 4,
      attemptsLeft: 0,
      retryable: false,
    });
    expect(run.attempts('Search.find')).toBe(4);
    expect(attempts).toEqual([1, 2, 3]);
    await using other = host.open();
    expect(await other.get(Search).find({})).toBe('done');
    expect(other.attempts('Search.find')).toBe(1);
  });

  it('are limited per tool', async () => {
    const { run, search } = await open();
    for (let time = 0; time < 5; time++) await end(search.find({}));
    expect(await search.limited({ text: 'x' })).toBe('done');
    expect(run.attempts('Search.limited')).toBe(1);
  });

  it('count failed and refused calls too, and a refusal says how many are left', async () => {
    const { search, run } = await open();
    behaviour = () => Promise.reject(new Error('down'));
    await expect(search.find({})).rejects.toThrow('down');
    const wrong = await search.find({ text: 5 as never }).catch((error: unknown) => error);
    expect(wrong).toMatchObject({ code: 'guard.input_invalid', attemptsLeft: 1 });
    expect((wrong as { toPrompt(): object }).toPrompt()).toMatchObject({ attemptsLeft: 1 });
    await expect(search.find({})).rejects.toThrow('down');
    expect(await end(search.find({}))).toBe(OVER);
    expect(run.attempts('Search.find')).toBe(4);
  });

  it('turn every refusal over the limit into this one, with what it was as its cause', async () => {
    const { search } = await open();
    for (let time = 0; time < 3; time++) await search.find({});
    await expect(search.find({ text: 5 as never })).rejects.toMatchObject({
      code: OVER,
      cause: { code: 'guard.input_invalid' },
    });
    const { search: other } = await open();
    await other.pay({ key: 'a' });
    await other.pay({ key: 'b' });
    await expect(other.pay({})).rejects.toMatchObject({ code: OVER, cause: { code: 'usage.missing_idempotency_key' } });
  });

  it('do not count a replay', async () => {
    const { search, run } = await open();
    for (let time = 0; time < 5; time++) expect(await search.pay({ key: 'a' })).toBe('done');
    expect(run.attempts('Search.pay')).toBe(1);
    expect(await search.pay({ key: 'b' })).toBe('done');
    expect(await end(search.pay({ key: 'c' }))).toBe(OVER);
    expect(await search.pay({ key: 'a' })).toBe('done');
  });

  it('count a call once that waits for a place', async () => {
    const { search, run, clock } = await open();
    await search.limited({ text: 'a' });
    const waiting = end(search.limited({ text: 'b' }));
    await clock.advance(10_000);
    expect(await waiting).toBe('done');
    expect(attempts).toEqual([1, 2]);
    expect(run.attempts('Search.limited')).toBe(2);
  });

  it('count a call once that policy refuses', async () => {
    const { search, run } = await open();
    expect(await end(search.limited({ text: 'bad' }))).toBe('RULE_FAILED');
    expect(run.attempts('Search.limited')).toBe(1);
    expect(await end(search.limited({ text: 'bad' }))).toBe('RULE_FAILED');
    expect(await end(search.limited({ text: 'bad' }))).toBe(OVER);
  });

  it('are counted where no limit is declared', async () => {
    const { search, run } = await open();
    await search.free();
    behaviour = () => Promise.reject(new Error('down'));
    await end(search.free());
    expect(attempts).toEqual([1, 2]);
    expect(run.attempts('Search.free')).toBe(2);
  });

  it('are counted in observe mode, but stop nothing', async () => {
    const { search, run } = await open();
    for (let time = 0; time < 3; time++) await search.observed();
    expect(attempts).toEqual([1, 2, 3]);
    expect(run.attempts('Search.observed')).toBe(3);
  });

  it('are not used up by a call of a run that takes no calls', async () => {
    const { search, run } = await open();
    run.kill('stop');
    expect(await end(search.find({}))).toBe('run.killed');
    expect(run.attempts('Search.find')).toBe(0);
  });

  it('hold under concurrent calls', async () => {
    const { search } = await open();
    const ends = await Promise.all(Array.from({ length: 10 }, () => end(search.find({}))));
    expect(ends.filter((each) => each === 'done')).toHaveLength(3);
    expect(ends.filter((each) => each === OVER)).toHaveLength(7);
  });

  it.each([0, -1, 1.5, Number.NaN, '3', null, {}])('are no limit of %p', async (calls) => {
    @Agent()
    class Wrong {
      @Tool()
      @MaxAttempts(calls as number)
      async act() {}
    }
    await expect(AgentHost.create({ agents: [Wrong] })).rejects.toMatchObject({ code: 'usage.host_configuration' });
  });
});
