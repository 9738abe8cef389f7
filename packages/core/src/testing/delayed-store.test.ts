import { describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../store/memory-store.js';
import { take } from './contract/operation-builders.js';
import { DelayedStore } from './delayed-store.js';

describe('DelayedStore', () => {
  it('carries a list out at once, and answers after the delay', async () => {
    const inner = new MemoryStore();
    let answer = (): void => {};
    const store = new DelayedStore(inner, { delay: () => new Promise((resolve) => (answer = resolve)) });
    let answered = false;
    const answers = store.apply([take()], 0).then((given) => {
      answered = true;
      return given;
    });
    expect(inner.snapshot()['rates']).toEqual({ limit: [0] });
    await new Promise(setImmediate);
    expect(answered).toBe(false);
    answer();
    expect(await answers).toEqual([{ admitted: true, ticket: 0 }]);
  });

  it('lets lists take effect in their order, though answers overtake each other', async () => {
    const delays: (() => void)[] = [];
    const delay = () => new Promise<void>((resolve) => void delays.push(resolve));
    const store = new DelayedStore(new MemoryStore(), { delay });
    const order: string[] = [];
    const first = store.apply([take()], 0).then(([{ admitted }]) => order.push(`first ${admitted}`));
    const second = store.apply([take()], 0).then(([{ admitted }]) => order.push(`second ${admitted}`));
    delays[1]?.();
    await second;
    delays[0]?.();
    await first;
    expect(order).toEqual(['second false', 'first true']);
  });

  it('fails where it is told to, with nothing carried out', async () => {
    const inner = new MemoryStore();
    let isDown = true;
    const store = new DelayedStore(inner, { fail: () => isDown });
    await expect(store.apply([take()], 0)).rejects.toThrow('the connection to the store was lost');
    expect(inner.snapshot()['rates']).toEqual({});
    isDown = false;
    expect(await store.apply([take()], 0)).toEqual([{ admitted: true, ticket: 0 }]);
  });

  it('passes on what the store throws, and closes it', async () => {
    let closed = 0;
    const store = new DelayedStore({
      apply() {
        throw new Error('out of order');
      },
      close: () => void closed++,
    });
    await expect(store.apply([take()], 0)).rejects.toThrow('out of order');
    await store.close();
    expect(closed).toBe(1);
  });
});
