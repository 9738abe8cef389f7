import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ask, infoOf } from './ask.js';
import { freePort } from './free-port.js';
import { killWithThisProcess } from './kill-with-this-process.js';
import { serverBinary } from './server-binary.js';
import { until } from './until.js';

const PORTS_TRIED = 5;
const LOG_LINES = 20;

export interface RedisServerOptions {
  /** Keeps what it has answered for, also when it is killed: every write is on disk first. Default: all is in memory. */
  readonly durable?: boolean;
  /** More lines of its configuration file. */
  readonly config?: readonly string[];
  /** Starts a sentinel in place of a server. */
  readonly sentinel?: boolean;
}

/** A real server on this machine, which nobody else uses. It ends with this process at the latest. */
export class RedisServer implements AsyncDisposable {
  readonly #binary: string;
  readonly #options: RedisServerOptions;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'actguard-redis-'));
  #port = 0;
  #child: ChildProcess | undefined;

  private constructor(binary: string, options: RedisServerOptions) {
    this.#binary = binary;
    this.#options = options;
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @throws Error where there is none on `PATH`, or it does not start; with the end of its log
   */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const binary = serverBinary();
    if (binary === undefined) throw new Error('there is no valkey-server or redis-server on PATH');
    const server = new RedisServer(binary, options);
    try {
      await server.#startSomewhere();
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** Starts several at once: all of them, or none. */
  static async startAll(all: readonly RedisServerOptions[]): Promise<RedisServer[]> {
    const results = await Promise.allSettled(all.map((options) => RedisServer.start(options)));
    const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return servers;
    await Promise.all(servers.map((server) => server.close()));
    throw failed.reason;
  }

  readonly host = '127.0.0.1';

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `redis://${this.host}:${this.#port}`;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** What it has written to its log since it started first. */
  get log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  /** Sends it a command, over a connection of its own. */
  ask(...command: readonly [string, ...(string | number)[]]): Promise<unknown> {
    return ask(this.url, ...command);
  }

  /** Ends the process, by default with no chance to do anything more. Resolves when it has gone. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.ref();
    const gone = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    await gone;
  }

  /** Freezes the process: connections stay, and nothing is answered, until `cont`. */
  stop(): void {
    this.#running.kill('SIGSTOP');
  }

  /** Lets a frozen process go on. It answers what has come meanwhile. */
  cont(): void {
    this.#running.kill('SIGCONT');
  }

  /**
   * Starts again at the same port; where it still runs, it is killed first.
   *
   * @param data what it knows then; only a durable server can have kept it
   */
  async restart(data: 'kept' | 'lost' = this.#options.durable ? 'kept' : 'lost'): Promise<void> {
    if (data === 'kept' && !this.#options.durable) throw new Error('only a durable server keeps its data');
    await this.kill();
    if (data === 'lost') rmSync(this.#dataFolder, { recursive: true, force: true });
    await this.#launch();
  }

  /** Kills it and removes its files. */
  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #running(): ChildProcess {
    if (this.#child === undefined) throw new Error('the server does not run');
    return this.#child;
  }

  get #configFile(): string {
    return path.join(this.#folder, 'server.conf');
  }

  get #dataFolder(): string {
    return path.join(this.#folder, 'data');
  }

  get #logFile(): string {
    return path.join(this.#folder, 'server.log');
  }

  /** Another process may take a port between the look and the start. */
  async #startSomewhere(): Promise<void> {
    for (let tried = 1; ; tried++) {
      this.#port = await freePort();
      this.#writeConfig();
      try {
        return await this.#launch();
      } catch (error) {
        if (tried === PORTS_TRIED || !this.log.includes('Address already in use')) throw error;
      }
    }
  }

  #writeConfig(): void {
    const { durable = false, sentinel = false, config = [] } = this.#options;
    const ofServer = [
      'save ""',
      `appendonly ${durable ? 'yes' : 'no'}`,
      'appendfsync always',
      // A node of a cluster that loses its data is still that node.
      `cluster-config-file ${JSON.stringify(path.join(this.#folder, 'nodes.conf'))}`,
    ];
    const lines = [
      `port ${this.#port}`,
      `bind ${this.host}`,
      `dir ${JSON.stringify(this.#dataFolder)}`,
      ...(sentinel ? [] : ofServer),
      ...config,
    ];
    // A file and not arguments: sentinels write their own into it, and what they tell a server to write.
    writeFileSync(this.#configFile, `${lines.join('\n')}\n`);
  }

  async #launch(): Promise<void> {
    mkdirSync(this.#dataFolder, { recursive: true });
    const log = openSync(this.#logFile, 'a');
    const args = [this.#configFile, ...(this.#options.sentinel ? ['--sentinel'] : [])];
    // Detached: Ctrl-C ends this process, which ends the server; a frozen one would not hear it.
    const child = spawn(this.#binary, args, { detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    await once(child, 'spawn');
    child.unref();
    const pid = child.pid!;
    const unwatch = killWithThisProcess(pid, this.#folder);
    this.#child = child;
    child.once('exit', () => {
      unwatch();
      this.#child = undefined;
    });
    try {
      await until('the server answers', () => this.#child === undefined || this.#answersAs(pid));
    } catch (error) {
      await this.kill();
      throw this.#startError('did not answer', error);
    }
    if (!this.isRunning) throw this.#startError(`ended by itself (${child.exitCode ?? child.signalCode})`);
  }

  /** False also where another server has this port. */
  async #answersAs(pid: number): Promise<boolean> {
    if ((await this.ask('PING')) !== 'PONG') return false;
    return infoOf(await this.ask('INFO', 'server')).get('process_id') === String(pid);
  }

  #startError(what: string, cause?: unknown): Error {
    const log = this.log.trimEnd().split('\n').slice(-LOG_LINES).join('\n');
    return new Error(`${path.basename(this.#binary)} on port ${this.#port} ${what}. Its log ends:\n${log}`, { cause });
  }
}
