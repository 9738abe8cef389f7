import { type FileHandle, open } from 'node:fs/promises';
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

  /** @throws {CommandError} where it cannot be written */
  static async create(path: string): Promise<TextFile> {
    try {
      return new TextFile(await open(path, 'w'));
    } catch (error) {
      throw new CommandError(`${path} cannot be written: ${(error as Error).message}`, { cause: error });
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
