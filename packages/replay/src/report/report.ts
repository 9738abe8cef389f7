import type { ReplayedTrace } from '../replay/outcome.js';
import type { ReplayTool } from '../replay/tool-names.js';
import { type RefusalCount, RefusalCounts } from './refusal-counts.js';
import type { ReportRow } from './report-row.js';
import { RowSums } from './row-sums.js';
import { type TraceResult, traceResult } from './trace-result.js';

/** What a replay came to. */
export interface ReportData {
  /** A row for each suite of a source; of scripted traces one for each script. */
  readonly rows: readonly ReportRow[];
  /** Several rows of a source added up: those of models together, those of each script together. */
  readonly totals: readonly ReportRow[];
  /** What refused how often, the most frequent first. */
  readonly refusals: readonly RefusalCount[];
}

/** How a report is made. */
export interface ReportOptions {
  /** A row for each model, instead of one for all models of a suite. @default false */
  readonly byModel?: boolean | undefined;
  /** Keep what came of each trace, for `traces`. Without, memory does not grow with the traces. @default false */
  readonly keepTraces?: boolean | undefined;
}

/** Adds replayed traces up, of any number of suites. */
export class Report implements ReportData {
  readonly #sums: RowSums;
  readonly #counts = new RefusalCounts();
  readonly #traces: TraceResult[] | undefined;

  constructor({ byModel = false, keepTraces = false }: ReportOptions = {}) {
    this.#sums = new RowSums(byModel);
    this.#traces = keepTraces ? [] : undefined;
  }

  /**
   * Counts a trace.
   *
   * @param tools those of the agents that it was replayed through: `replayer.tools`
   * @returns what came of it
   */
  add(replayed: ReplayedTrace, tools: ReadonlyMap<string, ReplayTool>): TraceResult {
    const result = traceResult(replayed, tools);
    this.#sums.add(result);
    this.#counts.add(result);
    this.#traces?.push(result);
    return result;
  }

  /** In the order in which the first trace of each came. */
  get rows(): readonly ReportRow[] {
    return this.#sums.rows;
  }

  get totals(): readonly ReportRow[] {
    return this.#sums.totals;
  }

  get refusals(): readonly RefusalCount[] {
    return this.#counts.all;
  }

  /** What came of each trace, in their order; empty without `keepTraces`. */
  get traces(): readonly TraceResult[] {
    return this.#traces ?? [];
  }
}
