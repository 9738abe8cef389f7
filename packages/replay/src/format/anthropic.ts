import type { Trace } from '../trace/trace.js';
import { Conversation, openStored, textOf } from './conversation.js';
import { FormatError } from './format-error.js';
import { isRecord, readArguments, readJsonText } from './json-text.js';
import type { TracePlace } from './trace-place.js';

type Block = Readonly<Record<string, unknown>>;

/**
 * A trace from messages of Anthropic's Messages API: a list of them, an object with `messages`, or a stored request and its
 * response. What tools of the provider did (`server_tool_use`) is no call of an agent, and left out.
 *
 * @throws {FormatError} where a message is none
 */
export function readAnthropic(value: unknown, place: TracePlace): Trace {
  const { head, request, response } = openStored(isRecord(value) ? value : { messages: value });
  const { messages } = request;
  if (!Array.isArray(messages)) throw new FormatError('is wrong in "messages": a list was expected');
  const conversation = new Conversation();
  const isAnswered = response !== request && Array.isArray(response['content']);
  for (const [index, message] of (isAnswered ? [...messages, response] : (messages as unknown[])).entries()) {
    if (!isRecord(message)) throw new FormatError(`is wrong in "messages[${index}]": an object was expected`);
    if (message['role'] === 'assistant') readCalls(message['content'], conversation);
    else if (message['role'] === 'user') readUser(message['content'], conversation);
  }
  return conversation.trace('anthropic', head, place);
}

function readCalls(content: unknown, conversation: Conversation): void {
  conversation.beginStep();
  for (const { type, id, name, input } of blocksOf(content))
    if (type === 'tool_use' && typeof name === 'string') conversation.call(id, name, readArguments(input));
}

// Results come in the name of the user, but are not the user's words.
function readUser(content: unknown, conversation: Conversation): void {
  for (const block of blocksOf(content)) {
    if (block['type'] !== 'tool_result') continue;
    const text = textOf(block['content']);
    const answer = block['is_error'] === true ? { error: { message: text } } : { result: readJsonText(text) };
    conversation.answer(block['tool_use_id'], undefined, answer);
  }
  conversation.userSaid(textOf(content));
}

function blocksOf(content: unknown): readonly Block[] {
  return Array.isArray(content) ? content.filter(isRecord) : [];
}
