import { isRecord } from './json-text.js';
import { isSpan } from './otel-span.js';

/** The formats of traces, as their shape tells them. `list`: several of them in one document. */
export type TraceFormat = 'own' | 'benchmark' | 'openai-chat' | 'openai-responses' | 'anthropic' | 'otel' | 'list';

/**
 * Tells the format of a document, or of a line, by its shape.
 *
 * - an object with `actguard`: our own
 * - an object with `suite`, `kind` and `calls`: a benchmark
 * - `resourceSpans`, a span, or a list of spans: OpenTelemetry
 * - `input` or `output`, or a list of items with `type`: OpenAI responses
 * - `messages`, or a list of messages: Anthropic where a message holds `tool_use` or `tool_result`, or the request has `system`;
 *   otherwise OpenAI chat
 * - a list of any of these: each is a trace
 *
 * @returns undefined where it is none of them
 */
export function formatOf(value: unknown): TraceFormat | undefined {
  if (Array.isArray(value)) return formatOfList(value);
  if (!isRecord(value)) return undefined;
  if ('actguard' in value) return 'own';
  if (Array.isArray(value['calls']) && 'kind' in value && 'suite' in value) return 'benchmark';
  if (isRequestOfSpans(value) || isSpan(value)) return 'otel';
  return formatOfConversation(value);
}

function isRequestOfSpans(value: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(value['resourceSpans']) || Array.isArray(value['resource_spans']);
}

function formatOfList(list: readonly unknown[]): TraceFormat | undefined {
  if (list.length === 0) return undefined;
  if (isSpan(list[0])) return 'otel';
  if (list.every(isItem)) return formatOfMessages(list);
  return list.some((each) => formatOf(each) !== undefined) ? 'list' : undefined;
}

function formatOfConversation(value: Readonly<Record<string, unknown>>): TraceFormat | undefined {
  const request = bodyIn(value['request']) ?? value;
  const response = bodyIn(value['response']) ?? value;
  const { messages, input } = request;
  if (Array.isArray(messages) && messages.every(isItem)) {
    const isAnthropic =
      'system' in request ||
      (response['type'] === 'message' && response['role'] === 'assistant') ||
      'stop_reason' in response;
    return isAnthropic ? 'anthropic' : formatOfMessages(messages);
  }
  const isInput = typeof input === 'string' || (Array.isArray(input) && input.every(isItem));
  const { output } = response;
  const isOutput = Array.isArray(output) && output.every(isItem);
  // A text alone says nothing: many things have an input.
  return (isInput && (isOutput || Array.isArray(input))) || (isOutput && output.length > 0)
    ? 'openai-responses'
    : undefined;
}

function bodyIn(value: unknown): Readonly<Record<string, unknown>> | undefined {
  let read = value;
  if (typeof value === 'string') {
    try {
      read = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  if (!isRecord(read)) return undefined;
  return bodyIn(read['body']) ?? read;
}

const ROLES = new Set<unknown>(['user', 'assistant', 'system', 'developer', 'tool', 'function']);
const ITEM_TYPES =
  /^(?:message|reasoning|item_reference|compaction|[a-z_]+_(?:call|call_output|list_tools|approval_\w+))$/;

function isItem(value: unknown): boolean {
  return isRecord(value) && (ROLES.has(value['role']) || isResponsesItem(value));
}

function isResponsesItem(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { type, content } = value;
  if (typeof type === 'string' && ITEM_TYPES.test(type)) return true;
  return hasPart(content, (part) => part === 'input_text' || part === 'output_text');
}

function formatOfMessages(messages: readonly unknown[]): TraceFormat {
  // First, because a stored answer of Anthropic has a type as items of OpenAI have.
  const isAnthropic = messages.some(
    (message) =>
      isRecord(message) && hasPart(message['content'], (part) => part === 'tool_use' || part === 'tool_result'),
  );
  if (isAnthropic) return 'anthropic';
  return messages.some(isResponsesItem) ? 'openai-responses' : 'openai-chat';
}

function hasPart(content: unknown, isIt: (type: unknown) => boolean): boolean {
  return Array.isArray(content) && content.some((part) => isRecord(part) && isIt(part['type']));
}
