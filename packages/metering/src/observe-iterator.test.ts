import { beforeEach, describe, expect, test } from '@jest/globals';
import { observeIterator, type StreamEnd } from './observe-iterator.js';

let pulled: number;
let closed: boolean;
let ends: StreamEnd[];
beforeEach(() => {
  pulled = 0;
  closed = false;
  ends = [];
});

async function* numbers(until = 3, error?: Error): AsyncGenerator<number> {
  try {
    for (let number = 1; number <= until; number++) {
      pulled++;
      yield number;
    }
    if (error !== undefined) throw error;
  } finally {
    closed = true;
  }
}

const observed = (inner: AsyncIterator<number>, see: (item: number) => boolean = () => true) =>
  observeIterator(inner, see, (end) => void ends.push(end));

test('everything is passed on, and the end is told once', async () => {
  const seen: number[] = [];
  const items: number[] = [];
  const iterator = observed(numbers(), (item) => seen.push(item) > 0);
  for await (const item of iterator) items.push(item);
  expect(items).toEqual([1, 2, 3]);
  expect(seen).toEqual([1, 2, 3]);
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
  expect(ends).toEqual([{ how: 'end' }]);
});

test('nothing is pulled before somebody asks, and no more than asked for', async () => {
  const iterator = observed(numbers());
  expect(pulled).toBe(0);
  await iterator.next();
  expect(pulled).toBe(1);
});

test('what is to be hidden does not reach the consumer', async () => {
  const items: number[] = [];
  for await (const item of observed(numbers(), (each) => each !== 2)) items.push(item);
  expect(items).toEqual([1, 3]);
});

describe('an early end', () => {
  test('by break closes the source', async () => {
    for await (const _ of observed(numbers())) break;
    expect(closed).toBe(true);
    expect(ends).toEqual([{ how: 'left' }]);
  });

  test('by return() of a source that has none', async () => {
    const { next } = numbers()[Symbol.asyncIterator]();
    const iterator = observed({ next });
    expect(await iterator.return?.(7)).toEqual({ done: true, value: 7 });
    expect(ends).toEqual([{ how: 'left' }]);
  });

  test('by an error of the source, which the consumer gets', async () => {
    const error = new Error('broken');
    await expect(
      (async () => {
        for await (const _ of observed(numbers(1, error)));
      })(),
    ).rejects.toBe(error);
    expect(ends).toEqual([{ how: 'error', error }]);
  });

  test('by throw(), with a source that takes it or not', async () => {
    const error = new Error('thrown');
    const { next } = numbers()[Symbol.asyncIterator]();
    await expect(observed({ next }).throw?.(error)).rejects.toBe(error);
    await expect(observed(numbers()).throw?.(error)).rejects.toBe(error);
    expect(ends).toEqual([
      { how: 'error', error },
      { how: 'error', error },
    ]);
  });
});
