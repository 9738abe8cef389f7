import { printableLines } from '../report/terminal-text.js';
import type { Output } from './output.js';
import type { Progress } from './progress.js';

// Of a file that holds something else, the first lines say enough.
const MAX_SKIPPED = 20;

/** Tells what went wrong without ending the command. */
export class Warnings {
  readonly #output: Output;
  readonly #progress: Progress;
  #skipped = 0;

  constructor(output: Output, progress: Progress) {
    this.#output = output;
    this.#progress = progress;
  }

  /** Tells at once. */
  add(text: string): void {
    this.#progress.clear();
    this.#output.write(`warning: ${printableLines(text)}\n`);
  }

  /** Tells of input that was skipped; of much of it only the first. */
  skipped(text: string): void {
    if (this.#skipped++ < MAX_SKIPPED) this.add(`skipped ${text}`);
  }

  /** Tells how much was left out. */
  end(): void {
    if (this.#skipped > MAX_SKIPPED) this.add(`skipped ${this.#skipped - MAX_SKIPPED} more`);
  }
}
