import type { ToolCallResult, Toolset } from '@actguard/core';
import { expect, test } from '@jest/globals';
import { answerToolCalls } from './answer-tool-calls.js';

const toolset = (call: (name: string, args: unknown) => Promise<ToolCallResult>): Toolset => ({
  definitions: [],
  call,
});
const ok = (value: unknown): ToolCallResult => ({ ok: true, value });

test('answers come in the order of the calls, whichever ends first', async () => {
  const ends: (() => void)[] = [];
  const tools = toolset((name) => new Promise((resolve) => void ends.push(() => resolve(ok(name)))));
  const answers = answerToolCalls(tools, [
    { name: 'a', args: '{}' },
    { name: 'b', args: '{}' },
  ]);
  // Both have begun.
  expect(ends).toHaveLength(2);
  for (const end of ends.reverse()) end();
  expect((await answers).map(({ text }) => text)).toEqual(['a', 'b']);
});

test('the arguments are handed on as the model sent them', async () => {
  const seen: unknown[] = [];
  await answerToolCalls(
    toolset(async (_, args) => ok(seen.push(args))),
    [{ name: 'a', args: '{"broken' }],
  );
  expect(seen).toEqual(['{"broken']);
});

test.each([
  ['a text', 'text', 'text'],
  ['an object', { a: [1] }, '{"a":[1]}'],
  ['nothing', undefined, 'null'],
  ['a big number', { a: 12n }, '{"a":"12"}'],
])('the model reads %s', async (_, value, text) => {
  const [answer] = await answerToolCalls(
    toolset(async () => ok(value)),
    [{ name: 'a', args: {} }],
  );
  expect(answer?.text).toBe(text);
});

test('a result that is no JSON is said to be none', async () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const [answer] = await answerToolCalls(
    toolset(async () => ok(circle)),
    [{ name: 'a', args: {} }],
  );
  expect(JSON.parse(answer!.text)).toContain('cannot be shown');
});

test('a refusal is read as it is, and the error stays with the application', async () => {
  const refusal = { refused: true, code: 'tool.failed', because: 'b', tryInstead: 't' } as const;
  const error = new Error('secret');
  const [answer] = await answerToolCalls(
    toolset(async () => ({ ok: false, refusal, final: false, error })),
    [{ name: 'a', args: {} }],
  );
  expect(JSON.parse(answer!.text)).toEqual(refusal);
  expect(answer?.result).toMatchObject({ error });
});
