import type { RecordedCall, RecordedError, Trace, UserTurn } from '../trace/trace.js';
import { isRecord } from './json-text.js';
import type { TracePlace } from './trace-place.js';

interface OpenCall {
  tool: string;
  args: unknown;
  step: number;
  result?: unknown;
  error?: RecordedError;
}

/** What a stored conversation says of itself. */
export interface ConversationHead {
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly user: string | undefined;
}

/** Puts a trace together from messages as they come. */
export class Conversation {
  readonly #turns: UserTurn[] = [];
  readonly #calls: OpenCall[] = [];
  readonly #open = new Map<string, OpenCall[]>();
  #step = -1;

  /** What the user said next; nothing where it is no text. */
  userSaid(text: string): void {
    if (text.trim() !== '') this.#turns.push({ at: this.#calls.length, text });
  }

  /** The calls that follow are made at once. */
  beginStep(): void {
    this.#step++;
  }

  /** The model called a tool. @param id what its result will name; the name of the tool where there is none */
  call(id: unknown, tool: string, args: unknown): void {
    const call = { tool, args, step: Math.max(0, this.#step) };
    this.#calls.push(call);
    const key = keyOf(id, tool);
    const open = this.#open.get(key);
    if (open === undefined) this.#open.set(key, [call]);
    else open.push(call);
  }

  /** What a call came to. One that nobody made, or that has an answer, is left out. */
  answer(id: unknown, tool: unknown, answer: { result: unknown } | { error: RecordedError }): void {
    const call = this.#taken(keyOf(id, tool));
    if (call !== undefined) Object.assign(call, answer);
  }

  trace(source: string, { id, model, user }: ConversationHead, place: TracePlace): Trace {
    return {
      id: id ?? place.id,
      source,
      suite: place.suite,
      ...(model !== undefined && { model }),
      ...(user !== undefined && { userId: user }),
      userTurns: this.#turns,
      calls: this.#calls satisfies RecordedCall[],
    };
  }

  // Some providers number the calls of each step anew, so of several with one id the last step's are meant.
  #taken(key: string): OpenCall | undefined {
    const open = this.#open.get(key) ?? [];
    const step = open.at(-1)?.step;
    const index = open.findIndex((call) => call.step === step);
    return index === -1 ? undefined : open.splice(index, 1)[0];
  }
}

function keyOf(id: unknown, tool: unknown): string {
  return typeof id === 'string' && id !== '' ? `id ${id}` : `tool ${String(tool)}`;
}

/** The text of a message: of several parts those that are text. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.flatMap((part) => textOfPart(part) ?? []).join('\n');
}

const TEXT_PARTS = new Set<unknown>(['text', 'input_text', 'output_text', undefined]);

function textOfPart(part: unknown): string | undefined {
  if (typeof part === 'string') return part;
  return isRecord(part) && TEXT_PARTS.has(part['type']) && typeof part['text'] === 'string' ? part['text'] : undefined;
}

/** A stored conversation: its messages, or what was sent and what came back. */
export interface StoredConversation {
  /** Everything that stands beside the messages. */
  readonly head: ConversationHead;
  readonly request: Readonly<Record<string, unknown>>;
  readonly response: Readonly<Record<string, unknown>>;
}

/** Takes a stored conversation apart; `request` and `response` may be objects, bodies in objects, or their JSON text. */
export function openStored(value: Readonly<Record<string, unknown>>): StoredConversation {
  const request = bodyOf(value['request']) ?? value;
  const response = bodyOf(value['response']) ?? value;
  const first = (name: string): string | undefined =>
    textIn(value, name) ?? textIn(request, name) ?? textIn(response, name);
  const metadata = request['metadata'];
  const user = first('user') ?? (isRecord(metadata) ? textIn(metadata, 'user_id') : undefined);
  return {
    head: { id: textIn(value, 'id') ?? textIn(response, 'id'), model: first('model'), user },
    request,
    response,
  };
}

function textIn(holder: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = holder[name];
  if (typeof value === 'number' && name === 'id') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function bodyOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const read = typeof value === 'string' ? parsed(value) : value;
  if (!isRecord(read)) return undefined;
  const { body } = read;
  return bodyOf(body) ?? read;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
