import type { Toolset } from '@actguard/core';
import { TestClock } from '@actguard/core/testing';
import { expect, test } from '@jest/globals';
import { GAVE_UP, withPatience } from './patience.js';

/** Tools whose only tool answers after so many milliseconds. */
function answeringAfter(ms: number, clock: TestClock, log: string[] = []): Toolset {
  return {
    definitions: [{ name: 'ask', inputSchema: {} }],
    async call() {
      if (ms > 0) await new Promise<void>((resolve) => clock.schedule(resolve, ms));
      log.push('ended');
      return { ok: true, value: 'answer' };
    },
  };
}

test('takes no time for a tool that answers at once', async () => {
  const clock = new TestClock();
  const before = clock.now();
  expect(await withPatience(answeringAfter(0, clock), clock).call('ask', {})).toEqual({ ok: true, value: 'answer' });
  expect(clock.now()).toBe(before);
});

test('lets time pass until a slow tool answers', async () => {
  const clock = new TestClock();
  const before = clock.now();
  const tools = withPatience(answeringAfter(59_900, clock), clock);
  expect(await tools.call('ask', {})).toEqual({ ok: true, value: 'answer' });
  expect(clock.now() - before).toBe(59_900);
  expect(tools.definitions).toEqual([{ name: 'ask', inputSchema: {} }]);
});

test('gives up after a minute, and what was started goes on', async () => {
  const clock = new TestClock();
  const before = clock.now();
  const log: string[] = [];
  const result = await withPatience(answeringAfter(60_500, clock, log), clock).call('ask', {});
  expect(result).toMatchObject({ ok: false, refusal: GAVE_UP, final: false });
  expect(clock.now() - before).toBe(60_000);
  expect(log).toEqual([]);
  await clock.advance(500);
  expect(log).toEqual(['ended']);
});
