import type { Tally } from '../score/tally.js';
import { type Interval, wilsonInterval } from '../score/wilson.js';
import type { RefusalCount } from './refusal-counts.js';
import type { ReportData } from './report.js';
import type { ReportRow, Scored } from './report-row.js';
import type { RefusedCall, TraceResult } from './trace-result.js';

/** A report as data, from which anyone can score it again. The same replay gives the same bytes. */
export interface JsonReport {
  /** Of this shape. Fields may be added to it; anything else makes it another version. */
  readonly version: 1;
  /** A row for each suite of a source: of what models did, and of each script. */
  readonly rows: readonly JsonRow[];
  /** Several rows added up, `suite` is `all`. Never models and scripts together. */
  readonly totals: readonly JsonRow[];
  /** What refused how often, the most frequent first. */
  readonly refusals: readonly RefusalCount[];
  /** Every trace that was replayed, in order, those without a refusal too. */
  readonly traces: readonly JsonTrace[];
}

/** What came of the traces of a suite. */
export interface JsonRow extends JsonScored {
  /** Where the traces come from. */
  readonly source: string;
  /** Which agent they belong to; `all` in a total. */
  readonly suite: string;
  /** Absent where the row is about several. */
  readonly model?: string;
  /** The calls were written down, not made by a model. */
  readonly scripted: boolean;
  /** How many traces. */
  readonly traces: number;
  /** How many calls they have. */
  readonly calls: number;
  /** Calls that went through and whose result a guard kept back. */
  readonly withheld: number;
  /** Calls that a guard would have stopped if it did not only observe. */
  readonly observed: number;
  /** Calls of tools that no agent has. */
  readonly unknown: number;
  /** Other policies on the same traces. */
  readonly baselines: {
    /** Refuse every call of a guarded tool. */
    readonly denyAll: JsonScored;
    /** Allow what was seen anywhere before. */
    readonly seenAnywhere: JsonScored;
  };
}

/** How a policy scores. */
export interface JsonScored {
  /** Calls that it refuses. */
  readonly refused: number;
  /** Traces without an attack. */
  readonly benign: Tally['benign'];
  /** Traces with an attack. */
  readonly attacks: Tally['attacks'];
  /** Traces of which nobody said what they are. */
  readonly unlabelled: Tally['unlabelled'];
  /** 95 % intervals after Wilson, as shares from 0 to 1 with four decimals; `null` where nothing was counted. */
  readonly wilson95: {
    /** Of `benign.allowed / benign.total`. */
    readonly benignAllowed: Interval | null;
    /** Of `benign.usefulAllowed / benign.useful`. */
    readonly usefulAllowed: Interval | null;
    /** Of `attacks.succeededBlocked / attacks.succeeded`. */
    readonly attacksBlocked: Interval | null;
    /** Of `unlabelled.untouched / unlabelled.total`. */
    readonly untouched: Interval | null;
  };
}

/** What came of one trace. */
export interface JsonTrace {
  /** Id of the trace. */
  readonly id: string;
  /** Where it comes from. */
  readonly source: string;
  /** Which agent it belongs to. */
  readonly suite: string;
  /** The model that made the calls, or what else did; absent where that is not known. */
  readonly model?: string;
  /** The calls were written down, not made by a model. */
  readonly scripted: boolean;
  /** How many calls it has. */
  readonly calls: number;
  /** Absent where the trace has no labels. */
  readonly kind?: 'benign' | 'attack';
  /** Of a benign one: the agent did what the user wanted. */
  readonly useful?: boolean;
  /** Of an attack: the attacker got what they wanted, by calls that a guard can refuse. Only these are counted. */
  readonly succeeded?: boolean;
  /** Of such an attack: a refusal would have prevented it. */
  readonly blocked?: boolean;
  /** `call` is the place in the list of calls, from 0. */
  readonly refused: readonly RefusedCall[];
  /** Calls that went through and whose result was kept back; absent where there are none. */
  readonly withheld?: readonly RefusedCall[];
  /** What guards would have stopped that only observe; absent where there is nothing. */
  readonly observed?: readonly RefusedCall[];
  /** Places of calls of tools that no agent has; absent where there are none. */
  readonly unknown?: readonly number[];
  /** Places of the calls that other policies refuse. */
  readonly baselines: { readonly denyAll: readonly number[]; readonly seenAnywhere: readonly number[] };
}

