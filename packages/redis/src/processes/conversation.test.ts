import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { AnyRedis } from '../../test-support/any-redis.js';
import { describeWithRedis } from '../../test-support/describe-with-redis.js';
import { start } from '../../test-support/processes/program.js';
import { Shop } from '../../test-support/processes/shop.js';
import type { ShopSetting } from '../../test-support/processes/shop-worker.js';
import type { Workers } from '../../test-support/workers.js';

jest.setTimeout(120_000);

const MISSING = 'MISSING_FACT';

describeWithRedis('a conversation in many processes', () => {
  let redis: AnyRedis;
  let workers: Workers;
  let shops: Shop[];
  let sessions = 0;
  let sessionId: string;

  beforeAll(async () => {
    redis = await AnyRedis.open();
    const setting = { url: redis.url, prefix: redis.newPrefix(), timezone: 'UTC' };
    workers = await start<ShopSetting>('shop', 5, setting);
    shops = workers.all.map((worker) => new Shop(worker));
  });
  afterAll(async () => {
    await workers?.[Symbol.asyncDispose]();
    await redis?.close();
  });
  beforeEach(() => {
    sessionId = `chat-${++sessions}`;
  });

  const cancel = async (shop: Shop, id: string): Promise<unknown> =>
    await shop.answer({ call: 'cancel', with: { id } });

  async function inSession(count: number): Promise<Shop[]> {
    const some = shops.slice(0, count);
    for (const shop of some) expect(await shop.does({ run: { userId: 'alice', sessionId } })).toEqual({ value: null });
    return some;
  }
  async function leave(some: readonly Shop[]): Promise<void> {
    for (const shop of some) expect(await shop.does({ end: true })).toEqual({ value: null });
  }

  test('counts attempts by run', async () => {
    const [one, other] = (await inSession(2)) as [Shop, Shop];
    for (const shop of [one, other]) {
      for (let attempt = 0; attempt < 2; attempt++) expect(await shop.answer({ call: 'search' })).toBe('found');
      expect(await shop.answer({ call: 'search' })).toBe('guard.max_attempts_exceeded');
      expect(await shop.answer({ tell: 'attempts' })).toBe(3);
    }
    await leave([one, other]);
  });

  test('knows at once what is said, proven, vouched for and revoked in another process', async () => {
    const [one, other] = (await inSession(2)) as [Shop, Shop];
    expect(await cancel(other, 'ord-77')).toBe(MISSING);
    await one.does({ userSaid: 'Please cancel ord-77.' });
    expect(await cancel(other, 'ord-77')).toBe('ord-77 is cancelled');
    await other.does({ userSaid: 'And ord-78 too.' });
    expect(await cancel(one, 'ord-78')).toBe('ord-78 is cancelled');
    await one.does({ vouchFor: 'ord-9' });
    await one.does({ call: 'listOrders' });
    for (const id of ['ord-9', 'ord-1']) expect(await cancel(other, id)).toBe(`${id} is cancelled`);
    expect(await other.answer({ tell: 'facts' })).toEqual(['order_id ord-9', 'order_id ord-1', 'order_id ord-2']);
    await other.does({ revoke: 'ord-9' });
    expect(await cancel(one, 'ord-9')).toBe(MISSING);
    expect(await other.answer({ call: 'ship' })).toBe('MISSING_STEP');
    await one.does({ call: 'preview' });
    expect(await other.answer({ call: 'ship' })).toBe('shipped');
    await leave([one, other]);
  });

  test('lets one process alone use a fact that is good for one call', async () => {
    const all = await inSession(5);
    for (let round = 0; round < 5; round++) {
      await all[round]!.does({ vouchFor: 'ord-5' });
      const answers = await Promise.all(all.map((shop) => shop.answer({ call: 'refund', with: { id: 'ord-5' } })));
      expect(answers.sort()).toEqual([...Array(4).fill(MISSING), 'ord-5 is refunded']);
    }
    await leave(all);
  });

  test('is that of its user, and no other session', async () => {
    const [one] = (await inSession(1)) as [Shop];
    await one.does({ call: 'listOrders' });
    await one.does({ userSaid: 'Cancel ord-1.' });
    const [, second, third] = shops as [Shop, Shop, Shop];
    expect(await second.answer({ run: { userId: 'bob', sessionId } })).toBe('runtime.session_conflict');
    await third.does({ run: { userId: 'alice', sessionId: `${sessionId}-other` } });
    expect(await cancel(third, 'ord-1')).toBe(MISSING);
    await leave([one, third]);
  });

  test('is forgotten everywhere when it is ended in one process', async () => {
    const [one, other] = (await inSession(2)) as [Shop, Shop];
    await one.does({ call: 'listOrders' });
    await one.does({ userSaid: 'Cancel ord-77.' });
    expect(await cancel(other, 'ord-77')).toBe('ord-77 is cancelled');
    expect(await shops[2]!.does({ endSession: sessionId, userId: 'alice' })).toEqual({ value: null });
    for (const id of ['ord-1', 'ord-77']) expect(await cancel(other, id)).toBe(MISSING);
    await leave([one, other]);
  });

  test('goes on in another process when its own is killed in the middle of a run', async () => {
    const [, , , , last] = await inSession(5);
    await last!.does({ call: 'listOrders' });
    await last!.does({ call: 'preview' });
    await last!.does({ vouchFor: 'ord-9' });
    await last!.does({ userSaid: 'I mean ord-77, of course.' });
    // Attempts are not the session's.
    for (let attempt = 0; attempt < 3; attempt++) await last!.does({ call: 'search' });
    await last!.kill();
    await leave(shops.slice(0, 4));
    const [next] = (await inSession(1)) as [Shop];
    for (const id of ['ord-1', 'ord-9', 'ord-77']) expect(await cancel(next, id)).toBe(`${id} is cancelled`);
    expect(await cancel(next, 'ord-7')).toBe(MISSING);
    expect(await next.answer({ call: 'ship' })).toBe('shipped');
    expect(await next.answer({ call: 'search' })).toBe('found');
    await leave([next]);
  });
});
