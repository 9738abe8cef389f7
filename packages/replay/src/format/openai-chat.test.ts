import { describe, expect, test } from '@jest/globals';
import type { ChatCompletion, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { readOpenAiChat } from './openai-chat.js';

const place = { id: 'chat.json', suite: 'chat' };
const call = (id: string, name: string, args: string) =>
  ({ id, type: 'function', function: { name, arguments: args } }) as const;

const messages: ChatCompletionMessageParam[] = [
  { role: 'system', content: 'Be careful with o9.' },
  { role: 'developer', content: 'And with o8.' },
  { role: 'user', content: 'Delete o1.' },
  { role: 'assistant', content: null, tool_calls: [call('c1', 'find', '{"id":"o1"}'), call('c2', 'count', '')] },
  { role: 'tool', tool_call_id: 'c2', content: '12' },
  { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: '{"found":true}' }] },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'Yes,' },
      { type: 'image_url', image_url: { url: 'data:,' } },
      { type: 'text', text: 'that one.' },
    ],
  },
  {
    role: 'assistant',
    tool_calls: [call('c3', 'remove', 'not JSON'), { id: 'c4', type: 'custom', custom: { name: 'run', input: 'ls' } }],
  },
  { role: 'tool', tool_call_id: 'c3', content: 'Done.' },
  { role: 'tool', tool_call_id: 'c9', content: 'nobody asked' },
  { role: 'tool', tool_call_id: 'c3', content: 'twice' },
];

const calls = [
  { tool: 'find', args: { id: 'o1' }, step: 0, result: { found: true } },
  { tool: 'count', args: {}, step: 0, result: 12 },
  { tool: 'remove', args: 'not JSON', step: 1, result: 'Done.' },
  { tool: 'run', args: 'ls', step: 1 },
];
const userTurns = [
  { at: 0, text: 'Delete o1.' },
  { at: 2, text: 'Yes,\nthat one.' },
];

describe('messages of OpenAI chat', () => {
  test('become a trace: results by id, calls of one message a step, and only the user’s words', () => {
    expect(readOpenAiChat(messages, place)).toStrictEqual({
      id: 'chat.json',
      source: 'openai-chat',
      suite: 'chat',
      userTurns,
      calls,
    });
  });

  test('may stand in an object, with what is known of them', () => {
    const stored = { id: 'conv-1', model: 'gpt-x', user: 'alice', messages };
    expect(readOpenAiChat(stored, place)).toMatchObject({
      id: 'conv-1',
      model: 'gpt-x',
      userId: 'alice',
      calls,
      userTurns,
    });
  });

  test('may be a request with its response', () => {
    const response = {
      id: 'chatcmpl-1',
      model: 'gpt-x-2',
      choices: [{ message: { role: 'assistant', content: null, tool_calls: [call('c5', 'last', '{}')] } }],
    } as unknown as ChatCompletion;
    for (const stored of [
      { request: { messages, model: 'gpt-x' }, response },
      { request: { body: JSON.stringify({ messages, model: 'gpt-x' }) }, response: { body: response } },
    ]) {
      const trace = readOpenAiChat(stored, place);
      expect(trace).toMatchObject({ id: 'chatcmpl-1', model: 'gpt-x' });
      expect(trace.calls).toStrictEqual([...calls, { tool: 'last', args: {}, step: 2 }]);
    }
  });

  test('in the older form match their results by name', () => {
    const older: ChatCompletionMessageParam[] = [
      { role: 'assistant', content: null, function_call: { name: 'find', arguments: '{"a":1}' } },
      { role: 'function', name: 'find', content: '"x"' },
    ];
    expect(readOpenAiChat(older, place).calls).toEqual([{ tool: 'find', args: { a: 1 }, step: 0, result: 'x' }]);
  });

  test('of providers that number calls anew in each step find their results', () => {
    const again: ChatCompletionMessageParam[] = [1, 2].flatMap((step) => [
      { role: 'assistant' as const, tool_calls: [call('call_0', 'a', `{"step":${step}}`), call('call_0', 'b', '{}')] },
      ...[1, 2].map((place) => ({ role: 'tool' as const, tool_call_id: 'call_0', content: `${step}.${place} here` })),
    ]);
    expect(readOpenAiChat(again, place).calls.map(({ result }) => result)).toEqual([
      '1.1 here',
      '1.2 here',
      '2.1 here',
      '2.2 here',
    ]);
  });

  test('keep long numbers as they were written', () => {
    const long: ChatCompletionMessageParam[] = [
      { role: 'assistant', tool_calls: [call('c1', 'a', '{}')] },
      { role: 'tool', tool_call_id: 'c1', content: '12345678901234567890' },
    ];
    expect(readOpenAiChat(long, place).calls[0]?.result).toBe('12345678901234567890');
  });

  test('of any other shape do no harm', () => {
    const odd = [
      { role: 'assistant', tool_calls: 'none' },
      { role: 'assistant', tool_calls: [null, 5, { id: {} }, { id: 'x', function: { name: 5 } }] },
      { role: 'tool' },
      { role: 'user', content: { deep: 1 } },
      { role: 'user', content: [null, 5, 'text'] },
      { role: '__proto__' },
    ];
    expect(readOpenAiChat(odd, place)).toMatchObject({ calls: [], userTurns: [{ at: 0, text: 'text' }] });
    expect(() => readOpenAiChat([null], place)).toThrow('"messages[0]"');
    expect(() => readOpenAiChat({ messages: 5 }, place)).toThrow('"messages"');
  });
});
