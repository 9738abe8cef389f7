import type { ActGuardEvent, AgentHost, EventName } from '@actguard/core';
import { type UnplacedTrace, writeTrace } from '../format/own-format.js';
import { GzipOutput } from './gzip-output.js';
import { FileOutput, FunctionOutput, type LineOutput } from './line-output.js';
import { type Redact, Redaction } from './redaction.js';
import { type RunBounds, RunDraft } from './run-draft.js';

/** What is recorded, and where it goes. Give either `path` or `write`. */
export interface RecordOptions {
  /**
   * A file that lines are appended to, gzipped where its name ends in `.gz`. Its folder must exist. Either way a line is on its
   * way to the disk as soon as its run ends.
   */
  readonly path?: string | undefined;
  /** Gets each line, without its end. What it throws, or rejects with, is reported. */
  readonly write?: ((line: string) => unknown) | undefined;
  /**
   * `true` replaces texts by pseudonyms, a function decides for each value. Whatever is given, values of properties that are
   * called like a secret (`password`, `apiKey`, `authorization`, …) are replaced. See `Redact` for what is kept and
   * lost. @default false
   */
  readonly redact?: boolean | Redact | undefined;
  /** Which agents the traces belong to. @default none: the file's name, when it is read */
  readonly suite?: string | undefined;
  /** Where they come from, such as the name of the application. @default none: `recording`, when it is read */
  readonly source?: string | undefined;
  /** Most calls of a run; later ones are left out. @default 10_000 */
  readonly maxCalls?: number | undefined;
  /** Most characters of the arguments or the result of one call; a larger one is left out whole. @default 4_000_000 */
  readonly maxValueSize?: number | undefined;
  /** Most characters of a run; calls that start later are left out. @default 32_000_000 */
  readonly maxRunSize?: number | undefined;
  /** Gets what went wrong, each kind of it once. @default a warning of the process */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** A recording that goes on. Disposing ends it: runs that have not ended are written as far as they have come. */
export interface Recording extends Disposable, AsyncDisposable {
  /** Lines that were written so far. */
  readonly traces: number;
  /** Ends it, and resolves when everything has been written. Never rejects. */
  close(): Promise<void>;
}

/**
 * Records what a host's agents do, in the format that `readTraces` reads: a line for each run, written when it ends. A recorded
 * run that is replayed through the same agents is decided as it was.
 *
 * Each line has what the user said, what the application vouched for, and all calls with their arguments and what they came to;
 * one that was refused has no result, but what refused it. Runs that began before are not recorded.
 *
 * Recording never changes a run: it waits for nothing, and what goes wrong is reported once. What a host does not tell is not in
 * it: values that a stream yielded, facts that were revoked or expired, budgets, and a call without guards that failed with the
 * refusal of a call inside it.
 *
 * @throws {TypeError} where neither or both of `path` and `write` are given
 * @throws {RangeError} where a limit is no positive integer
 */
export function record(host: Pick<AgentHost, 'on'>, options: RecordOptions): Recording {
  const recorder = new Recorder(options);
  recorder.listen(host);
  return recorder;
}

const HEARD: readonly EventName[] = [
  'run.start',
  'run.end',
  'run.user_said',
  'run.fact_added',
  'tool.invoke',
  'tool.failure',
  'guard.admitted',
  'guard.blocked',
  'guard.intervention',
  'guard.observed',
  'llm.usage',
];

class Recorder implements Recording {
  traces = 0;
  readonly #bounds: RunBounds;
  readonly #redaction: Redaction;
  readonly #place: Pick<UnplacedTrace, 'source' | 'suite'>;
  readonly #output: LineOutput;
  readonly #onError: (error: Error) => void;
  readonly #reported = new Set<string>();
  readonly #runs = new Map<string, RunDraft>();
  #detach: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: RecordOptions) {
    const { path, write, suite, source, redact = false, onError = warn } = options;
    const { maxCalls = 10_000, maxValueSize = 4_000_000, maxRunSize = 32_000_000 } = options;
    if ((path === undefined) === (write === undefined)) throw new TypeError('record: give either path or write');
    for (const [name, limit] of Object.entries({ maxCalls, maxValueSize, maxRunSize }))
      if (!Number.isSafeInteger(limit) || limit < 1)
        throw new RangeError(`record: ${name} must be a positive integer, not ${String(limit)}`);
    this.#bounds = { maxCalls, maxValueSize, maxRunSize };
    this.#redaction = new Redaction(redact);
    this.#place = { ...(source !== undefined && { source }), ...(suite !== undefined && { suite }) };
    this.#onError = onError;
    const report = (error: Error): void => this.#report('output', error);
    if (path === undefined) this.#output = new FunctionOutput(write ?? (() => {}), report);
    else this.#output = path.endsWith('.gz') ? new GzipOutput(path, report) : new FileOutput(path, report);
  }

  listen(host: Pick<AgentHost, 'on'>): void {
    this.#detach = host.on((event) => {
      try {
        this.#hear(event);
      } catch (error) {
        this.#report('event', error);
      }
    }, HEARD);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.dispose](): void {
    void this.close();
  }

  #hear(event: ActGuardEvent): void {
    if (event.name === 'run.start') {
      this.#runs.set(event.runId, new RunDraft(event, this.#bounds));
      return;
    }
    const run = this.#runs.get(event.runId);
    if (run === undefined) return;
    if (event.name !== 'run.end') return run.hear(event);
    this.#runs.delete(event.runId);
    this.#write(run);
  }

  #write(run: RunDraft): void {
    try {
      if (run.isCut) this.#report('size', new Error('A run was too long, so that its last calls are left out.'));
      this.#output.write(writeTrace(this.#redaction.apply({ ...run.trace(), ...this.#place })));
      this.traces++;
    } catch (error) {
      this.#report('line', error);
    }
  }

  async #close(): Promise<void> {
    this.#detach?.();
    for (const run of this.#runs.values()) this.#write(run);
    this.#runs.clear();
    await this.#output.end();
  }

  #report(topic: string, error: unknown): void {
    if (this.#reported.has(topic)) return;
    this.#reported.add(topic);
    try {
      this.#onError(error instanceof Error ? error : new Error(String(error)));
    } catch {
      // There is nobody left to tell.
    }
  }
}

function warn(error: Error): void {
  process.emitWarning(`Recording runs: ${error.message}`, { type: 'ActGuardWarning', code: 'ACTGUARD_RECORD' });
}
