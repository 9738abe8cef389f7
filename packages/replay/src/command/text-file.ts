import { type Stats, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { CommandError } from './command-error.js';

const BUFFER_LENGTH = 1 << 18;

/** A file that is written from its beginning to its end, without being held as a whole. */
export class TextFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  #buffer: string[] = [];
  #length = 0;
  #isOpen = true;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /**
   * @param inputs files that must not be written over
   * @throws {CommandError} where it cannot be written, or is one of the inputs
   */
  static async create(file: string, inputs: readonly string[] = []): Promise<TextFile> {
    if (inputs.some((input) => isSameFile(file, input)))
      throw new CommandError(`${file} is read, so it cannot be written. Name another file.`);
    try {
      return new TextFile(await open(file, 'w'));
    } catch (error) {
      throw new CommandError(`${file} cannot be written: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Adds text. Resolves at once where it only is kept for later. */
  async write(text: string): Promise<void> {
    this.#buffer.push(text);
    this.#length += text.length;
    if (this.#length >= BUFFER_LENGTH) await this.#flush();
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    await this.#flush();
    await this[Symbol.asyncDispose]();
  }

  /** Closes it, complete or not: half of it is no JSON, so nobody takes it for the whole. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close();
  }

  async #flush(): Promise<void> {
    const text = this.#buffer.join('');
    this.#buffer = [];
    this.#length = 0;
    await this.#handle.write(text);
  }
}

// Under whatever name: a link leads to the same file.
function isSameFile(a: string, b: string): boolean {
  if (path.resolve(a) === path.resolve(b)) return true;
  const [one, other] = [statOf(a), statOf(b)];
  return one?.isFile() === true && one.ino === other?.ino && one.dev === other.dev;
}

function statOf(file: string): Stats | undefined {
  return statSync(file, { throwIfNoEntry: false });
}
