import { expect, test } from '@jest/globals';
import { readBenchmarkTrace } from './benchmark.js';

const line = {
  source: 'bench',
  suite: 'bank',
  id: 'b1',
  kind: 'attack',
  model: 'ground-truth+reads',
  prompt: 'Pay.',
  user_turns: [{ at: 1, text: 'Now.' }],
  calls: [
    { tool: 'read', args: {}, result: { a: 1 }, step: 0 },
    { tool: 'pay', args: { to: 'x' }, error: 'refused', is_write: true, is_egress: null },
  ],
  utility: true,
  attack_success: null,
  attack_requires: [[1]],
};

test('a trace of a benchmark has its labels apart, and what its authors wrote is scripted', () => {
  expect(readBenchmarkTrace(line)).toEqual({
    id: 'b1',
    source: 'bench',
    suite: 'bank',
    model: 'ground-truth+reads',
    isScripted: true,
    userTurns: [
      { at: 0, text: 'Pay.' },
      { at: 1, text: 'Now.' },
    ],
    calls: [
      { tool: 'read', args: {}, result: { a: 1 }, step: 0, isWrite: false, isEgress: false },
      { tool: 'pay', args: { to: 'x' }, error: { message: 'refused' }, isWrite: true, isEgress: false },
    ],
    labels: { kind: 'attack', isUseful: true, attackRequires: [[1]] },
  });
  expect(readBenchmarkTrace({ ...line, model: 'm' }).isScripted).toBe(false);
});

test('what is wrong is named by its place', () => {
  expect(() => readBenchmarkTrace({ ...line, kind: 'what it holds' })).toThrow(/"kind".*"benign" \| "attack"/);
  expect(() => readBenchmarkTrace({ ...line, calls: [{ args: {} }] })).toThrow('"calls[0].tool"');
});
