import type { Output } from './output.js';

const BAR_WIDTH = 30;
const DRAW_EVERY_MS = 100;
// Of fewer calls, starting takes longer than making them.
const CALLS_FOR_A_RATE = 1000;

/** How far a replay is. */
export interface Counted {
  /** From 0 to 1. */
  readonly share: number;
  readonly traces: number;
  readonly calls: number;
}

/** Shows how far a replay is: a bar on a terminal, and nothing anywhere else. */
export class Progress {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #startedAt: number;
  #drawnAt: number;
  #isShown = false;

  constructor(output: Output, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
    this.#startedAt = now();
    this.#drawnAt = this.#startedAt;
  }

  /** Says how far it is now. Draws a few times a second at most. */
  update(counted: Counted): void {
    if (this.#output.isTTY !== true) return;
    const now = this.#now();
    if (now - this.#drawnAt < DRAW_EVERY_MS) return;
    this.#drawnAt = now;
    this.#draw(counted);
  }

  /** Makes room for other output. */
  clear(): void {
    if (this.#isShown) this.#output.write('\r\x1b[K');
    this.#isShown = false;
  }

  /** One line on all that was done, for the end. */
  summary({ traces, calls }: Pick<Counted, 'traces' | 'calls'>): string {
    const seconds = (this.#now() - this.#startedAt) / 1000;
    return `${counted(traces, 'trace')}, ${counted(calls, 'call')} in ${seconds.toFixed(1)} s${this.#rate(calls)}\n`;
  }

  #draw({ share, traces, calls }: Counted): void {
    const done = Math.min(1, Math.max(0, share));
    const filled = Math.floor(done * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    const percent = String(Math.floor(done * 100)).padStart(3);
    this.#output.write(`\r${bar} ${percent} %  ${counted(traces, 'trace')}${this.#rate(calls)}\x1b[K`);
    this.#isShown = true;
  }

  #rate(calls: number): string {
    const ms = this.#now() - this.#startedAt;
    return ms > 0 && calls >= CALLS_FOR_A_RATE
      ? `, ${Math.round((calls * 1000) / ms).toLocaleString('en')} calls/s`
      : '';
  }
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
