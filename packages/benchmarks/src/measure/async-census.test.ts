import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, expect, it, jest } from '@jest/globals';
import { AsyncCensus } from './async-census.js';

beforeAll(() => {
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc') as typeof globalThis.gc;
});

// It counts all of a test runner's own, too, which takes a while on a busy machine.
jest.setTimeout(60_000);

it('finds nothing after work that leaves nothing', async () => {
  const left = await AsyncCensus.of(async () => {
    for (let index = 0; index < 100; index++)
      await Promise.all([index, new Promise((resolve) => setTimeout(resolve, 0))]);
  });
  expect(left).toEqual({ pending: 0, timers: 0 });
});

it('counts promises that never settle, and timers that stay', async () => {
  const kept: unknown[] = [];
  const timers: NodeJS.Timeout[] = [];
  const left = await AsyncCensus.of(async () => {
    for (let index = 0; index < 7; index++) kept.push(new Promise(() => {}));
    for (let index = 0; index < 3; index++) timers.push(setTimeout(() => {}, 60_000));
  });
  for (const timer of timers) clearTimeout(timer);
  expect(left).toEqual({ pending: 7, timers: 3 });
  expect(kept).toHaveLength(7);
});
