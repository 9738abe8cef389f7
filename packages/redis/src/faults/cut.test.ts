import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreOperation } from '@actguard/core';
import { expect, jest, test } from '@jest/globals';
import { OpenBank, unavailable } from '../../test-support/bank.js';
import { CLIENT_NAMES, CLIENTS } from '../../test-support/clients.js';
import { describeWithOwnRedis } from '../../test-support/describe-with-redis.js';
import { LoopbackProxy } from '../../test-support/proxy.js';
import { RedisServer } from '../../test-support/redis-server.js';
import { until } from '../../test-support/until.js';

// Real servers, on a machine that may be busy.
jest.setTimeout(60_000);

// Longer than an open circuit of `balance` waits for its probe.
const RESET_MS = 60;
const DOWN = Object.assign(new Error('down'), { status: 503 });

/** A network whose connection breaks when the server has done what it was asked, and before anybody hears of it. */
class Line implements AsyncDisposable {
  readonly server: RedisServer;
  readonly #proxy: LoopbackProxy;

  constructor(server: RedisServer, proxy: LoopbackProxy) {
    this.server = server;
    this.#proxy = proxy;
  }

  static async start(): Promise<Line> {
    const server = await RedisServer.start();
    return new Line(server, await LoopbackProxy.to(server.port));
  }

  get url(): string {
    return this.#proxy.url;
  }

  /** @param done whether the server has done it */
  async losesAnswerOf<T>(asking: () => Promise<T>, done: () => Promise<unknown>): Promise<T> {
    this.#proxy.blackHole('answers');
    const answer = asking();
    answer.catch(() => {});
    await until('the server has done it', async () => Boolean(await done()));
    this.#proxy.cut();
    this.#proxy.restore();
    return await answer;
  }

