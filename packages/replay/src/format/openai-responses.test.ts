import { describe, expect, test } from '@jest/globals';
import type { ResponseInputItem } from 'openai/resources/responses/responses';
import { readOpenAiResponses } from './openai-responses.js';

const place = { id: 'r.json', suite: 'r' };

const input: ResponseInputItem[] = [
  { role: 'developer', content: 'Mind o9.' },
  { role: 'user', content: [{ type: 'input_text', text: 'Delete o1.' }] },
  { type: 'reasoning', id: 'rs1', summary: [] },
  { type: 'function_call', call_id: 'c1', name: 'find', arguments: '{"id":"o1"}' },
  { type: 'function_call', call_id: 'c2', name: 'count', arguments: '{}' },
  { type: 'function_call_output', call_id: 'c1', output: '{"found":true}' },
  { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'seven' }] },
  { type: 'message', role: 'user', content: 'Go on.' },
  { type: 'custom_tool_call', call_id: 'c3', name: 'run', input: 'ls' },
];
const output = [
  { type: 'web_search_call', id: 'ws1', status: 'completed' },
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Fine.' }] },
  { type: 'function_call', call_id: 'c4', name: 'remove', arguments: '{"id":"o1"}' },
];
const calls = [
  { tool: 'find', args: { id: 'o1' }, step: 0, result: { found: true } },
  { tool: 'count', args: {}, step: 0, result: 'seven' },
  { tool: 'run', args: 'ls', step: 1 },
];
const userTurns = [
  { at: 0, text: 'Delete o1.' },
  { at: 2, text: 'Go on.' },
];

describe('items of OpenAI responses', () => {
  test('become a trace, without what tools of the provider did', () => {
    expect(readOpenAiResponses(input, place)).toStrictEqual({
      id: 'r.json',
      source: 'openai-responses',
      suite: 'r',
      userTurns,
      calls,
    });
  });

  test('may be what was sent and what came back', () => {
    const last = { tool: 'remove', args: { id: 'o1' }, step: 2 };
    const together = readOpenAiResponses({ id: 'conv-1', model: 'gpt-x', user: 'alice', input, output }, place);
    expect(together).toMatchObject({ id: 'conv-1', model: 'gpt-x', userId: 'alice', userTurns });
    expect(together.calls).toStrictEqual([...calls, last]);
    const pair = { request: { input: 'Delete o1.', model: 'gpt-x' }, response: { id: 'resp_1', output } };
    expect(readOpenAiResponses(pair, place)).toMatchObject({
      id: 'resp_1',
      userTurns: [{ at: 0, text: 'Delete o1.' }],
      calls: [{ tool: 'remove', step: 0 }],
    });
  });

  test('of any other shape do no harm', () => {
    const odd = [
      { type: 'function_call' },
      { type: 'function_call_output' },
      { type: 'message', role: 'user', content: 7 },
    ];
    expect(readOpenAiResponses(odd, place)).toMatchObject({ calls: [], userTurns: [] });
    expect(() => readOpenAiResponses({ input: [5] }, place)).toThrow('"input[0]"');
    expect(() => readOpenAiResponses({ input: [], output: 'x' }, place)).toThrow('"output"');
  });
});