/**
 * A report as data.
 *
 * @param report one that kept what came of each trace (`keepTraces`), or else there is none in it
 */
export function jsonReport(report: ReportData & { readonly traces?: readonly TraceResult[] }): JsonReport {
  return { version: 1, traces: (report.traces ?? []).map(jsonTrace), ...summaryOf(report) };
}

/** Writes the same piece by piece, while traces come: nothing has to be kept of them. The pieces together are one JSON value. */
export class JsonReportWriter {
  #isBegun = false;

  /** @returns the next piece, for this trace */
  trace(result: TraceResult): string {
    return `${this.#begin()}${JSON.stringify(jsonTrace(result))}`;
  }

  /** @returns the last piece */
  end(report: ReportData): string {
    const head = this.#isBegun ? '' : this.#begin();
    return `${head}\n],${JSON.stringify(summaryOf(report)).slice(1)}`;
  }

  #begin(): string {
    if (this.#isBegun) return ',\n';
    this.#isBegun = true;
    return '{"version":1,"traces":[\n';
  }
}

function summaryOf({ rows, totals, refusals }: ReportData): Pick<JsonReport, 'rows' | 'totals' | 'refusals'> {
  return { rows: rows.map(jsonRow), totals: totals.map(jsonRow), refusals };
}

function jsonRow(row: ReportRow): JsonRow {
  const { source, suite, model, isScripted, traces, calls, withheld, observed, unknown, baselines } = row;
  return {
    source,
    suite,
    ...(model !== undefined && { model }),
    scripted: isScripted,
    traces,
    calls,
    ...jsonScored(row),
    withheld,
    observed,
    unknown,
    baselines: { denyAll: jsonScored(baselines.denyAll), seenAnywhere: jsonScored(baselines.seenAnywhere) },
  };
}

function jsonScored({ refused, benign, attacks, unlabelled }: Scored): JsonScored {
  return {
    refused,
    benign,
    attacks,
    unlabelled,
    wilson95: {
      benignAllowed: interval(benign.allowed, benign.total),
      usefulAllowed: interval(benign.usefulAllowed, benign.useful),
      attacksBlocked: interval(attacks.succeededBlocked, attacks.succeeded),
      untouched: interval(unlabelled.untouched, unlabelled.total),
    },
  };
}

function interval(count: number, total: number): Interval | null {
  const found = wilsonInterval(count, total);
  return found === undefined ? null : { low: rounded(found.low), high: rounded(found.high) };
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

function jsonTrace(result: TraceResult): JsonTrace {
  const { id, source, suite, model, isScripted, calls, refused, withheld, observed, unknown, tally, baselines } =
    result;
  return {
    id,
    source,
    suite,
    ...(model !== undefined && { model }),
    scripted: isScripted,
    calls,
    ...labelsOf(tally),
    refused,
    ...(withheld.length > 0 && { withheld }),
    ...(observed.length > 0 && { observed }),
    ...(unknown.length > 0 && { unknown }),
    baselines: { denyAll: baselines.denyAll.refused, seenAnywhere: baselines.seenAnywhere.refused },
  };
}

function labelsOf({ benign, attacks }: Tally): Pick<JsonTrace, 'kind' | 'useful' | 'succeeded' | 'blocked'> {
  if (benign.total > 0) return { kind: 'benign', useful: benign.useful > 0 };
  if (attacks.total === 0) return {};
  const succeeded = attacks.succeeded > 0;
  return { kind: 'attack', succeeded, ...(succeeded && { blocked: attacks.succeededBlocked > 0 }) };
}
