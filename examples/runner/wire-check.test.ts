import { expect, test } from '@jest/globals';
import type { Manner, Playthrough } from './play.js';
import { checkWire } from './wire-check.js';

const LOOP = { model: 'm', messages: [], max_completion_tokens: 2000 };

/** A run that sent these requests, each answered with `ok`. */
function run(manner: Manner, requests: readonly object[], notCalled = manner === 'hard'): Playthrough {
  const exchanges = requests.map((request) => ({
    request: Buffer.from(JSON.stringify(request)),
    response: Buffer.from('ok'),
  }));
  const transcript = { calls: [], notCalled: notCalled ? { kind: 'not called' } : undefined };
  return { manner, transcript, exchanges } as unknown as Playthrough;
}

const bare = run('bare', [LOOP, LOOP, LOOP]);

test('compares what was sent before the budget refused a call of the model', () => {
  expect(checkWire(bare, run('soft', [LOOP, LOOP], true))).toMatchObject({ isSame: true, exchanges: 2 });
  expect(checkWire(bare, run('soft', [LOOP, LOOP], false))).toMatchObject({ isSame: false });
});

test('ends at the request of which a hard budget lowered the cap of output', () => {
  const lowered = { ...LOOP, max_completion_tokens: 12 };
  expect(checkWire(bare, run('hard', [LOOP, lowered, { other: true }]))).toEqual({
    isSame: true,
    exchanges: 1,
    bytes: JSON.stringify(LOOP).length + 2,
    lowered: { request: 2, from: 2000, to: 12 },
  });
});

test.each<[string, Manner, object]>([
  ['something else in the request differs too', 'hard', { ...LOOP, model: 'n', max_completion_tokens: 12 }],
  ['the cap was raised', 'hard', { ...LOOP, max_completion_tokens: 3000 }],
  ['the cap was taken away', 'hard', { model: 'm', messages: [] }],
  ['no hard budget was there to lower it', 'soft', { ...LOOP, max_completion_tokens: 12 }],
])('finds a difference where %s', (_, manner, request) => {
  expect(checkWire(bare, run(manner, [LOOP, request], true))).toMatchObject({
    isSame: false,
    firstDifference: 'request 2',
  });
});
