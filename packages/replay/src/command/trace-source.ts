import { readTraces, type TraceRead } from '../format/read-traces.js';
import { TraceFileError } from '../format/trace-file-error.js';
import { type TraceFile, traceFiles } from '../format/trace-files.js';
import { printable } from '../report/terminal-text.js';
import type { Trace } from '../trace/trace.js';
import { CommandError } from './command-error.js';
import type { Progress } from './progress.js';
import type { Warnings } from './warnings.js';

/** Reads the traces that a command is about, and remembers what there was. */
export class TraceSource {
  readonly #paths: readonly string[];
  readonly #files: readonly TraceFile[];
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #progress: Progress;
  readonly #warnings: Warnings;
  readonly #suites = new Map<string, number>();
  readonly #bytes: number;
  #bytesBefore = 0;
  #bytesHere = 0;
  #traces = 0;
  #calls = 0;

  private constructor(
    paths: readonly string[],
    files: readonly TraceFile[],
    wanted: ReadonlySet<string> | undefined,
    outputs: { readonly progress: Progress; readonly warnings: Warnings },
  ) {
    this.#paths = paths;
    this.#files = files;
    this.#wanted = wanted;
    this.#progress = outputs.progress;
    this.#warnings = outputs.warnings;
    this.#bytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** @throws {TraceFileError} where a path leads nowhere */
  static async open(
    { traces, suites }: { readonly traces: readonly string[]; readonly suites: ReadonlySet<string> | undefined },
    outputs: { readonly progress: Progress; readonly warnings: Warnings },
  ): Promise<TraceSource> {
    return new TraceSource(traces, await traceFiles(traces), suites, outputs);
  }

  /** The files that are read. */
  get files(): readonly string[] {
    return this.#files.map(({ path }) => path);
  }

  /** The traces of the wanted suites. What is no trace is warned of, and skipped. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Trace, void, undefined> {
    for (const { path, bytes } of this.#files) {
      this.#bytesHere = 0;
      for await (const read of this.#readFile(path)) {
        if ('problem' in read) {
          const { line, problem } = read.problem;
          this.#warnings.skipped(`${path}${line === undefined ? '' : `:${line}`}: ${printable(problem)}`);
          continue;
        }
        const { trace } = read;
        this.#suites.set(trace.suite, (this.#suites.get(trace.suite) ?? 0) + 1);
        if (this.#wanted !== undefined && !this.#wanted.has(trace.suite)) continue;
        this.#traces++;
        this.#calls += trace.calls.length;
        yield trace;
        this.#progress.update(this.counted);
      }
      this.#bytesBefore += bytes;
    }
  }

  /** What a file holds. One that is damaged is as long as what could be read of it. */
  async *#readFile(path: string): AsyncGenerator<TraceRead, void, undefined> {
    try {
      yield* readTraces(path, { onProgress: (count) => (this.#bytesHere = count) });
    } catch (error) {
      if (!(error instanceof TraceFileError)) throw error;
      this.#warnings.add(`skipped the rest of a file: ${error.message}`);
    }
  }

  /** How far it has been read. */
  get counted(): { readonly share: number; readonly traces: number; readonly calls: number } {
    const share = this.#bytes === 0 ? 1 : (this.#bytesBefore + this.#bytesHere) / this.#bytes;
    return { share, traces: this.#traces, calls: this.#calls };
  }

  /**
   * Looks back on what was read.
   *
   * @throws {CommandError} where there was nothing to replay
   */
  assertRead(): void {
    const where = this.#paths.join(', ');
    if (this.#suites.size === 0) throw new CommandError(`${where}: there is no trace.`);
    const missing = [...(this.#wanted ?? [])].filter((suite) => !this.#suites.has(suite));
    const there = `The recordings have ${listed(this.#suites)}.`;
    if (this.#traces === 0) throw new CommandError(`${where}: no trace of the suite ${missing.join(' or ')}. ${there}`);
    if (missing.length > 0) this.#warnings.add(`No trace of the suite ${missing.join(', ')}. ${there}`);
    if (this.#calls === 0) throw new CommandError(`${where}: none of the traces has a tool call.`);
  }
}

const MAX_LISTED = 30;

/** Names with how often there were traces of them. */
export function listed(counts: ReadonlyMap<string, number>): string {
  const names = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = names.slice(0, MAX_LISTED).map(([name, count]) => `${printable(name, 60)} (${count})`);
  return names.length > MAX_LISTED ? `${shown.join(', ')} and ${names.length - MAX_LISTED} more` : shown.join(', ');
}
