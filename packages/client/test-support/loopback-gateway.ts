import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came in. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly json: unknown;
}

/** How the gateway treats a request. */
export type Behaviour =
  | {
      readonly status?: number;
      readonly json?: unknown;
      readonly text?: string;
      readonly headers?: Record<string, string>;
    }
  /** Never answers. */
  | 'hang'
  /** Cuts the connection, before or in the middle of the answer. */
  | 'reset'
  | 'reset-in-body'
  /** Headers at once, and a body that never ends. */
  | 'endless-body';

type Handler = (received: Received) => Behaviour | Promise<Behaviour>;

/** A gateway on this machine that behaves as badly as a test wants. */
export class LoopbackGateway {
  /** All requests, in order. */
  readonly received: Received[] = [];
  #handler: Handler = () => ({ json: {} });
  #server: Server | undefined;
  #port = 0;
  #arrivals: (() => void)[] = [];

  static async start(handler?: Handler): Promise<LoopbackGateway> {
    const gateway = new LoopbackGateway();
    if (handler !== undefined) gateway.#handler = handler;
    await gateway.restart();
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Behaves like this from now on. */
  behave(handler: Handler): void {
    this.#handler = handler;
  }

  /** Behaves like each of these once, then as before. */
  behaveOnce(...behaviours: Behaviour[]): void {
    const before = this.#handler;
    this.#handler = (received) => behaviours.shift() ?? before(received);
  }

  /** Requests to a path. */
  to(path: string): Received[] {
    return this.received.filter((each) => each.path === path);
  }

  /** Resolves when so many requests have come. */
  async arrived(count: number): Promise<void> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.#arrivals.push(resolve));
  }

  /** Stops in the middle of whatever it does. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Starts again, at the same address. */
  async restart(): Promise<void> {
    const server = createServer(
      (request, response) => void this.#serve(request, response).catch(() => request.socket.destroy()),
    );
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString('utf8');
    const { method = '', url: path = '', headers } = request;
    const received = { method, path, headers, text, json: text === '' ? undefined : (JSON.parse(text) as unknown) };
    this.received.push(received);
    for (const arrived of this.#arrivals.splice(0)) arrived();
    const behaviour = await this.#handler(received);
    if (behaviour === 'hang') return;
    if (behaviour === 'reset') return void request.socket.destroy();
    if (behaviour === 'reset-in-body' || behaviour === 'endless-body') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"reserve_id":');
      if (behaviour === 'reset-in-body') setImmediate(() => request.socket.destroy());
      return;
    }
    const { status = 200, json = {}, text: body = JSON.stringify(json), headers: extra = {} } = behaviour;
    response.writeHead(status, { 'content-type': 'application/json', ...extra });
    response.end(body);
  }
}
