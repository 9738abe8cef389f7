import type { StoreOperation } from '@actguard/core';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Redelivery } from './redelivery.js';
import { RedisUnavailableError } from './unavailable-error.js';

const GONE = new RedisUnavailableError('redis.disconnected', 'no connection');
const REFUSED = new RedisUnavailableError('redis.failed', 'ERR');

function end(key: string): StoreOperation {
  return { op: 'idempotency.finish', scope: 'all', tool: 'Bank.pay', key, owner: 'o', state: 'done', ttlMs: 1 };
}

describe('what could not be told', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  function heardBy(mayHear: (operations: readonly StoreOperation[]) => void): {
    redelivery: Redelivery;
    heard: string[];
    asked: () => number;
  } {
    const heard: string[] = [];
    let asked = 0;
    const redelivery = new Redelivery(async (operations) => {
      asked++;
      mayHear(operations);
      heard.push(...operations.map((operation) => ('key' in operation ? operation.key : operation.op)));
    });
    return { redelivery, heard, asked: () => asked };
  }

  test('is told in its order as soon as somebody hears, once', async () => {
    let isGone = true;
    const { redelivery, heard } = heardBy(() => {
      if (isGone) throw GONE;
    });
    redelivery.keep([end('a'), end('b')]);
    redelivery.keep([end('c')]);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(heard).toEqual([]);
    isGone = false;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(heard).toEqual(['a', 'b', 'c']);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('is only what may arrive twice', async () => {
    const { redelivery, heard } = heardBy(() => {});
    redelivery.keep([
      { op: 'rate.giveBack', key: 'r', ticket: 1 },
      { op: 'budget.settle', budgets: [{ key: 'b' }], owner: 'o', used: 1 },
      { op: 'budget.charge', budgets: [{ key: 'b' }], used: 1 },
    ]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(heard).toEqual(['budget.settle']);
    redelivery.keep([{ op: 'rate.giveBack', key: 'r', ticket: 1 }]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('does not wait for what the server never takes', async () => {
    const { redelivery, heard } = heardBy((operations) => {
      if (operations.some((operation) => 'key' in operation && operation.key === 'bad')) throw REFUSED;
    });
    redelivery.keep([end('bad'), ...Array.from({ length: 250 }, (_, index) => end(`${index}`))]);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(heard).toHaveLength(250);
    expect(new Set(heard).size).toBe(250);
  });

  test('does not wait for what belongs to a node of a cluster that is gone', async () => {
    const heard: string[] = [];
    const redelivery = new Redelivery(async (operations) => {
      const keys = operations.map((operation) => ('key' in operation ? operation.key : operation.op));
      heard.push(...keys.filter((key) => !key.startsWith('gone')));
      if (keys.some((key) => key.startsWith('gone'))) throw GONE;
    });
    redelivery.keep(Array.from({ length: 100 }, (_, index) => end(`gone ${index}`)));
    redelivery.keep([end('a')]);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(heard).toContain('a');
    redelivery.close();
  });

  test('is given up after an hour', async () => {
    const { redelivery, asked } = heardBy(() => {
      throw REFUSED;
    });
    redelivery.keep([end('bad')]);
    await jest.advanceTimersByTimeAsync(3_601_000);
    const tries = asked();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked()).toBe(tries);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('is the last thousand', async () => {
    let isGone = true;
    const { redelivery, heard } = heardBy(() => {
      if (isGone) throw GONE;
    });
    for (let key = 0; key < 1_005; key++) redelivery.keep([end(`${key}`)]);
    isGone = false;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(heard).toHaveLength(1_000);
    expect(heard[0]).toBe('5');
  });

  test('is not told twice at a time, by a server that takes long', async () => {
    let release = (): void => {};
    let asked = 0;
    const redelivery = new Redelivery(async () => {
      asked++;
      await new Promise<void>((resolve) => (release = resolve));
    });
    redelivery.keep([end('a')]);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(asked).toBe(1);
    release();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(asked).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('is given up by close, for good', async () => {
    const { redelivery, asked } = heardBy(() => {});
    redelivery.keep([end('a')]);
    redelivery.close();
    redelivery.keep([end('b')]);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(asked()).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });
});
