import { expect, jest, test } from '@jest/globals';
import { Bank, OpenBank } from '../../test-support/bank.js';
import { CLIENT_NAMES, CLIENTS } from '../../test-support/clients.js';
import { describeWithOwnRedis } from '../../test-support/describe-with-redis.js';
import { RedisServer } from '../../test-support/redis-server.js';
import { until } from '../../test-support/until.js';

// Real servers, on a machine that may be busy.
jest.setTimeout(60_000);

describeWithOwnRedis('a server that forgets', () => {
  test.each(CLIENT_NAMES)('the script: %s sends it again, in the middle of a call', async (name) => {
    await using server = await RedisServer.start();
    await using open = CLIENTS[name](server.url);
    await using bank = await OpenBank.open(open.client);
    const paid = holding(bank, () => bank.call('pay', { key: 'k1' }));
    await paid.started;
    await server.ask('SCRIPT', 'FLUSH');
    expect(await paid.end()).toBe('paid k1');
    await server.ask('SCRIPT', 'FLUSH');
    expect(await Promise.all([1, 2, 3, 4, 5].map(() => bank.call('list', {})))).toHaveLength(5);
    await server.ask('SCRIPT', 'FLUSH');
    // As it was carried out once, although it was sent in two ways.
    await expect(bank.call('list', {})).rejects.toMatchObject({ code: 'guard.rate_limit_exceeded' });
    expect(await bank.call('pay', { key: 'k1' })).toBe('paid k1');
    expect(bank.ledger.effects).toEqual(['k1']);
  });

  test.each(CLIENT_NAMES)('nothing, because it is durable: %s goes on where it was', async (name) => {
    await using server = await RedisServer.start({ durable: true });
    await using open = CLIENTS[name](server.url);
    await using bank = await OpenBank.open(open.client, { lease: '1s' });
    await using run = bank.host.open({ userId: 'alice', sessionId: 's1' });
    run.facts.add('account', 'a1');
    expect(await until('it is connected', () => bank.call('list', {}))).toBe('listed');
    const paid = holding(bank, () => bank.call('pay', { key: 'k1' }));
    await paid.started;
    await server.kill();
    await server.restart('kept');
    // Its lease is still held, or has lapsed: nobody executes it a second time.
    await expect(until('it answers', () => refusalOf(bank.call('pay', { key: 'k1' })))).resolves.toMatch(
      /in_progress|outcome_unknown/,
    );
    expect(await paid.end()).toBe('paid k1');
    expect(await until('the end has arrived', () => bank.call('pay', { key: 'k1' }))).toBe('paid k1');
    expect(bank.ledger.effects).toEqual(['k1']);
    expect(await run.get(Bank).transfer({ account: 'a1' })).toBe('from a1');
    for (let place = 2; place <= 5; place++) expect(await bank.call('list', {})).toBe('listed');
    await expect(bank.call('list', {})).rejects.toMatchObject({ code: 'guard.rate_limit_exceeded' });
  });

  // Without persistence a restart takes away what idempotency stands on; this says what is left of it.
  test.each(CLIENT_NAMES)(
    'all, because it is not durable: %s goes on, with limits and keys from the start',
    async (name) => {
      await using server = await RedisServer.start();
      await using open = CLIENTS[name](server.url);
      await using bank = await OpenBank.open(open.client, { lease: '1s' });
      for (let place = 1; place <= 5; place++) await until('it is connected', () => bank.call('list', {}));
      const paid = holding(bank, () => bank.call('pay', { key: 'k1' }));
      await paid.started;
      await server.restart('lost');
      expect(await until('it answers', () => bank.call('list', {}))).toBe('listed');
      expect(await paid.end()).toBe('paid k1');
      // The end of an execution that the server does not know leaves nothing behind.
      expect(await server.ask('KEYS', 'actguard:record:*')).toEqual([]);
      expect(await bank.call('pay', { key: 'k1' })).toBe('paid k1');
      expect(bank.ledger.effects).toEqual(['k1', 'k1']);
      expect(await bank.call('pay', { key: 'k1' })).toBe('paid k1');
      expect(bank.ledger.effects).toEqual(['k1', 'k1']);
    },
  );
});

/** A call whose method has had its effect, and does not end before `end`. */
function holding(bank: OpenBank, call: () => Promise<string>): { started: Promise<unknown>; end(): Promise<string> } {
  let release = (): void => {};
  bank.ledger.hold = new Promise<void>((resolve) => (release = resolve));
  const before = bank.ledger.effects.length;
  const called = call();
  called.catch(() => {});
  return {
    started: until('the method runs', () => bank.ledger.effects.length > before),
    end: () => {
      bank.ledger.hold = Promise.resolve();
      release();
      return called;
    },
  };
}

async function refusalOf(called: Promise<unknown>): Promise<string | undefined> {
  const error = await called.then(
    () => ({ code: 'admitted' }),
    (reason: unknown) => reason as { readonly code: string },
  );
  return error.code === 'guard.store_unavailable' ? undefined : error.code;
}
