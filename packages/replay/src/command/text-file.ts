import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readlinkSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { CommandError } from './command-error.js';

const BUFFER_LENGTH = 1 << 18;

/**
 * A file that is written from its beginning to its end, without being held as a whole. Until it is closed it lies beside its
 * place under another name, so that what stands there is never lost to half of a new one.
 */
export class TextFile implements AsyncDisposable {
  readonly #file: string;
  readonly #place: Place;
  readonly #handle: FileHandle;
  #buffer: string[] = [];
  #length = 0;
  #isOpen = true;

  private constructor(file: string, place: Place, handle: FileHandle) {
    this.#file = file;
    this.#place = place;
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
      const place = placeOf(file);
      if (place.written !== place.target) begin(place);
      return new TextFile(file, place, await open(place.written, 'w'));
    } catch (error) {
      throw unwritable(file, error);
    }
  }

  /** Adds text. Resolves at once where it only is kept for later. */
  async write(text: string): Promise<void> {
    this.#buffer.push(text);
    this.#length += text.length;
    if (this.#length >= BUFFER_LENGTH) await this.#flush();
  }

  /** Writes what is left, and puts the file into its place. */
  async close(): Promise<void> {
    await this.#flush();
    this.#isOpen = false;
    await this.#handle.close();
    const { written, target } = this.#place;
    if (written === target) return;
    try {
      await rename(written, target);
    } catch (error) {
      throw unwritable(this.#file, error);
    } finally {
      forget(written);
    }
  }

  /** Without `close` before, nothing is left of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close();
    if (this.#place.written !== this.#place.target) forget(this.#place.written);
  }

  async #flush(): Promise<void> {
    const text = this.#buffer.join('');
    this.#buffer = [];
    this.#length = 0;
    try {
      await this.#handle.appendFile(text);
    } catch (error) {
      throw unwritable(this.#file, error);
    }
  }
}

/** Files that are not in their place yet. */
const unfinished = new Set<string>();

// However the process ends, short of being killed.
process.on('exit', () => {
  for (const written of unfinished) forget(written);
});

/** Creates it and remembers it without a moment between, in which the process could end. */
function begin({ written, mode }: Place): void {
  closeSync(openSync(written, 'wx', mode));
  unfinished.add(written);
}

function forget(written: string): void {
  unfinished.delete(written);
  try {
    rmSync(written, { force: true });
  } catch {
    // It is half a file under a name that says so.
  }
}

interface Place {
  /** Where it shall be in the end. */
  readonly target: string;
  /** Where it is until then; the same for what is no file, such as a pipe. */
  readonly written: string;
  /** Of a file that is replaced. */
  readonly mode?: number;
}

function placeOf(file: string): Place {
  const target = realPathOf(file);
  const found = statOf(target);
  if (found?.isDirectory() === true) throw new Error('It is a folder.');
  if (found?.isFile() === false) return { target, written: target };
  if (found !== undefined) accessSync(target, constants.W_OK);
  const written = `${target}.${randomBytes(4).toString('hex')}.part`;
  return { target, written, ...(found && { mode: found.mode & 0o777 }) };
}

function unwritable(file: string, error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  return new CommandError(`${file} cannot be written: ${(error as Error).message}`, { cause: error });
}

// Under whatever name: a link leads to the same file.
function isSameFile(a: string, b: string): boolean {
  if (realPathOf(a) === realPathOf(b)) return true;
  const [one, other] = [statOf(a), statOf(b)];
  return one?.isFile() === true && one.ino === other?.ino && one.dev === other.dev;
}

/** Where a path leads, also if there is nothing yet. */
function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const folder = path.dirname(path.resolve(file));
    try {
      return path.resolve(folder, readlinkSync(file));
    } catch {
      try {
        return path.join(realpathSync(folder), path.basename(file));
      } catch {
        return path.resolve(file);
      }
    }
  }
}

function statOf(file: string): Stats | undefined {
  return statSync(file, { throwIfNoEntry: false });
}
