import type { RecordedCall, RecordedError } from '../trace/trace.js';
import { textOf } from './conversation.js';
import { isRecord, readArguments, readJsonText } from './json-text.js';
import { attributesOf } from './otel-attributes.js';
import { durationMs, epochMs } from './otel-time.js';

type Fields = Readonly<Record<string, unknown>>;

/** What is looked at of a span. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** `undefined`: it is the root of its trace. */
  readonly parentId: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly conversation: string | undefined;
  readonly user: string | undefined;
  readonly model: string | undefined;
  /** The tool call, where it is the execution of one. */
  readonly call: RecordedCall | undefined;
  /** What the user has said, as a call of a model was given it. */
  readonly userTexts: readonly string[];
}

/** Whether a value looks like a span that stands for itself. */
export function isSpan(value: unknown): value is Fields {
  return isRecord(value) && traceIdOf(value) !== undefined && typeof value['name'] === 'string';
}

/** The spans of a request in OTLP/JSON: `resourceSpans[].scopeSpans[].spans[]`. */
export function spansOf(request: Fields): readonly Fields[] {
  return listsIn(request, 'resourceSpans', 'resource_spans')
    .flatMap((resource) =>
      listsIn(resource, 'scopeSpans', 'scope_spans', 'instrumentationLibrarySpans', 'instrumentation_library_spans'),
    )
    .flatMap((scope) => listsIn(scope, 'spans'))
    .filter((span) => traceIdOf(span) !== undefined);
}

function listsIn(holder: Fields, ...names: readonly string[]): readonly Fields[] {
  const list = first(holder, names);
  return Array.isArray(list) ? (list as unknown[]).filter(isRecord) : [];
}

/** Reads a span, of OTLP or as exporters write it to a console or a file. */
export function readSpan(fields: Fields): Span {
  const attributes = attributesOf(fields['attributes']);
  const text = (name: string): string | undefined => {
    const value = attributes.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const start = first(fields, ['startTimeUnixNano', 'start_time_unix_nano', 'start_time', 'startTime', 'timestamp']);
  const startMs = epochMs(start) ?? 0;
  const end = epochMs(first(fields, ['endTimeUnixNano', 'end_time_unix_nano', 'end_time', 'endTime']));
  const endMs = Math.max(startMs, end ?? startMs + (durationMs(fields['duration'], start) ?? 0));
  const tool = text('gen_ai.operation.name') === 'execute_tool' ? toolOf(fields, text('gen_ai.tool.name')) : undefined;
  return {
    traceId: traceIdOf(fields) ?? '',
    spanId: spanIdOf(fields) ?? '',
    parentId: parentOf(fields),
    startMs,
    endMs,
    conversation: text('gen_ai.conversation.id'),
    user: text('user.id') ?? text('enduser.id'),
    model: text('gen_ai.response.model') ?? text('gen_ai.request.model'),
    call: tool === undefined ? undefined : { tool, ...callOf(fields, attributes) },
    userTexts: userTextsIn(attributes.get('gen_ai.input.messages')),
  };
}

function callOf(fields: Fields, attributes: ReadonlyMap<string, unknown>): Pick<RecordedCall, 'args'> {
  const args = readArguments(attributes.get('gen_ai.tool.call.arguments'));
  const error = errorOf(fields, attributes);
  if (error !== undefined) return { args, ...{ error } };
  const result = attributes.get('gen_ai.tool.call.result');
  return { args, ...(result !== undefined && { result: typeof result === 'string' ? readJsonText(result) : result }) };
}

// The attribute may be missing where the name of the span says it.
function toolOf({ name }: Fields, attribute: string | undefined): string | undefined {
  if (attribute !== undefined) return attribute;
  const named = typeof name === 'string' ? /^execute_tool (.+)$/.exec(name)?.[1] : undefined;
  return named;
}

const ERROR_STATUS = new Set<unknown>([2, 'STATUS_CODE_ERROR', 'ERROR', 'Error', 'StatusCode.ERROR']);

function errorOf(fields: Fields, attributes: ReadonlyMap<string, unknown>): RecordedError | undefined {
  const status = isRecord(fields['status']) ? fields['status'] : {};
  const type = attributes.get('error.type');
  if (typeof type !== 'string' && !ERROR_STATUS.has(first(status, ['code', 'status_code']))) return undefined;
  const messages = [status['message'], status['description'], exceptionMessage(fields['events']), type];
  const message = messages.find((each): each is string => typeof each === 'string' && each !== '');
  const isStatus = typeof type === 'string' && /^[45]\d\d$/.test(type);
  return {
    message: message ?? 'The tool failed.',
    ...(typeof type === 'string' && (isStatus ? { status: Number(type) } : { name: type })),
  };
}

function exceptionMessage(events: unknown): unknown {
  const exception = Array.isArray(events)
    ? (events as unknown[]).filter(isRecord).find(({ name }) => name === 'exception')
    : undefined;
  return exception && attributesOf(exception['attributes']).get('exception.message');
}

function userTextsIn(attribute: unknown): readonly string[] {
  const messages = typeof attribute === 'string' ? readJsonText(attribute) : attribute;
  if (!Array.isArray(messages)) return [];
  return (messages as unknown[])
    .filter(isRecord)
    .filter(({ role }) => role === 'user')
    .map(({ parts, content }) => (Array.isArray(parts) ? textOfParts(parts) : textOf(content)))
    .filter((text) => text.trim() !== '');
}

function textOfParts(parts: readonly unknown[]): string {
  const texts = parts.filter(isRecord).filter(({ type }) => type === 'text');
  return texts.flatMap(({ content }) => (typeof content === 'string' ? [content] : [])).join('\n');
}

function traceIdOf(fields: Fields): string | undefined {
  return idIn(fields, ['traceId', 'trace_id']) ?? idIn(contextOf(fields), ['traceId', 'trace_id']);
}

function spanIdOf(fields: Fields): string | undefined {
  return idIn(fields, ['spanId', 'span_id', 'id']) ?? idIn(contextOf(fields), ['spanId', 'span_id']);
}

function parentOf(fields: Fields): string | undefined {
  const named = idIn(fields, ['parentSpanId', 'parent_span_id', 'parentId', 'parent_id']);
  const context = first(fields, ['parentSpanContext', 'parent']);
  return named ?? (isRecord(context) ? idIn(context, ['spanId', 'span_id']) : undefined);
}

function contextOf(fields: Fields): Fields {
  const context = first(fields, ['context', 'spanContext']);
  return isRecord(context) ? context : {};
}

// Nothing but zeros stands for no id.
function idIn(fields: Fields, names: readonly string[]): string | undefined {
  const id = first(fields, names);
  return typeof id === 'string' && /[^0x]/.test(id) ? id : undefined;
}

function first(fields: Fields, names: readonly string[]): unknown {
  return names.map((name) => fields[name]).find((value) => value !== undefined && value !== null);
}
