import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BetaMessage } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { Message, RawMessageStreamEvent, Usage } from '@anthropic-ai/sdk/resources/messages/messages';

/** A request that came in. */
export interface Seen {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Resolves when the client closes the connection before the answer is complete. */
  readonly left: Promise<void>;
}

/** An event of a stream, or a time to wait before the next one. */
export type StreamPart = RawMessageStreamEvent | { readonly type: 'ping' } | ErrorBody | Promise<unknown>;

/** What a request is answered with. */
export type Reply =
  | { readonly json: unknown; readonly status?: number }
  | { readonly events: readonly StreamPart[]; readonly cut?: boolean }
  /** The connection is lost before anything was answered. */
  | { readonly lost: true }
  /** Nothing is answered until the client goes away. */
  | { readonly silent: true };

/** An answer that depends on what was asked. */
export type Answerer = (body: Seen['body']) => Reply;

/** How the API words an error. */
export interface ErrorBody {
  readonly type: 'error';
  readonly error: { readonly type: string; readonly message: string };
}

/** Speaks the wire format of the Messages API on a port of this machine. */
export interface LoopbackServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Answers the next requests with these, in order; any further one with a message or its stream. */
  next(...replies: readonly (Reply | Answerer)[]): void;
}

export const USAGE: Usage = {
  input_tokens: 21,
  cache_creation_input_tokens: 300,
  cache_read_input_tokens: 500,
  cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
  output_tokens: 77,
  output_tokens_details: { thinking_tokens: 30 },
  server_tool_use: null,
  service_tier: 'standard',
  inference_geo: null,
  speed: 'standard',
};

/** Tokens of {@link USAGE}: 21 + 300 + 500 in, 77 out. */
export const USAGE_TOKENS = 898;

export function message(changes: Partial<Message> | Partial<BetaMessage> = {}): Message {
  const text: Message['content'] = [{ type: 'text', text: 'hello', citations: null }];
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-opus-5-5',
    content: text,
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: USAGE,
    ...changes,
  } as Message;
}

/** The events of a message of text; `until` leaves out those from the first one of that type on. */
export function events(changes: Partial<Message> = {}, until?: RawMessageStreamEvent['type']): StreamPart[] {
  const whole = message(changes);
  const { cache_creation: _, service_tier: __, inference_geo: ___, speed: ____, ...delta } = whole.usage;
  const all: StreamPart[] = [
    {
      type: 'message_start',
      message: {
        ...whole,
        content: [],
        stop_reason: null,
        usage: { ...whole.usage, output_tokens: 3, output_tokens_details: null },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '', citations: null } },
    { type: 'ping' },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hel' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: whole.stop_reason, stop_sequence: null },
      usage: delta,
    } as RawMessageStreamEvent,
    { type: 'message_stop' },
  ];
  const end = all.findIndex((event) => 'type' in event && event.type === until);
  return end === -1 ? all : all.slice(0, end);
}

export function apiError(type: string, text = 'no'): ErrorBody {
  return { type: 'error', error: { type, message: text } };
}

export async function startServer(): Promise<LoopbackServer> {
  const seen: Seen[] = [];
  const replies: (Reply | Answerer)[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    const left = new Promise<void>((resolve) => {
      response.on('close', () => {
        if (!response.writableFinished) resolve();
      });
    });
    seen.push({ path: request.url ?? '', body, left });
    const reply = replies.shift() ?? usual(request.url ?? '', body);
    await send(response, typeof reply === 'function' ? reply(body) : reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    next: (...given) => void replies.push(...given),
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function usual(path: string, body: Readonly<Record<string, unknown>>): Reply {
  if (path.includes('/count_tokens')) return { json: { input_tokens: 33 } };
  if (!path.includes('/v1/messages')) return { json: apiError('not_found_error'), status: 404 };
  const model = String(body['model']);
  return body['stream'] === true ? { events: events({ model }) } : { json: message({ model }) };
}

async function send(response: http.ServerResponse, reply: Reply): Promise<void> {
  if ('silent' in reply) return;
  if ('lost' in reply) {
    response.socket?.destroy();
    return;
  }
  if ('json' in reply) {
    // Retries wait as long as they are told.
    response.writeHead(reply.status ?? 200, {
      'content-type': 'application/json',
      'request-id': 'req_1',
      'retry-after-ms': '1',
    });
    response.end(JSON.stringify(reply.json));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_1' });
  for (const part of reply.events) {
    if (part instanceof Promise) {
      await part;
      continue;
    }
    if (response.destroyed) return;
    await new Promise((written) => response.write(`event: ${part.type}\ndata: ${JSON.stringify(part)}\n\n`, written));
  }
  if (reply.cut === true) response.socket?.destroy();
  else response.end();
}
