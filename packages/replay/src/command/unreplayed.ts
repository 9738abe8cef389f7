import { counted, printable } from '../report/terminal-text.js';
import type { Trace } from '../trace/trace.js';
import type { Output } from './output.js';
import type { Unreplayed } from './replayers.js';
import type { Warnings } from './warnings.js';

/** Traces that could not be replayed. The others are, and what failed decides the exit code in the end. */
export class UnreplayedTraces {
  readonly #warnings: Warnings;
  #defects = 0;
  #first = '';

  constructor(warnings: Warnings) {
    this.#warnings = warnings;
  }

  add({ id }: Trace, { problem, isDefect }: Unreplayed): void {
    const name = `trace ${printable(id, 80)}`;
    this.#warnings.skipped(`${name}: ${printable(problem, 400)}`);
    if (isDefect && this.#defects++ === 0) this.#first = name;
  }

  /** @returns whether something failed that is no fault of a recording: then the result is not complete */
  report(err: Output): boolean {
    if (this.#defects === 0) return false;
    const verb = this.#defects === 1 ? 'is' : 'are';
    err.write(
      `error: ${counted(this.#defects, 'trace')} failed and ${verb} missing from the result, the first is ${this.#first}.\n`,
    );
    return true;
  }
}
