import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { killWithThisProcess } from './kill-with-this-process.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** How a worker ended. */
export interface Ended {
  readonly index: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it has said, in order. */
  readonly said: readonly unknown[];
  /** What it wrote to stderr. */
  readonly err: string;
}

/** A process of its own that runs a TypeScript file. It uses the built packages, as another program would. */
export class Worker {
  readonly index: number;
  /** Resolves when the process has gone and all it said has come. */
  readonly ended: Promise<Ended>;
  /** What it has said so far. */
  readonly said: unknown[] = [];
  readonly #child: ChildProcess;
  readonly #listeners = new Set<() => void>();
  #err = '';
  #isKilled = false;
  #hasEnded = false;

  constructor(index: number, file: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.index = index;
    const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: 'pipe',
    });
    this.#child = child;
    child.stdin.on('error', () => {});
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line));
    child.stderr.on('data', (data: Buffer) => {
      this.#err += data.toString();
    });
    const unwatch = child.pid === undefined ? () => {} : killWithThisProcess(child.pid);
    child.once('exit', unwatch);
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        this.#hasEnded = true;
        this.#wake();
        resolve({ index, code, signal, said: this.said, err: this.#err });
      });
    });
  }

  /** Whether it has ended otherwise than with code 0 or by `kill`. */
  get hasFailed(): boolean {
    return this.#hasEnded && !this.#isKilled && this.#child.exitCode !== 0;
  }

  /** Sends it a value, which `hear` of ./worker-side.js gives it. */
  tell(value: unknown): void {
    this.#child.stdin!.write(`${JSON.stringify(value)}\n`);
  }

  /**
   * Resolves when it has said so many things.
   *
   * @returns the last of them
   * @throws Error with what it wrote to stderr, where it ends before
   */
  async hasSaid(count = 1): Promise<unknown> {
    while (this.said.length < count) {
      if (this.#hasEnded) throw this.failure(`said ${this.said.length} of ${count} things`);
      await new Promise<void>((resolve) => this.#listeners.add(resolve));
    }
    return this.said[count - 1];
  }

  /** Kills it, whatever it does. Resolves when it has gone. */
  async kill(): Promise<Ended> {
    this.#isKilled = true;
    this.#child.kill('SIGKILL');
    return await this.ended;
  }

  /** Kills it in so many ms, or at a random moment in the next second, or as soon as it has said so many things. */
  async killAt(moment: { readonly ms: number } | { readonly said: number } | 'random' = 'random'): Promise<Ended> {
    if (moment === 'random') await sleep(Math.random() * 1000);
    else if ('ms' in moment) await sleep(moment.ms);
    else await this.hasSaid(moment.said);
    return await this.kill();
  }

  failure(what: string): Error {
    const { exitCode, signalCode } = this.#child;
    return new Error(`worker ${this.index} ${what} and ended with ${exitCode ?? signalCode}:\n${this.#err}`);
  }

  #hear(line: string): void {
    try {
      this.said.push(JSON.parse(line));
    } catch {
      // The half of a line that a killed worker leaves; or a stray console.log, which a failure then shows.
      this.#err += `(on stdout) ${line}\n`;
    }
    this.#wake();
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

export interface WorkersOptions {
  readonly count: number;
  /** Arguments of each, after the file. */
  readonly args?: (index: number) => readonly string[];
  /** Added to the environment of each. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Several processes that do the same at the same time. */
export class Workers implements AsyncDisposable {
  readonly all: readonly Worker[];

  /** @param file path of a TypeScript file, absolute */
  constructor(file: string, { count, args = () => [], env = {} }: WorkersOptions) {
    this.all = Array.from({ length: count }, (_, index) => new Worker(index, file, args(index), env));
  }

  /** Resolves when each has said so many things: that it is ready, for example. */
  async haveSaid(count = 1): Promise<unknown[]> {
    return await Promise.all(this.all.map((worker) => worker.hasSaid(count)));
  }

  /** Sends all of them a value. */
  tell(value: unknown): void {
    for (const worker of this.all) worker.tell(value);
  }

  /**
   * Resolves when all have ended.
   *
   * @throws Error with what it wrote to stderr, where one failed that was not killed
   */
  async ended(): Promise<Ended[]> {
    const ended = await Promise.all(this.all.map((worker) => worker.ended));
    for (const worker of this.all) if (worker.hasFailed) throw worker.failure('failed');
    return ended;
  }

  /** Kills those that still run. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map((worker) => worker.kill()));
  }
}
