import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type LineOutput, MAX_WAITING, tooSlow } from './line-output.js';

const zipped = promisify<string, Buffer>(gzip);

/** Most characters that are zipped at once. */
const MAX_BATCH = 4 * 1024 * 1024;

/**
 * Appends lines to a gzip file. What has come since the last write is a zipped piece of its own, complete on the disk as soon as it
 * is written: a process that is killed takes none of the pieces before with it.
 */
export class GzipOutput implements LineOutput {
  readonly #report: (error: Error) => void;
  #lines: string[] = [];
  #waiting = 0;
  #isBroken = false;
  /** Writes what there is; undefined while there is nothing. */
  #writing: Promise<void> | undefined;
  readonly #file: Promise<FileHandle>;

  constructor(path: string, report: (error: Error) => void) {
    this.#report = report;
    this.#file = open(path, 'a');
    this.#file.catch((error: Error) => this.#break(error));
  }

  write(line: string): void {
    if (this.#isBroken) return;
    if (this.#waiting > MAX_WAITING) return this.#report(tooSlow());
    // With its end.
    this.#waiting += line.length + 1;
    this.#lines.push(line);
    this.#writing ??= this.#writeAll();
  }

  async end(): Promise<void> {
    await this.#writing;
    try {
      await (await this.#file).close();
    } catch (error) {
      if (!this.#isBroken) this.#break(error as Error);
    }
  }

  async #writeAll(): Promise<void> {
    try {
      const file = await this.#file;
      while (this.#lines.length > 0) {
        const batch = this.#takeBatch();
        await file.appendFile(await zipped(batch));
        this.#waiting -= batch.length;
      }
    } catch (error) {
      if (!this.#isBroken) this.#break(error as Error);
    } finally {
      this.#writing = undefined;
    }
  }

  #takeBatch(): string {
    let count = 0;
    for (let length = 0; count < this.#lines.length && length < MAX_BATCH; count++)
      length += this.#lines[count]?.length ?? 0;
    return this.#lines
      .splice(0, count)
      .map((line) => `${line}\n`)
      .join('');
  }

  #break(error: Error): void {
    this.#isBroken = true;
    this.#lines = [];
    this.#report(error);
  }
}
