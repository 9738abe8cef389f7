import { expect, test } from '@jest/globals';
import { formatOf } from './detect.js';

const user = { role: 'user', content: 'Hello' };
const toolUse = { role: 'assistant', content: [{ type: 'tool_use', id: 'u', name: 'n', input: {} }] };
const functionCall = { type: 'function_call', call_id: 'c', name: 'n', arguments: '{}' };
const span = { traceId: 'ab', spanId: 'cd', name: 'execute_tool x' };

test.each<[string | undefined, unknown]>([
  ['own', { actguard: 1, calls: [] }],
  ['own', { actguard: 99 }],
  ['benchmark', { source: 's', suite: 's', id: 'i', kind: 'benign', calls: [] }],
  ['openai-chat', [user]],
  ['openai-chat', { messages: [user, { role: 'assistant', tool_calls: [] }] }],
  ['openai-chat', { request: { messages: [user] }, response: { choices: [] } }],
  ['anthropic', [user, toolUse]],
  ['anthropic', { messages: [user, { ...toolUse, id: 'msg_1', type: 'message' }] }],
  ['anthropic', { system: 'x', messages: [user] }],
  ['anthropic', { request: { messages: [user] }, response: { type: 'message', role: 'assistant', content: [] } }],
  ['openai-responses', [user, functionCall]],
  ['openai-responses', [{ role: 'user', content: [{ type: 'input_text', text: 'x' }] }]],
  ['openai-responses', { input: [user] }],
  ['openai-responses', { input: 'Hello', output: [functionCall] }],
  ['openai-responses', { request: { body: '{"input":"Hello"}' }, response: { output: [] } }],
  ['otel', { resourceSpans: [] }],
  ['otel', span],
  ['otel', [span, span]],
  ['otel', { name: 'x', context: { trace_id: '0xab', span_id: '0x1' } }],
  ['list', [[user], [user]]],
  ['list', [{ actguard: 1, calls: [] }, 5]],
  [undefined, user],
  [undefined, []],
  [undefined, [1, 2]],
  [undefined, { input: 'a text alone' }],
  [undefined, { messages: ['text'] }],
  [undefined, { $schema: 'x', properties: {} }],
  [undefined, { name: 'tool', input_schema: {} }],
  [undefined, 'text'],
  [undefined, null],
])('%p is told by its shape (%#)', (format, value) => expect(formatOf(value)).toBe(format));
