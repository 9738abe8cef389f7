import type { StoreAnswers } from './operations.js';

/** How often one tool was tried in one run. */
export interface AttemptCount {
  used: number;
  /** Its run was forgotten: whoever counts on has to look for it anew. */
  isForgotten: boolean;
}

/** How often the tools of each run were tried. */
export class AttemptCounts {
  readonly #runs = new Map<string, Map<string, AttemptCount>>();
  readonly #maxRuns: number;

  constructor(maxRuns: number) {
    this.#maxRuns = maxRuns;
  }

  /** Counts an attempt, also one over the limit. */
  take(run: string, tool: string, limit: number): StoreAnswers['attempt.take'] {
    const count = this.countOf(run, tool);
    if (count === undefined) return { admitted: false, used: limit + 1, full: true };
    const used = ++count.used;
    return { admitted: used <= limit, used };
  }

  /** Where the attempts of a tool are counted until its run is forgotten; `undefined` where there is no room for a run. */
  countOf(run: string, tool: string): AttemptCount | undefined {
    let tools = this.#runs.get(run);
    if (tools === undefined) {
      if (this.#runs.size >= this.#maxRuns) return undefined;
      this.#runs.set(run, (tools = new Map()));
    }
    let count = tools.get(tool);
    if (count === undefined) tools.set(tool, (count = { used: 0, isForgotten: false }));
    return count;
  }

  /** Forgets a run. */
  drop(run: string): void {
    // A run of the same id on another host may still count there.
    for (const count of this.#runs.get(run)?.values() ?? []) count.isForgotten = true;
    this.#runs.delete(run);
  }

  /** The counts, by run and tool. */
  snapshot(): Record<string, unknown> {
    const counts = (tools: ReadonlyMap<string, AttemptCount>): Record<string, number> =>
      Object.fromEntries([...tools].map(([tool, { used }]) => [tool, used]));
    return Object.fromEntries([...this.#runs].map(([run, tools]) => [run, counts(tools)]));
  }
}
