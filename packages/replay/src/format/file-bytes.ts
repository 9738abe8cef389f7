import { createReadStream, statSync } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';
import { TraceFileError, unreadable } from './trace-file-error.js';

// Small, because all that one piece unzips to is held at once: at most about a thousand times as much.
const PIECE = 32 * 1024;
const UNZIPPED_PIECE = 256 * 1024;

/**
 * The bytes of a file, unzipped where they are gzip. Holds no more of it than it must. Of a file that is cut off it hands out
 * all that is there; of one that is damaged, all before the piece with the damage.
 *
 * @param onProgress gets the bytes read so far, as they lie on the disk
 * @throws {TraceFileError} if it is missing, no file, or damaged
 */
export async function* bytesOf(path: string, onProgress?: (bytesRead: number) => void): AsyncGenerator<Buffer, void> {
  assertFile(path);
  let bytesRead = 0;
  let unzip: Unzip | undefined;
  try {
    for await (const piece of createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Buffer>) {
      if (bytesRead === 0 && isGzip(piece)) unzip = new Unzip();
      bytesRead += piece.length;
      if (unzip === undefined) yield piece;
      else yield* await unzip.pieces(piece);
      onProgress?.(bytesRead);
    }
    if (unzip !== undefined) yield* await unzip.rest();
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    unzip?.close();
  }
  if (unzip?.failure !== undefined) throw unreadable(path, unzip.failure);
}

function isGzip(piece: Buffer): boolean {
  return piece[0] === 0x1f && piece[1] === 0x8b;
}

/** Unzips piece by piece, so that a damage further on takes nothing away from what came before it. */
class Unzip {
  failure: Error | undefined;
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: UNZIPPED_PIECE });
  readonly #over: Promise<void>;
  #out: Buffer[] = [];

  constructor() {
    this.#gunzip.on('data', (piece: Buffer) => void this.#out.push(piece));
    // Bytes behind the last member are none of it: then it ends before its input does, and calls no writer back.
    this.#over = new Promise((resolve) => {
      this.#gunzip.once('end', resolve);
      this.#gunzip.once('close', resolve);
      this.#gunzip.once('error', (error) => {
        this.failure = error;
        resolve();
      });
    });
  }

  async pieces(piece: Buffer): Promise<Buffer[]> {
    if (this.#gunzip.writable) {
      const written = new Promise<void>((resolve) => void this.#gunzip.write(piece, () => resolve()));
      await Promise.race([written, this.#over]);
    }
    return this.#taken();
  }

  async rest(): Promise<Buffer[]> {
    this.#gunzip.end();
    await this.#over;
    return this.#taken();
  }

  close(): void {
    this.#gunzip.destroy();
  }

  #taken(): Buffer[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }
}

function assertFile(path: string): void {
  try {
    if (statSync(path).isFile()) return;
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new TraceFileError(path, 'is no file');
}
