import type { StoreAnswers } from './operations.js';

/** How often the tools of each run were tried. */
export class AttemptCounts {
  readonly #runs = new Map<string, Map<string, number>>();
  readonly #maxRuns: number;

  constructor(maxRuns: number) {
    this.#maxRuns = maxRuns;
  }

  /** Counts an attempt, also one over the limit. */
  take(run: string, tool: string, limit: number): StoreAnswers['attempt.take'] {
    let tools = this.#runs.get(run);
    if (tools === undefined) {
      if (this.#runs.size >= this.#maxRuns) return { admitted: false, used: limit + 1, full: true };
      this.#runs.set(run, (tools = new Map()));
    }
    const used = (tools.get(tool) ?? 0) + 1;
    tools.set(tool, used);
    return { admitted: used <= limit, used };
  }

  /** Counts an attempt of a known run within the limit, and answers how many there were; 0 where `take` has to decide. */
  tryTake(run: string, tool: string, limit: number): number {
    const tools = this.#runs.get(run);
    if (tools === undefined) return 0;
    const used = (tools.get(tool) ?? 0) + 1;
    if (used > limit) return 0;
    tools.set(tool, used);
    return used;
  }

  /** Forgets a run. */
  drop(run: string): void {
    this.#runs.delete(run);
  }

  /** The counts, by run and tool. */
  snapshot(): Record<string, unknown> {
    return Object.fromEntries([...this.#runs].map(([run, tools]) => [run, Object.fromEntries(tools)]));
  }
}
