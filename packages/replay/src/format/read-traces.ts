import { bytesOf } from './file-bytes.js';
import { type Line, linesIn, MAX_LINE_BYTES } from './line-files.js';
import { ProblemGate, type TraceRead } from './problem-gate.js';
import { type ReadValue, TraceReader } from './trace-reader.js';

export type { TraceProblem, TraceRead } from './problem-gate.js';

/** How a file is read. */
export interface ReadOptions {
  /** Gets the bytes of the file that were read, as it lies on the disk, so that a bar can show a share. @default none */
  readonly onProgress?: ((bytesRead: number) => void) | undefined;
}

/**
 * The traces of one file, in any of the formats that this package knows, told by its shape. The file is JSON lines, or one JSON
 * document of at most 64 MiB; gzip is unzipped. It is read as it is asked for, so its size does not matter.
 *
 * A line that is broken, longer than 64 MiB or no trace is a problem, and the rest goes on. Where a file holds no trace at all,
 * there is one problem.
 *
 * @throws {TraceFileError} where the file is missing, cannot be read or is damaged, after all traces that could be read
 */
export async function* readTraces(path: string, { onProgress }: ReadOptions = {}): AsyncGenerator<TraceRead, void> {
  const reader = new TraceReader(path);
  const gate = new ProblemGate(path);
  const file = new FileReading(reader, gate);
  try {
    for await (const line of linesIn(bytesOf(path, onProgress))) yield* file.add(line);
  } catch (error) {
    yield* file.end();
    throw error;
  }
  yield* file.end();
  yield* gate.end(reader.emptiness);
}

interface Parsed {
  readonly value: unknown;
}

/** Decides whether a file is JSON lines or one document, and reads it as what it is. */
class FileReading {
  readonly #reader: TraceReader;
  readonly #gate: ProblemGate;
  /** `undefined` once it is known that each line stands for itself. */
  #undecided: Line[] | undefined = [];
  #size = 0;

  constructor(reader: TraceReader, gate: ProblemGate) {
    this.#reader = reader;
    this.#gate = gate;
  }

  *add(line: Line): Generator<TraceRead, void> {
    if (line.text?.trim() === '') return;
    if (this.#undecided === undefined) return yield* this.#readLine(line);
    this.#undecided.push(line);
    this.#size += line.text?.length ?? 0;
    if (this.#isLines(line)) yield* this.#readLines();
  }

  *end(): Generator<TraceRead, void> {
    const document = this.#undecided;
    if (document !== undefined) {
      const parsed = document.length > 1 ? parse(document.map(({ text }) => text).join('\n')) : undefined;
      if (parsed === undefined) yield* this.#readLines();
      else yield* this.#readValue(parsed.value, 'This file', undefined);
    }
    for (const read of this.#reader.end()) yield* this.#pass(read, undefined);
  }

  /** Whether the line that came last shows that each line is a value. A document over several lines begins with half of one. */
  #isLines({ text }: Line): boolean {
    const [first, second] = this.#undecided ?? [];
    if (text === undefined || this.#size > MAX_LINE_BYTES) return true;
    if (second === undefined) return parse(text) !== undefined;
    if (this.#undecided?.length !== 2 || first?.text?.trim() === '[' || first?.text?.trim() === '{') return false;
    const value = parse(text)?.value;
    return typeof value === 'object' && value !== null;
  }

  *#readLines(): Generator<TraceRead, void> {
    const lines = this.#undecided ?? [];
    this.#undecided = undefined;
    for (const line of lines) yield* this.#readLine(line);
  }

  *#readLine({ number, text }: Line): Generator<TraceRead, void> {
    if (text === undefined) return yield* this.#gate.problem(number, 'This line is longer than 64 MiB.');
    const parsed = parse(text);
    if (parsed === undefined) yield* this.#gate.problem(number, 'This line is no JSON.');
    else yield* this.#readValue(parsed.value, 'This line', number);
  }

  *#readValue(value: unknown, subject: string, line: number | undefined): Generator<TraceRead, void> {
    for (const read of this.#reader.read(value, { subject, line })) yield* this.#pass(read, line);
  }

  *#pass(read: ReadValue, line: number | undefined): Generator<TraceRead, void> {
    if ('trace' in read) yield* this.#gate.trace(read.trace);
    else yield* this.#gate.problem(line, read.problem);
  }
}

function parse(text: string): Parsed | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
