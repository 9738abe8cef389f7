import type { Trace } from '../trace/trace.js';
import { Conversation, openStored, textOf } from './conversation.js';
import { FormatError } from './format-error.js';
import { isRecord, readArguments, readJsonText } from './json-text.js';
import type { TracePlace } from './trace-place.js';

/**
 * A trace from items of OpenAI's Responses API: a list of them, an object with `input` and `output`, or a stored request and
 * its response. What tools of the provider did (web search, remote MCP) is no call of an agent, and left out.
 *
 * @throws {FormatError} where an item is none
 */
export function readOpenAiResponses(value: unknown, place: TracePlace): Trace {
  const { head, request, response } = openStored(isRecord(value) ? value : { input: value });
  const conversation = new Conversation();
  const reader = new ItemReader(conversation);
  const { input } = request;
  if (typeof input === 'string') conversation.userSaid(input);
  else reader.read(input, 'input');
  reader.read(response['output'], 'output');
  return conversation.trace('openai-responses', head, place);
}

class ItemReader {
  readonly #conversation: Conversation;
  // Calls that stand side by side were made at once.
  #isInStep = false;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  read(items: unknown, name: string): void {
    if (items === undefined || items === null) return;
    if (!Array.isArray(items)) throw new FormatError(`is wrong in "${name}": a list was expected`);
    for (const [index, item] of (items as unknown[]).entries()) {
      if (!isRecord(item)) throw new FormatError(`is wrong in "${name}[${index}]": an object was expected`);
      this.#readItem(item);
    }
  }

  #readItem(item: Readonly<Record<string, unknown>>): void {
    const { type, role, call_id, name } = item;
    switch (type ?? (role === undefined ? undefined : 'message')) {
      case 'function_call':
        return this.#call(item, item['arguments']);
      case 'custom_tool_call':
        return this.#call(item, item['input']);
      case 'function_call_output':
      case 'custom_tool_call_output':
        this.#isInStep = false;
        this.#conversation.answer(call_id, name, { result: resultOf(item['output']) });
        return;
      case 'message':
        this.#isInStep = false;
        if (role === 'user') this.#conversation.userSaid(textOf(item['content']));
    }
  }

  #call({ call_id, name }: Readonly<Record<string, unknown>>, args: unknown): void {
    if (typeof name !== 'string') return;
    if (!this.#isInStep) this.#conversation.beginStep();
    this.#isInStep = true;
    this.#conversation.call(call_id, name, readArguments(args));
  }
}

function resultOf(output: unknown): unknown {
  if (typeof output === 'string' || Array.isArray(output)) return readJsonText(textOf(output));
  return output;
}
