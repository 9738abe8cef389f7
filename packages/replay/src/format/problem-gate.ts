import type { Trace } from '../trace/trace.js';

/** What is wrong with a file, or with a line of it. */
export interface TraceProblem {
  /** The file, as it was named. */
  readonly path: string;
  /** The line, from 1; `undefined` where it is about the whole file. */
  readonly line: number | undefined;
  /** One plain sentence, without what the line holds. */
  readonly problem: string;
}

/** A trace, or why there is none. */
export type TraceRead =
  | {
      /** The trace. */
      readonly trace: Trace;
    }
  | {
      /** Why there is none. */
      readonly problem: TraceProblem;
    };

const MAX_HELD = 100;

/** Holds problems back until a file turns out to hold traces: one that holds none is one problem, however many lines it has. */
export class ProblemGate {
  readonly #path: string;
  readonly #held: TraceProblem[] = [];
  #count = 0;
  #isOpen = false;

  constructor(path: string) {
    this.#path = path;
  }

  *trace(trace: Trace): Generator<TraceRead, void> {
    if (!this.#isOpen) yield* this.#open();
    yield { trace };
  }

  *problem(line: number | undefined, problem: string): Generator<TraceRead, void> {
    const found = { path: this.#path, line, problem };
    if (this.#isOpen) return yield { problem: found };
    this.#count++;
    if (this.#held.length < MAX_HELD) this.#held.push(found);
  }

  /** @param emptiness what is wrong where there were neither traces nor problems */
  *end(emptiness: string): Generator<TraceRead, void> {
    if (this.#isOpen) return;
    const [first] = this.#held;
    if (first === undefined) yield { problem: { path: this.#path, line: undefined, problem: emptiness } };
    else if (this.#count === 1) yield { problem: first };
    else {
      const where = first.line === undefined ? '' : ` Line ${first.line}: ${first.problem}`;
      const problem = `This file holds no traces: all of ${this.#count} things in it are something else.${where}`;
      yield { problem: { path: this.#path, line: undefined, problem } };
    }
  }

  *#open(): Generator<TraceRead, void> {
    this.#isOpen = true;
    for (const problem of this.#held) yield { problem };
    const more = this.#count - this.#held.length;
    if (more > 0)
      yield {
        problem: { path: this.#path, line: undefined, problem: `${more} more lines before the first trace are none.` },
      };
  }
}
