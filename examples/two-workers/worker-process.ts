import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Answer, Order, Report } from './messages.js';
import type { Effect } from './world.js';

const FILE = path.join(import.meta.dirname, 'worker.ts');

/** A worker, as the demo sees it. */
export class WorkerProcess {
  readonly name: string;
  /** What it has really done. */
  readonly effects: Effect[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  readonly #ready: Promise<void>;
  #calls = 0;

  constructor(name: string, url: string, prefix: string) {
    this.name = name;
    const child = fork(FILE, [url, prefix], { execArgv: ['--import', 'tsx'] });
    this.#child = child;
    this.#ready = new Promise((resolve, reject) => {
      child.on('message', (report: Report) => {
        if (report.is === 'ready') resolve();
        else if (report.is === 'effect') this.effects.push(report.effect);
        else this.#waiting.get(report.id)?.resolve(report.answer);
      });
      child.once('exit', (code, signal) => {
        const error = new Error(`${name} ended with ${code ?? signal}`);
        reject(error);
        for (const { reject: rejectCall } of this.#waiting.values()) rejectCall(error);
      });
    });
  }

  /** Its process id. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when it takes calls. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Has it call a tool. */
  call(tool: string, args: Readonly<Record<string, string>>): Promise<Answer> {
    const id = ++this.#calls;
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#tell({ is: 'call', id, tool, args });
    return answer.finally(() => this.#waiting.delete(id));
  }

  /** Repairs the courier that it asks. */
  repair(): void {
    this.#tell({ is: 'repair' });
  }

  /** Lets it close its host. Resolves when it has gone. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }

  #tell(order: Order): void {
    this.#child.send(order);
  }
}
