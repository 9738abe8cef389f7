import { expect, test } from '@jest/globals';
import { traceOf } from '../../test-support/inbox.js';
import { NO_TALLY } from '../score/tally.js';
import { RefusalCounts } from './refusal-counts.js';
import type { RefusedCall, TraceResult } from './trace-result.js';

const refused = (...args: readonly string[]): TraceResult => ({
  id: 't1',
  source: 'letters',
  suite: 'inbox',
  isScripted: false,
  calls: 1,
  refused: args.map(
    (arg): RefusedCall => ({ call: 0, guard: 'input', code: 'INVALID', arg, because: '', tryInstead: '' }),
  ),
  withheld: [],
  observed: [],
  unknown: [],
  tally: NO_TALLY,
  baselines: { denyAll: { refused: [], tally: NO_TALLY }, seenAnywhere: { refused: [], tally: NO_TALLY } },
});
const trace = traceOf([{ tool: 'send', args: {} }]);

test('all entries of a list are one reason', () => {
  const counts = new RefusalCounts();
  counts.add(trace, refused('items.0.id', 'items.17.id', 'items[2].id', 'top10'), new Map());
  expect(counts.all.map(({ arg, calls }) => [arg, calls])).toEqual([
    ['items.*.id', 2],
    ['items[*].id', 1],
    ['top10', 1],
  ]);
});

test('names that a model makes up cannot fill the memory', () => {
  const counts = new RefusalCounts();
  for (let number = 0; number < 20_000; number++) counts.add(trace, refused(`made_up_${number}_`), new Map());
  expect(counts.all.length).toBeLessThanOrEqual(10_001);
  expect(counts.all.reduce((sum, { calls }) => sum + calls, 0)).toBe(20_000);
  expect(counts.all[0]).toMatchObject({ tool: 'send', arg: undefined, calls: 10_000 });
});
