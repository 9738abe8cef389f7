import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that came in. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  /** Resolves when the client closes the connection before the answer is complete. */
  readonly left: Promise<void>;
}

/** What a request is answered with. */
export type Reply =
  | { readonly json: unknown; readonly status?: number }
  /** Chunks of a stream; a promise among them is waited for. With `cut` the connection is lost after the last one. */
  | { readonly events: readonly unknown[]; readonly cut?: boolean }
  /** JSON that breaks off in the middle, together with the connection. */
  | { readonly cutJson: unknown }
  /** The connection is lost before anything was answered. */
  | { readonly lost: true }
  /** Nothing is answered until the client goes away. */
  | { readonly silent: true };

/** Speaks the wire format of the Gemini API and of Vertex AI on a port of this machine. */
export interface LoopbackServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Answers the next requests with these, in order; any further one by its path. */
  next(...replies: readonly Reply[]): void;
}

export async function startServer(usual: (path: string, body: Seen['body']) => Reply): Promise<LoopbackServer> {
  const seen: Seen[] = [];
  const replies: Reply[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = (text === '' ? {} : JSON.parse(text)) as Seen['body'];
    const left = new Promise<void>((resolve) => {
      response.on('close', () => {
        if (!response.writableFinished) resolve();
      });
    });
    const { method = '', url: path = '', headers } = request;
    seen.push({ method, path, headers, body, left });
    await send(response, replies.shift() ?? usual(path, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    next: (...given) => void replies.push(...given),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function send(response: http.ServerResponse, reply: Reply): Promise<void> {
  if ('silent' in reply) return;
  if ('lost' in reply) {
    response.socket?.destroy();
    return;
  }
  if ('json' in reply) {
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(JSON.stringify(reply.json));
    return;
  }
  if ('cutJson' in reply) {
    response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
    const text = JSON.stringify(reply.cutJson);
    await new Promise((written) => response.write(text.slice(0, text.length / 2), written));
    response.socket?.destroy();
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const part of reply.events) {
    if (part instanceof Promise) {
      await part;
      continue;
    }
    if (response.destroyed) return;
    await new Promise((written) => response.write(`data: ${JSON.stringify(part)}\r\n\r\n`, written));
  }
  if (reply.cut === true) response.socket?.destroy();
  else response.end();
}
