import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that came in. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Resolves when the client closes the connection before the answer is complete. */
  readonly left: Promise<void>;
}

/** An event of a stream, with its name where it has one; a promise holds up what follows. */
export type StreamPart = object | '[DONE]' | Promise<unknown>;

/** What a request is answered with. */
export type Reply =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly events: readonly StreamPart[]; readonly cut?: boolean; readonly silent?: boolean }
  | { readonly bytes: Uint8Array; readonly type: string }
  /** The connection is lost before anything was answered, or in the middle of a JSON document. */
  | { readonly lost: 'before' | 'within' }
  /** Nothing is answered, or nothing behind the head, until the client goes away. */
  | { readonly silent: 'before' | 'within' };

/** Speaks the wire format of the OpenAI API on a port of this machine. */
export interface LoopbackServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Answers the next requests with these, in order; any further one with what `usual` says. */
  next(...replies: readonly Reply[]): void;
}

/** @param usual answers what no `next` was given for */
export async function startServer(usual: (seen: Seen) => Reply): Promise<LoopbackServer> {
  const seen: Seen[] = [];
  const replies: Reply[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const left = new Promise<void>((resolve) => {
      response.on('close', () => {
        if (!response.writableFinished) resolve();
      });
    });
    const { method = '', url: path = '' } = request;
    const arrived = { method, path, body: parsed(Buffer.concat(chunks)), left };
    seen.push(arrived);
    await send(response, replies.shift() ?? usual(arrived));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    next: (...given) => void replies.push(...given),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** How the API words an error. */
export function apiError(type: string, message = 'no'): { readonly error: object } {
  return { error: { message, type, code: type, param: null } };
}

function parsed(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return { multipart: body.toString('latin1') };
  }
}

async function send(response: http.ServerResponse, reply: Reply): Promise<void> {
  if ('lost' in reply) {
    if (reply.lost === 'within') await begin(response);
    response.socket?.destroy();
    return;
  }
  if ('events' in reply) return sendEvents(response, reply);
  if ('silent' in reply) {
    if (reply.silent === 'within') await begin(response);
    return;
  }
  if ('bytes' in reply) {
    response.writeHead(200, { 'content-type': reply.type });
    response.end(reply.bytes);
    return;
  }
  // Retries wait as long as they are told.
  const { status = 200, headers } = reply;
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-request-id': 'req_1',
    'retry-after-ms': '1',
    ...headers,
  });
  response.end(JSON.stringify(reply.json));
}

async function begin(response: http.ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  await new Promise<void>((resolve) => response.write('{"id":', () => resolve()));
}

async function sendEvents(
  response: http.ServerResponse,
  { events, cut, silent }: Extract<Reply, { readonly events: unknown }>,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req_1' });
  for (const part of events) {
    if (part instanceof Promise) {
      await part;
      continue;
    }
    const name = (part as { readonly type?: unknown }).type;
    const head = typeof name === 'string' ? `event: ${name}\n` : '';
    const data = part === '[DONE]' ? part : JSON.stringify(part);
    await new Promise<void>((resolve) => response.write(`${head}data: ${data}\n\n`, () => resolve()));
  }
  if (silent) return;
  if (cut) response.socket?.destroy();
  else response.end();
}
