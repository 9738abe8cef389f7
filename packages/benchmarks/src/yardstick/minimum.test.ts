import { describe, expect, it } from '@jest/globals';
import { Minimum } from './minimum.js';
import { Breaker, Deadlines, Executions, Facts, Ring } from './parts.js';

const FOREVER = { tool: 'app', call: 0, at: 0, expiresAt: Number.POSITIVE_INFINITY };
const ORDER = { orderId: 'o1', idempotencyKey: 'k1' };

describe('what is written by hand keeps the same promises', () => {
  it('a window admits so many calls in any period', () => {
    const ring = new Ring(2, 10);
    expect([0, 5, 9, 10, 14, 15].map((now) => ring.take(now))).toEqual([true, true, false, true, false, true]);
  });

  it('a breaker opens after failures in a row, and lets one probe through', () => {
    const breaker = new Breaker(2, 100);
    breaker.failed(0);
    breaker.succeeded();
    breaker.failed(1);
    expect(breaker.enter(2)).toBe(true);
    breaker.failed(2);
    expect([breaker.enter(50), breaker.enter(102), breaker.enter(103)]).toEqual([false, true, false]);
    breaker.succeeded();
    expect(breaker.enter(104)).toBe(true);
  });

  it('an execution is found until its time is over', () => {
    const executions = new Executions(10);
    const execution = executions.begin('k', ORDER);
    expect(executions.find('k', 1000)).toBe(execution);
    executions.end(execution, 'done', 'result', 1000);
    expect(executions.find('k', 1009)).toBe(execution);
    expect(executions.find('k', 1010)).toBeUndefined();
  });

  it('a fact has a kind and an end', () => {
    const facts = new Facts();
    facts.add('order', 'o1', { ...FOREVER, expiresAt: 10 });
    expect([facts.has('order', 'o1', 9), facts.has('order', 'o1', 10), facts.has('user', 'o1', 9)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('deadlines expire in their order, and not after they were removed', async () => {
    const deadlines = new Deadlines(5);
    const expired: number[] = [];
    const waiting = [1, 2, 3].map((name) => ({
      at: 0,
      previous: undefined,
      next: undefined,
      expire: () => void expired.push(name),
    }));
    for (const each of waiting) deadlines.add(each, performance.now());
    deadlines.remove(waiting[1] as never);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(expired).toEqual([1, 3]);
  });
});

describe('no guard by hand', () => {
  it('answers as the method does', async () => {
    const minimum = new Minimum();
    expect(await minimum.cuttable(async (args: { id: string }) => args.id, { id: 'a' })).toBe('a');
    const broken = async (): Promise<string> => {
      throw new Error('broken');
    };
    await expect(minimum.cuttable(broken, {})).rejects.toThrow('broken');
  });
});

describe('everything by hand', () => {
  it('refuses an id that was not proven', async () => {
    const minimum = new Minimum(60_000);
    await expect(minimum.everything(async ({ orderId }) => ({ id: orderId }), ORDER)).rejects.toThrow('fact');
  });

  it('runs an action once per key, gives a repeat its result, and proves the id', async () => {
    const minimum = new Minimum(60_000);
    minimum.run.facts.add('order_id', 'o1', FOREVER);
    let runs = 0;
    const act = async ({ orderId }: { orderId: string }): Promise<{ id: string }> => {
      runs++;
      return { id: `${orderId}-${runs}` };
    };
    expect(await minimum.everything(act, ORDER)).toEqual({ id: 'o1-1' });
    expect(minimum.run.facts.has('receipt', 'o1-1', performance.now())).toBe(true);
    expect(await minimum.everything(act, ORDER)).toEqual({ id: 'o1-1' });
    await expect(minimum.everything(act, { ...ORDER, orderId: 'o2' })).rejects.toThrow('conflict');
    expect(runs).toBe(1);
  });

  it('the method gets a copy that nobody else can change', async () => {
    const minimum = new Minimum(60_000);
    minimum.run.facts.add('order_id', 'o1', FOREVER);
    let got: object | undefined;
    await minimum.everything(async (args) => {
      got = args;
      return { id: args.orderId };
    }, ORDER);
    expect(got).toEqual(ORDER);
    expect(got).not.toBe(ORDER);
    expect(Object.isFrozen(got)).toBe(true);
  });

  it('the frame around the method names the tool', async () => {
    const minimum = new Minimum(60_000);
    minimum.run.facts.add('order_id', 'o1', FOREVER);
    const found = await minimum.everythingInFrame(
      async () => ({ id: minimum.frames.getStore()?.tool ?? 'none' }),
      ORDER,
    );
    expect(found).toEqual({ id: 'everything' });
  });

  it('three failures open the breaker', async () => {
    const minimum = new Minimum(60_000);
    const fail = async (): Promise<never> => {
      throw new Error('down');
    };
    const query = { text: 'a', page: 1 };
    for (let index = 0; index < 3; index++) await expect(minimum.four(fail, query)).rejects.toThrow('down');
    await expect(minimum.four(fail, query)).rejects.toThrow('breaker');
  });
});
