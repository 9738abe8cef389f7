import { CommandError } from './command-error.js';
import type { LoadedAgents } from './load-agents.js';
import { listed } from './trace-source.js';
import type { Warnings } from './warnings.js';

/** Which suites the agents of a command serve, and which they had to leave out. */
export class Suites {
  readonly #files: readonly LoadedAgents[];
  readonly #skipped = new Map<string, number>();
  #served = 0;

  /** @throws {CommandError} where a suite is asked for that a file has no agents for */
  constructor(wanted: ReadonlySet<string> | undefined, files: readonly LoadedAgents[]) {
    this.#files = files;
    for (const { file, suites } of files) {
      const missing = [...(wanted ?? [])].find((suite) => suites !== undefined && !suites.includes(suite));
      if (missing !== undefined)
        throw new CommandError(`${file} has no agents for the suite ${missing}. It has ${suites?.join(', ')}.`);
    }
  }

  /** A trace was replayed. */
  serve(): void {
    this.#served++;
  }

  /** A trace was left out. */
  skip(suite: string): void {
    this.#skipped.set(suite, (this.#skipped.get(suite) ?? 0) + 1);
  }

  /**
   * Warns of what was left out.
   *
   * @throws {CommandError} where everything was
   */
  report(warnings: Warnings): void {
    if (this.#skipped.size === 0) return;
    const has = this.#files.flatMap(({ file, suites }) =>
      suites === undefined ? [] : [`${file} has ${suites.join(', ')}.`],
    );
    const text = `No agents for traces of ${listed(this.#skipped)}. ${has.join(' ')}`;
    if (this.#served === 0) throw new CommandError(text);
    warnings.add(text);
  }
}
