import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

type Direction = 'requests' | 'answers';

/** A network on loopback between a client and a server, as bad as a test wants it. */
export class LoopbackProxy implements AsyncDisposable {
  readonly host = '127.0.0.1';
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #held = new Set<Direction>();
  #delay = 0;
  #waiting: (() => void)[] = [];

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Stands in front of a port on loopback. */
  static async to(port: number): Promise<LoopbackProxy> {
    const proxy = new LoopbackProxy(port);
    proxy.#server.listen(0, proxy.host);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`;
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** From now on every chunk waits for so many ms, in each direction. */
  slow(ms: number): void {
    this.#delay = ms;
  }

  /** Destroys all connections, with what is under way in them. New ones are accepted. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /**
   * From now on nothing comes through, as if a cable was out: connections are accepted and stay, and what is sent waits for
   * `restore`; with `cut` it is lost. With 'answers' the server gets and does what it is asked, and nobody hears of it.
   */
  blackHole(what: 'all' | Direction = 'all'): void {
    for (const direction of ['requests', 'answers'] as const) {
      if (what === 'all' || what === direction) this.#held.add(direction);
    }
  }

  /** Lets everything through again, without delay, also what waits. */
  restore(): void {
    this.#delay = 0;
    this.#held.clear();
    for (const release of this.#waiting.splice(0)) release();
  }

  async close(): Promise<void> {
    this.cut();
    this.restore();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(client: Socket): void {
    const server = connect(this.#target, this.host);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // `close` follows.
      socket.on('error', () => {});
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    void this.#forward(client, server, 'requests');
    void this.#forward(server, client, 'answers');
  }

  async #forward(from: Socket, to: Socket, direction: Direction): Promise<void> {
    try {
      for await (const chunk of from) {
        if (this.#delay > 0) await sleep(this.#delay);
        while (this.#held.has(direction)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
        if (!to.destroyed) to.write(chunk as Buffer);
      }
      to.end();
    } catch {
      to.destroy();
    }
  }
}
