import type { Trace } from '../trace/trace.js';
import { Conversation, openStored, textOf } from './conversation.js';
import { FormatError } from './format-error.js';
import { isRecord, readArguments, readJsonText } from './json-text.js';
import type { TracePlace } from './trace-place.js';

/**
 * A trace from messages of OpenAI's Chat Completions API, or of what speaks like it: a list of them, an object with `messages`,
 * or a stored request and its response.
 *
 * @throws {FormatError} where a message is none
 */
export function readOpenAiChat(value: unknown, place: TracePlace): Trace {
  const { head, request, response } = openStored(isRecord(value) ? value : { messages: value });
  const conversation = new Conversation();
  for (const [index, message] of messagesOf(request, response).entries()) {
    if (!isRecord(message)) throw new FormatError(`is wrong in "messages[${index}]": an object was expected`);
    readMessage(message, conversation);
  }
  return conversation.trace('openai-chat', head, place);
}

function messagesOf(
  request: Readonly<Record<string, unknown>>,
  response: Readonly<Record<string, unknown>>,
): readonly unknown[] {
  const { messages } = request;
  if (!Array.isArray(messages)) throw new FormatError('is wrong in "messages": a list was expected');
  const { choices } = response;
  const [choice] = Array.isArray(choices) ? choices : [];
  return isRecord(choice) && isRecord(choice['message']) ? [...messages, choice['message']] : messages;
}

function readMessage(message: Readonly<Record<string, unknown>>, conversation: Conversation): void {
  const { role, content, name } = message;
  if (role === 'user') conversation.userSaid(textOf(content));
  else if (role === 'assistant') readCalls(message, conversation);
  else if (role === 'tool' || role === 'function')
    conversation.answer(message['tool_call_id'], name, { result: readJsonText(textOf(content)) });
}

function readCalls({ tool_calls, function_call }: Readonly<Record<string, unknown>>, conversation: Conversation): void {
  conversation.beginStep();
  // The only call of a step in the older form, whose result names the function.
  if (isRecord(function_call)) readCall(undefined, function_call, 'arguments', conversation);
  for (const call of Array.isArray(tool_calls) ? (tool_calls as unknown[]) : []) {
    if (!isRecord(call)) continue;
    const { id } = call;
    if (isRecord(call['function'])) readCall(id, call['function'], 'arguments', conversation);
    else if (isRecord(call['custom'])) readCall(id, call['custom'], 'input', conversation);
  }
}

function readCall(
  id: unknown,
  called: Readonly<Record<string, unknown>>,
  input: 'arguments' | 'input',
  conversation: Conversation,
): void {
  const { name } = called;
  if (typeof name === 'string') conversation.call(id, name, readArguments(called[input]));
}
