import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { describe, expect, test } from '@jest/globals';
import { readAnthropic } from './anthropic.js';

const place = { id: 'a.json', suite: 'a' };
const messages: MessageParam[] = [
  { role: 'user', content: 'Delete o1.' },
  {
    role: 'assistant',
    content: [
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'u1', name: 'find', input: { id: 'o1' } },
      { type: 'tool_use', id: 'u2', name: 'count', input: {} },
      { type: 'server_tool_use', id: 'u3', name: 'web_search', input: {} },
    ],
  },
  {
    role: 'user',
    content: [
      { type: 'tool_result', tool_use_id: 'u2', is_error: true, content: 'no access' },
      { type: 'tool_result', tool_use_id: 'u1', content: [{ type: 'text', text: '{"found":true}' }] },
      { type: 'text', text: 'Hurry.' },
    ],
  },
  { role: 'assistant', content: [{ type: 'tool_use', id: 'u4', name: 'remove', input: { id: 'o1' } }] },
];
const calls = [
  { tool: 'find', args: { id: 'o1' }, step: 0, result: { found: true } },
  { tool: 'count', args: {}, step: 0, error: { message: 'no access' } },
  { tool: 'remove', args: { id: 'o1' }, step: 1 },
];

describe('messages of Anthropic', () => {
  test('become a trace; results in a message of the user are not the user’s words', () => {
    expect(readAnthropic(messages, place)).toStrictEqual({
      id: 'a.json',
      source: 'anthropic',
      suite: 'a',
      userTurns: [
        { at: 0, text: 'Delete o1.' },
        { at: 2, text: 'Hurry.' },
      ],
      calls,
    });
  });

  test('may be a request with its response', () => {
    const response = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-x',
      content: [{ type: 'tool_use', id: 'u5', name: 'last', input: {} }],
      stop_reason: 'tool_use',
    };
    const request = { model: 'claude', system: 'Be kind to o7.', metadata: { user_id: 'alice' }, messages };
    const trace = readAnthropic({ request, response }, place);
    expect(trace).toMatchObject({ id: 'msg_1', model: 'claude', userId: 'alice' });
    expect(trace.calls).toStrictEqual([...calls, { tool: 'last', args: {}, step: 2 }]);
  });

  test('of any other shape do no harm', () => {
    const odd = [
      { role: 'assistant', content: [null, { type: 'tool_use' }, { type: 'tool_use', name: 'x', input: '{"a":1}' }] },
      { role: 'user', content: [{ type: 'tool_result' }, { type: 'tool_result', tool_use_id: 'none', content: 5 }] },
    ];
    expect(readAnthropic(odd, place)).toMatchObject({ calls: [{ tool: 'x', args: { a: 1 } }], userTurns: [] });
    expect(() => readAnthropic({ messages: [7] }, place)).toThrow('"messages[0]"');
  });
});
