import { expect, test } from '@jest/globals';
import { NO_TALLY } from '../score/tally.js';
import { RefusalCounts, shownTool } from './refusal-counts.js';
import type { RefusedCall, TraceResult } from './trace-result.js';

const refused = (...args: readonly string[]): TraceResult => ({
  id: 't1',
  source: 'letters',
  suite: 'inbox',
  isScripted: false,
  calls: 1,
  refused: args.map(
    (arg): RefusedCall => ({
      call: 0,
      tool: 'send',
      guard: 'input',
      code: 'INVALID',
      arg,
      because: '',
      tryInstead: '',
    }),
  ),
  withheld: [],
  observed: [],
  unknown: [],
  tally: NO_TALLY,
  baselines: { denyAll: { refused: [], tally: NO_TALLY }, seenAnywhere: { refused: [], tally: NO_TALLY } },
});

test('all entries of a list are one reason', () => {
  const counts = new RefusalCounts();
  counts.add(refused('items.0.id', 'items.17.id', 'items[2].id', 'top10'));
  expect(counts.all.map(({ arg, calls }) => [arg, calls])).toEqual([
    ['items.*.id', 2],
    ['items[*].id', 1],
    ['top10', 1],
  ]);
});

test('names that a model makes up cannot fill the memory', () => {
  const counts = new RefusalCounts();
  for (let number = 0; number < 20_000; number++) counts.add(refused(`made_up_${number}_`));
  expect(counts.all.length).toBeLessThanOrEqual(10_001);
  expect(counts.all.reduce((sum, { calls }) => sum + calls, 0)).toBe(20_000);
  expect(counts.all[0]).toMatchObject({ tool: 'send', arg: undefined, calls: 10_000 });
});

test('what models did and what was written down is never counted together, and neither are two scripts', () => {
  const counts = new RefusalCounts();
  counts.add({ ...refused('to'), model: 'm1' });
  counts.add({ ...refused('to'), model: 'm2' });
  counts.add({ ...refused('to'), isScripted: true, model: 'truth-1' });
  counts.add({ ...refused('to'), isScripted: true, model: 'truth-2' });
  counts.add({ ...refused('to'), isScripted: true });
  expect(counts.all.map(({ scripted, script, traces }) => [scripted, script, traces])).toEqual([
    [false, undefined, 2],
    [true, 'truth-1', 1],
    [true, 'truth-2', 1],
    [true, undefined, 1],
  ]);
  expect(counts.all.map(shownTool)).toEqual([
    'send',
    'send (scripted: truth-1)',
    'send (scripted: truth-2)',
    'send (scripted)',
  ]);
});
