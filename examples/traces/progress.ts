/** Where progress is shown: standard error. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 30;
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;

/** How far the replay is: a bar on a terminal, elsewhere a line every few seconds. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #total: number | undefined;
  #done = 0;
  #shownAt = performance.now();
  #isBarShown = false;

  /** @param total lines of the file, where they were counted */
  constructor(output: ProgressOutput, total: number | undefined) {
    this.#output = output;
    this.#total = total;
  }

  /** One more line was dealt with. */
  advance(): void {
    this.#done++;
    const now = performance.now();
    if (now - this.#shownAt < (this.#output.isTTY ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
    this.#shownAt = now;
    if (this.#output.isTTY) this.#draw();
    else this.#output.write(`${this.#done} lines replayed\n`);
  }

  /** Makes room for other output. */
  clear(): void {
    if (this.#isBarShown) this.#output.write('\r\x1b[K');
    this.#isBarShown = false;
  }

  #draw(): void {
    const total = Math.max(this.#total ?? this.#done, this.#done);
    const filled = Math.round((this.#done / total) * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    this.#output.write(`\r${bar} ${this.#done} of ${total} lines\x1b[K`);
    this.#isBarShown = true;
  }
}
