import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { AnyRedis } from '../../test-support/any-redis.js';
import { describeWithRedis } from '../../test-support/describe-with-redis.js';
import { start } from '../../test-support/processes/program.js';
import { Shop } from '../../test-support/processes/shop.js';
import type { ShopSetting, ShopTask } from '../../test-support/processes/shop-worker.js';
import { until } from '../../test-support/until.js';
import type { Workers } from '../../test-support/workers.js';

jest.setTimeout(120_000);

const HOUR = 3_600_000;
const OFF_BY = [0, 20 * HOUR, -20 * HOUR];

/** One where it is about noon, so that the clocks that are off show another day, and no day begins during the test. */
function timezone(): string {
  const ahead = 12 - new Date().getUTCHours();
  // These count the other way round.
  return ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

describeWithRedis('processes whose clocks are off by 20 hours, in both directions', () => {
  let redis: AnyRedis;
  let fleets: Workers[];
  let shops: Shop[];

  beforeAll(async () => {
    redis = await AnyRedis.open();
    const setting = { url: redis.url, prefix: redis.newPrefix(), timezone: timezone() };
    fleets = await Promise.all(OFF_BY.map((aheadMs) => start<ShopSetting>('shop', 1, { ...setting, aheadMs })));
    shops = fleets.map(({ all }) => new Shop(all[0]!));
    for (const shop of shops)
      expect(await shop.does({ run: { userId: 'alice', sessionId: 'chat' } })).toEqual({ value: null });
  });
  afterAll(async () => {
    for (const workers of fleets ?? []) await workers[Symbol.asyncDispose]();
    await redis?.close();
  });

  test('have the clocks that this is about', async () => {
    for (const [index, shop] of shops.entries()) {
      const offBy = ((await shop.answer({ tell: 'time' })) as number) - Date.now();
      expect(Math.abs(offBy - OFF_BY[index]!)).toBeLessThan(HOUR);
    }
  });

  /** What all of them answer to the same, one after the other. */
  async function allAnswer(task: ShopTask): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (const shop of shops) answers.push(await shop.answer(task));
    return answers;
  }
  /** Expects that all refuse, for a part of an hour. */
  async function expectAllRefuse(task: ShopTask, code: string): Promise<void> {
    for (const shop of shops) {
      const news = (await shop.does(task)) as { refused: string; retryAfterMs: number };
      expect(news.refused).toBe(code);
      expect(news.retryAfterMs).toBeGreaterThan(0);
      expect(news.retryAfterMs).toBeLessThanOrEqual(HOUR);
    }
  }
  const allOf = (answer: string): string[] => OFF_BY.map(() => answer);

  test('count in the same windows', async () => {
    expect(await allAnswer({ call: 'order' })).toEqual(allOf('ordered'));
    await expectAllRefuse({ call: 'order' }, 'guard.rate_limit_exceeded');
    for (let window = 0; window < 2; window++) {
      expect(await allAnswer({ call: 'browse' })).toEqual(allOf('browsed'));
      await sleep(400);
    }
  });

  test('send a probe when it is time', async () => {
    const fails = { fails: 'yes' };
    const works = { fails: 'no' };
    expect(await allAnswer({ call: 'mail', with: works })).toEqual(allOf('mailed'));
    await shops[0]!.does({ call: 'mail', with: fails });
    await expectAllRefuse({ call: 'mail', with: works }, 'guard.circuit_open');
    for (const shop of shops) {
      await shop.does({ call: 'fax', with: fails });
      await sleep(400);
      expect(await allAnswer({ call: 'fax', with: works })).toEqual(allOf('faxed'));
    }
  });

  test('let facts and steps hold for the same time', async () => {
    for (const shop of shops) {
      await shop.does({ call: 'listOrders' });
      const cancelled = await allAnswer({ call: 'cancel', with: { id: 'ord-1' } });
      expect(cancelled).toEqual(allOf('ord-1 is cancelled'));
      await shop.does({ call: 'preview' });
      expect(await allAnswer({ call: 'ship' })).toEqual(allOf('shipped'));
      await shop.does({ call: 'listOffers' });
      await sleep(400);
      expect(await allAnswer({ call: 'accept', with: { id: 'offer-1' } })).toEqual(allOf('MISSING_FACT'));
    }
  });

  test('remember executions for the same time', async () => {
    for (const [index, shop] of shops.entries()) {
      const payment = { call: 'pay', with: { key: `bill ${index}` } } as const;
      const receipt = (await shop.answer(payment)) as string;
      expect(receipt).toMatch(/^receipt /);
      expect(await allAnswer(payment)).toEqual(allOf(receipt));
    }
  });

  test('spend of the budget of the same day', async () => {
    const state = async (shop: Shop): Promise<{ tokensUsed: number; resetsAt: number }> =>
      (await shop.answer({ tell: 'budget' })) as { tokensUsed: number; resetsAt: number };
    let used = 0;
    for (const [index, tokens] of [60, 30, 10].entries()) {
      expect(await shops[index]!.answer({ model: tokens })).toBe('answered');
      used += tokens;
      for (const shop of shops) await until('all have counted it', async () => (await state(shop)).tokensUsed === used);
    }
    expect(await allAnswer({ model: 1 })).toEqual(allOf('budget.limit_exceeded'));
    const ends = await Promise.all(shops.map(async (shop) => (await state(shop)).resetsAt));
    expect(new Set(ends).size).toBe(1);
    // About noon.
    expect(Math.abs(ends[0]! - Date.now() - 12 * HOUR)).toBeLessThan(2 * HOUR);
  });
});
