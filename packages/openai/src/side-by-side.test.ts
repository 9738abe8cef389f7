import { expect, test } from '@jest/globals';
import { UsageReader } from './usage-reader.js';

const chunk = (index: number, end: 'stop' | null, output: number): object => ({
  choices: [{ index, delta: { content: 'x' }, finish_reason: end }],
  usage: { prompt_tokens: 10, completion_tokens: output, total_tokens: 10 + output },
});
const last = { choices: [], usage: { prompt_tokens: 10, completion_tokens: 9, total_tokens: 19 } };

/** After which of the chunks the usage is that of the whole call. */
function finalAfter(choices: number, chunks: readonly object[]): readonly boolean[] {
  const reader = new UsageReader(false, choices);
  return chunks.map((each) => {
    reader.read(each);
    return reader.isFinal;
  });
}

test('usage so far is that of the call when every answer is over', () => {
  const two = [chunk(0, null, 1), chunk(0, 'stop', 2), chunk(1, null, 500), chunk(1, 'stop', 900)];
  expect(finalAfter(2, two)).toEqual([false, false, false, true]);
  expect(finalAfter(1, [chunk(0, null, 1), chunk(0, 'stop', 2)])).toEqual([false, true]);
});

test('an answer that says twice that it is over is one', () => {
  expect(finalAfter(2, [chunk(0, 'stop', 1), chunk(0, 'stop', 1)])).toEqual([false, false]);
});

test('a chunk without answers ends it, if it tells the usage', () => {
  expect(finalAfter(2, [chunk(0, 'stop', 1), last])).toEqual([false, true]);
  // That of a filter, before everything.
  expect(finalAfter(1, [{ choices: [], prompt_filter_results: [] }, chunk(0, null, 1)])).toEqual([false, false]);
});

test('usage that was told before the end is not that of the end', () => {
  const { usage: _, ...silent } = chunk(0, 'stop', 0) as { usage: unknown };
  expect(finalAfter(1, [chunk(0, null, 1), silent])).toEqual([false, false]);
});

test('usage that is none says nothing', () => {
  expect(finalAfter(1, [{ ...last, usage: { prompt_tokens: 10, completion_tokens: -9 } }])).toEqual([false]);
});
