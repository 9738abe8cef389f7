import { type ReportRow, type RowSubject, RowSum } from './report-row.js';
import type { TraceResult } from './trace-result.js';

/** What a row is called that adds up all suites of a source. */
export const ALL_SUITES = 'all';

/** Rows and their totals. Traces of models and scripted ones never meet in one of them. */
export class RowSums {
  readonly #byModel: boolean;
  readonly #rows = new Map<string, RowSum>();
  readonly #totals = new Map<string, { readonly sum: RowSum; readonly rows: Set<string> }>();

  /** @param byModel a row for each model, and a total for each */
  constructor(byModel: boolean) {
    this.#byModel = byModel;
  }

  add(result: TraceResult): void {
    const { source, suite, isScripted, model } = result;
    // Scripts of different names tell the same story twice, so they are never added up.
    const named = this.#byModel || isScripted ? model : undefined;
    const key = this.#addTo(this.#rows, { source, suite, model: named, isScripted }, result);
    this.#addToTotal({ source, suite: ALL_SUITES, model: named, isScripted }, key, result);
    if (named !== undefined && !isScripted)
      this.#addToTotal({ source, suite: ALL_SUITES, model: undefined, isScripted }, key, result);
  }

  /** In the order in which their first traces came. */
  get rows(): readonly ReportRow[] {
    return [...this.#rows.values()].map(({ row }) => row);
  }

  /** Of what has several rows. */
  get totals(): readonly ReportRow[] {
    return [...this.#totals.values()].filter(({ rows }) => rows.size > 1).map(({ sum }) => sum.row);
  }

  #addTo(sums: Map<string, RowSum>, subject: RowSubject, result: TraceResult): string {
    const key = keyOf(subject);
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = new RowSum(subject);
      sums.set(key, sum);
    }
    sum.add(result);
    return key;
  }

  #addToTotal(subject: RowSubject, row: string, result: TraceResult): void {
    const key = keyOf(subject);
    let total = this.#totals.get(key);
    if (total === undefined) {
      total = { sum: new RowSum(subject), rows: new Set() };
      this.#totals.set(key, total);
    }
    total.sum.add(result);
    total.rows.add(row);
  }
}

function keyOf({ source, suite, model, isScripted }: RowSubject): string {
  return JSON.stringify([source, suite, model ?? null, isScripted]);
}
