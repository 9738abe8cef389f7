import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@actguard/client';
import type { Gateway } from '@actguard/core';

/** What a gateway has received. */
export interface Received {
  /** How often each event came, by name. */
  readonly events: ReadonlyMap<string, number>;
  readonly reservations: number;
  readonly settlements: number;
  /** What the settlements say was used. */
  readonly settledTokens: number;
}

/** Of the events, these are told by their own number: they say what a run came to. */
const TOLD_EVENTS = ['guard.blocked', 'budget.blocked', 'run.end'] as const;

/** A gateway on this machine that grants everything and counts what it gets. Nothing of it leaves the machine. */
export class PretendGateway implements Received, AsyncDisposable {
  readonly client: Client;
  readonly events = new Map<string, number>();
  reservations = 0;
  settlements = 0;
  settledTokens = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.client = new Client({
      apiKey: 'demo',
      gatewayUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      emitAllToolRuns: false,
      flushOnExit: false,
    });
  }

  static async start(): Promise<PretendGateway> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const gateway = new PretendGateway(server);
    server.on('request', (request, response) => {
      gateway.#take(request).then(
        (answer) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
        () => request.socket.destroy(),
      );
    });
    return gateway;
  }

  /** The client, for hosts. Without a tariff: one would price models that the demo knows no price of, and change what it shows. */
  get connection(): Gateway {
    const { client } = this;
    return {
      reserve: (request) => client.reserve(request),
      settle: (request) => client.settle(request),
      tariff: async () => undefined,
      onEvent: client.onEvent,
      events: client.events,
      flush: (options) => client.flush(options),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage): Promise<object> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString('utf8');
    switch (request.url) {
      case '/api/v1/reserve':
        return { reserve_id: `demo-${++this.reservations}` };
      case '/api/v1/settle': {
        const { input_tokens, cached_input_tokens, output_tokens } = JSON.parse(text) as Record<string, number>;
        this.settlements++;
        this.settledTokens += (input_tokens ?? 0) + (cached_input_tokens ?? 0) + (output_tokens ?? 0);
        return {};
      }
      default:
        for (const { name } of (JSON.parse(text) as { events: { name: string }[] }).events)
          this.events.set(name, (this.events.get(name) ?? 0) + 1);
        return {};
    }
  }
}

/** What a gateway would have received, in a sentence. */
export function receivedText({ events, reservations, settlements, settledTokens }: Received): string {
  const all = [...events.values()].reduce((sum, count) => sum + count, 0);
  const told = TOLD_EVENTS.filter((name) => events.has(name)).map((name) => `${events.get(name)} ${name}`);
  const which = told.length === 0 ? '' : ` (${told.join(', ')}${told.length < events.size ? ', …' : ''})`;
  const budgets =
    reservations + settlements === 0
      ? ''
      : `, ${counted(reservations, 'reservation')} and ${counted(settlements, 'settlement')} of ` +
        `${settledTokens.toLocaleString('en')} tokens`;
  return `A gateway would have received ${counted(all, 'event')}${which}${budgets}.`;
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
