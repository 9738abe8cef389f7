import { createWriteStream } from 'node:fs';
import { finished, type Writable } from 'node:stream';

/** Where lines go. Nothing of it throws. */
export interface LineOutput {
  write(line: string): void;
  /** Resolves when all lines have arrived. */
  end(): Promise<void>;
}

/** Most characters that wait for a slow disk. */
export const MAX_WAITING = 64 * 1024 * 1024;

/** What is reported where they are more. */
export function tooSlow(): Error {
  return new Error('The disk is too slow, so that runs are left out.');
}

/** Appends lines to a file. */
export class FileOutput implements LineOutput {
  readonly #stream: Writable;
  readonly #over: Promise<void>;
  readonly #report: (error: Error) => void;
  #waiting = 0;
  #isBroken = false;

  constructor(path: string, report: (error: Error) => void) {
    this.#report = report;
    this.#stream = createWriteStream(path, { flags: 'a' });
    this.#over = new Promise((resolve) => {
      finished(this.#stream, (error) => {
        if (error) this.#break(error);
        resolve();
      });
    });
  }

  write(line: string): void {
    if (this.#isBroken) return;
    if (this.#waiting > MAX_WAITING) return this.#report(tooSlow());
    this.#waiting += line.length;
    this.#stream.write(`${line}\n`, () => (this.#waiting -= line.length));
  }

  async end(): Promise<void> {
    this.#stream.end();
    await this.#over;
  }

  #break(error: Error): void {
    this.#isBroken = true;
    this.#report(error);
  }
}

/** Hands lines to a function of the application. */
export class FunctionOutput implements LineOutput {
  readonly #write: (line: string) => unknown;
  readonly #report: (error: Error) => void;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(write: (line: string) => unknown, report: (error: Error) => void) {
    this.#write = write;
    this.#report = report;
  }

  write(line: string): void {
    let returned: unknown;
    try {
      returned = this.#write(line);
    } catch (error) {
      return this.#failed(error);
    }
    if (!(returned instanceof Promise)) return;
    const settled: Promise<unknown> = returned
      .catch((error: unknown) => this.#failed(error))
      .finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  async end(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #failed(error: unknown): void {
    this.#report(error instanceof Error ? error : new Error(String(error)));
  }
}
