import { expect, it } from '@jest/globals';
import { loopOf } from './loop.js';
import { measurePairs } from './pairs.js';
import { caught, thrownAsDeepAs } from './thrown.js';

const SHORT = { warmUpMs: 5, measureMs: 5 };

it('a loop awaits each call before the next, and numbers them on', async () => {
  const seen: string[] = [];
  const loop = loopOf(async (index) => {
    seen.push(`start ${index}`);
    await Promise.resolve();
    seen.push(`end ${index}`);
  });
  await loop(2);
  await loop(1);
  expect(seen).toEqual(['start 0', 'end 0', 'start 1', 'end 1', 'start 2', 'end 2']);
});

it('measures both in turns', async () => {
  const turns: string[] = [];
  const note = (what: string) => async (): Promise<void> => {
    if (turns.at(-1) !== what) turns.push(what);
  };
  const readings = await measurePairs(note('call'), note('base'), SHORT);
  expect(turns.length).toBeGreaterThan(40);
  expect(Object.keys(readings).sort()).toEqual(['baseNs', 'bytes', 'mean', 'ns', 'overNs', 'p99', 'ratio']);
  expect(readings['ns']).toBeGreaterThan(0);
});

it('a call that does more has a higher ratio', async () => {
  const work = async (): Promise<number> => {
    let sum = 0;
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
    return sum;
  };
  const readings = await measurePairs(work, async () => 1, SHORT);
  expect(readings['ratio']).toBeGreaterThan(3);
});

it('a call that fails ends the measurement', async () => {
  const broken = async (): Promise<never> => {
    throw new Error('refused');
  };
  await expect(measurePairs(broken, async () => 1, SHORT)).rejects.toThrow('refused');
});

it('a refusal that does not come is an error, not a fast refusal', async () => {
  await expect(caught(async () => 'let through')(0)).rejects.toThrow('was not refused');
});

it('a plain error is thrown as deep as the refusal', async () => {
  const sink = (depth: number): never => {
    if (depth === 0) throw new Error('refused');
    return sink(depth - 1);
  };
  const shallow = await thrownAsDeepAs(async () => sink(2));
  const deep = await thrownAsDeepAs(async () => sink(22));
  expect(deep.depth - shallow.depth).toBe(20);
  const again = await thrownAsDeepAs(deep.call);
  expect(again.depth).toBe(deep.depth);
});
