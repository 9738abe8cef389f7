import { bytesOf } from './file-bytes.js';
import { TraceFileError } from './trace-file-error.js';

/** Bytes of the longest line that is read: 64 MiB. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** A line of a file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its end; `undefined` where it is longer than the bound. */
  readonly text: string | undefined;
}

const LINE_FEED = 0x0a;

/**
 * The lines of a file's bytes, ended by `\n` or `\r\n`, without a byte order mark. Never holds more of a line than the bound.
 *
 * @param maxBytes of one line
 */
export async function* linesIn(bytes: AsyncIterable<Buffer>, maxBytes = MAX_LINE_BYTES): AsyncGenerator<Line, void> {
  const line = new OpenLine(maxBytes);
  let number = 0;
  for await (const piece of bytes) {
    let start = 0;
    for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, start)) {
      line.add(piece.subarray(start, end));
      yield { number: ++number, text: line.take(number) };
      start = end + 1;
    }
    line.add(piece.subarray(start));
  }
  if (!line.isEmpty) yield { number: ++number, text: line.take(number) };
}

/**
 * The lines of a file as texts, unzipped where it is gzip.
 *
 * @throws {TraceFileError} if it is missing, no file, damaged, or has a line of more than 64 MiB
 */
export async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  for await (const { number, text } of linesIn(bytesOf(path))) {
    if (text === undefined) throw new TraceFileError(path, `has more than 64 MiB in line ${number}`);
    yield text;
  }
}

/** What has arrived of a line so far. */
class OpenLine {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#size += piece.length;
    if (this.#size > this.#maxBytes) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  take(number: number): string | undefined {
    const [only] = this.#pieces;
    const bytes = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
    const isTooLong = this.#size > this.#maxBytes;
    this.#pieces = [];
    this.#size = 0;
    if (isTooLong) return undefined;
    const text = bytes.toString('utf8');
    const start = number === 1 && text.startsWith('\uFEFF') ? 1 : 0;
    return text.slice(start, text.endsWith('\r') ? -1 : undefined);
  }
}