  async keys(kind: string): Promise<string[]> {
    return (await this.server.ask('KEYS', `actguard:${kind}:*`)) as string[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy.close();
    await this.server.close();
  }
}

describeWithOwnRedis('a connection that breaks between an effect and its answer', () => {
  // It sends again by itself what had no answer; the time is long enough for that.
  test('to a client of ioredis: a key that its own command has taken is its own', async () => {
    await using line = await Line.start();
    await using open = CLIENTS.ioredis(line.url);
    await using bank = await OpenBank.open(open.client, { timeout: '10s' });
    expect(await bank.call('quote', {})).toBe('quoted');
    const paid = line.losesAnswerOf(
      () => bank.call('pay', { key: 'k1' }),
      async () => (await line.keys('record')).length > 0,
    );
    expect(await paid).toBe('paid k1');
    expect(await bank.call('pay', { key: 'k1' })).toBe('paid k1');
    expect(bank.ledger.effects).toEqual(['k1']);
  });

  test('to a client of ioredis: a probe that its own command has taken is its own', async () => {
    await using line = await Line.start();
    await using open = CLIENTS.ioredis(line.url);
    await using bank = await OpenBank.open(open.client, { timeout: '10s' });
    bank.ledger.failure = DOWN;
    await expect(bank.call('balance', {})).rejects.toThrow('down');
    bank.ledger.failure = undefined;
    const breaker = await until('the circuit is open', async () => (await line.keys('breaker'))[0]);
    await sleep(RESET_MS);
    const probed = line.losesAnswerOf(
      () => bank.call('balance', {}),
      async () => (await line.server.ask('HGET', breaker, 'state')) === 'halfOpen',
    );
    expect(await probed).toBe('balance');
    expect(await line.server.ask('HGET', breaker, 'state')).toBe('closed');
  });

  const shared = { key: 'b', limit: 100 } as const;
  const list = (op: StoreOperation): readonly StoreOperation[] => [op];
  test.each<[string, readonly StoreOperation[], string, (line: Line, key: string) => Promise<unknown>, unknown]>([
    [
      'a call takes one place of a rate limit',
      list({ op: 'rate.take', key: 'k', limit: 5, periodMs: 600_000, observe: false }),
      'rate',
      (line, key) => line.server.ask('LLEN', key),
      1,
    ],
    [
      'a call is one attempt',
      list({ op: 'attempt.take', run: 'r', tool: 't', limit: 5, observe: false }),
      'attempts',
      (line, key) => line.server.ask('HGET', key, 't'),
      '1',
    ],
    [
      'an amount is held once',
      list({ op: 'budget.hold', budgets: [shared], owner: 'o', amount: 10, lapse: 'release', observe: false }),
      'budget',
      (line, key) => line.server.ask('HGET', key, 'held'),
      '10',
    ],
    [
      'what was used is charged once',
      list({ op: 'budget.charge', budgets: [shared], used: 7 }),
      'budget',
      (line, key) => line.server.ask('HGET', key, 'used'),
      '7',
    ],
    [
      'a failure counts once',
      list({ op: 'breaker.leave', name: 'x', owner: 'o', generation: 0, verdict: 'failure', maxFails: 9 }),
      'breaker',
      (line, key) => line.server.ask('HGET', key, 'fails'),
      '1',
    ],
    [
      'a session is open once',
      list({ op: 'session.open', session: 's', sessionId: 's', userId: 'u', idleMs: 60_000, observe: false }),
      'session',
      (line, key) => line.server.ask('HGET', key, 'open'),
      '1',
    ],
  ])('to a client of ioredis: %s', async (_title, operations, kind, read, once) => {
    await using line = await Line.start();
    await using open = CLIENTS.ioredis(line.url);
    await using bank = await OpenBank.open(open.client, { timeout: '10s' });
    expect(await bank.call('balance', {})).toBe('balance');
    await line.losesAnswerOf(
      () => bank.store.apply(operations, 0),
      async () => (await line.keys(kind)).length > 0,
    );
    expect(await read(line, (await line.keys(kind))[0]!)).toBe(once);
  });

  // It gives up what had no answer.
  test('to a client of node-redis: the call is refused, and its key is free for the next one', async () => {
    await using line = await Line.start();
    await using open = CLIENTS['node-redis'](line.url);
    await using bank = await OpenBank.open(open.client, { timeout: '10s' });
    expect(await bank.call('quote', {})).toBe('quoted');
    const paid = line.losesAnswerOf(
      () => bank.call('pay', { key: 'k1' }),
      async () => (await line.keys('record')).length > 0,
    );
    await expect(paid).rejects.toMatchObject(unavailable('disconnected'));
    expect(bank.ledger.effects).toEqual([]);
    expect(await bank.call('pay', { key: 'k1' })).toBe('paid k1');
    expect(bank.ledger.effects).toEqual(['k1']);
  });

  test('to a client of node-redis: a probe that nobody knows to have goes to another call after its lease', async () => {
    await using line = await Line.start();
    await using open = CLIENTS['node-redis'](line.url);
    await using bank = await OpenBank.open(open.client, { timeout: '10s', lease: '1s' });
    expect(await until('it is connected', () => bank.call('quote', {}))).toBe('quoted');
    bank.ledger.failure = DOWN;
    await expect(bank.call('balance', {})).rejects.toThrow('down');
    bank.ledger.failure = undefined;
    const breaker = await until('the circuit is open', async () => (await line.keys('breaker'))[0]);
    await sleep(RESET_MS);
    const probed = line.losesAnswerOf(
      () => bank.call('balance', {}),
      async () => (await line.server.ask('HGET', breaker, 'state')) === 'halfOpen',
    );
    await expect(probed).rejects.toMatchObject(unavailable('disconnected'));
    expect(await until('the probe is free', () => bank.call('balance', {}))).toBe('balance');
  });

  test.each(CLIENT_NAMES)('to a client of %s: an end that was told is not told twice', async (name) => {
    await using line = await Line.start();
    await using open = CLIENTS[name](line.url);
    await using bank = await OpenBank.open(open.client, { timeout: '10s' });
    let finish = (): void => {};
    bank.ledger.hold = new Promise<void>((resolve) => (finish = resolve));
    const paying = bank.call('pay', { key: 'k1' });
    await until('the method runs', () => bank.ledger.effects.length === 1);
    const [record] = await line.keys('record');
    const paid = line.losesAnswerOf(
      () => {
        finish();
        return paying;
      },
      async () => (await line.server.ask('HGET', record!, 'state')) === 'done',
    );
    expect(await paid).toBe('paid k1');
    expect(await bank.call('pay', { key: 'k1' })).toBe('paid k1');
    expect(bank.ledger.effects).toEqual(['k1']);
  });
});
