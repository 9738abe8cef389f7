import { type CallRefusal, isRefused, type ReplayedTrace } from '../replay/outcome.js';
import type { ReplayTool } from '../replay/tool-names.js';
import { allowSeenAnywhere, denyAll } from '../score/baselines.js';
import { addTallies, NO_TALLY, type Tally, tallyOf } from '../score/tally.js';
import type { Trace } from '../trace/trace.js';

/** What came of the traces of one suite, or of all of a source. */
export interface ReportRow extends Tally {
  readonly source: string;
  /** `all` in a total. */
  readonly suite: string;
  /** Which model made the calls; absent where the row is about several. */
  readonly model?: string | undefined;
  readonly traces: number;
  readonly calls: number;
  /** Calls that a guard stopped before their method. */
  readonly refused: number;
  /** Calls of tools that no agent has. */
  readonly unknown: number;
  /** How other policies would have scored on the same traces. */
  readonly baselines: {
    /** Refuse every call of a guarded tool. */
    readonly denyAll: Tally;
    /** Allow what was seen anywhere before. */
    readonly seenAnywhere: Tally;
  };
}

/** The refusals of one trace. */
export interface TraceRefusals {
  readonly id: string;
  readonly refused: readonly (CallRefusal & { readonly call: number })[];
}

/** How often something refused. */
export interface RefusalCount {
  readonly suite: string;
  /** Id of the tool. */
  readonly tool: string;
  readonly guard: string;
  readonly code: string;
  /** The rule of `@Enforce` in words; of other guards the argument, if any. */
  readonly rule: string | undefined;
  readonly calls: number;
  readonly traces: number;
}

/** How rows are made. */
export interface ReportOptions {
  /** A row for each model, instead of one for all models of a suite. @default false */
  readonly byModel?: boolean | undefined;
}

interface Row {
  source: string;
  suite: string;
  model: string | undefined;
  traces: number;
  calls: number;
  refused: number;
  unknown: number;
  tally: Tally;
  denyAll: Tally;
  seenAnywhere: Tally;
}

/** Adds replayed traces up. */
export class Report {
  readonly #tools: ReadonlyMap<string, ReplayTool>;
  readonly #byModel: boolean;
  readonly #rows = new Map<string, Row>();
  readonly #refusals: TraceRefusals[] = [];
  readonly #counts = new Map<string, RefusalCount>();

  /** @param tools those of the replayed agents */
  constructor(tools: ReadonlyMap<string, ReplayTool>, { byModel = false }: ReportOptions = {}) {
    this.#tools = tools;
    this.#byModel = byModel;
  }

  /** Counts a trace. */
  add({ trace, outcomes }: ReplayedTrace): void {
    const row = this.#rowOf(trace);
    const denied = (call: number): boolean => isRefused(outcomes[call]);
    const refused = outcomes.flatMap((outcome, call) => (isRefused(outcome) ? [{ call, ...outcome.refusal }] : []));
    row.traces++;
    row.calls += trace.calls.length;
    row.refused += refused.length;
    row.unknown += outcomes.filter(({ status }) => status === 'unknown').length;
    row.tally = addTallies(row.tally, tallyOf(trace, denied));
    row.denyAll = addTallies(row.denyAll, tallyOf(trace, denyAll(trace, this.#tools)));
    row.seenAnywhere = addTallies(row.seenAnywhere, tallyOf(trace, allowSeenAnywhere(trace, this.#tools)));
    this.#refusals.push({ id: trace.id, refused });
    this.#count(trace, refused);
  }

  /** A row a suite, in the order in which they came. */
  get rows(): readonly ReportRow[] {
    return [...this.#rows.values()].map(shown);
  }

  /** Refusals of every trace, in order. */
  get traces(): readonly TraceRefusals[] {
    return this.#refusals;
  }

  /** What refused how often, the most frequent first. */
  get refusals(): readonly RefusalCount[] {
    return [...this.#counts.values()].sort((a, b) => b.calls - a.calls);
  }

  #rowOf({ source, suite, model, isScripted }: Trace): Row {
    const named = this.#byModel || isScripted ? model : undefined;
    const key = JSON.stringify([source, suite, named]);
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = {
        source,
        suite,
        model: named,
        traces: 0,
        calls: 0,
        refused: 0,
        unknown: 0,
        tally: NO_TALLY,
        denyAll: NO_TALLY,
        seenAnywhere: NO_TALLY,
      };
      this.#rows.set(key, row);
    }
    return row;
  }

  #count(trace: Trace, refused: readonly (CallRefusal & { readonly call: number })[]): void {
    const here = new Set<string>();
    for (const { call, guard, code, rule, arg } of refused) {
      const name = trace.calls[call]?.tool ?? '';
      const tool = this.#tools.get(name)?.id ?? name;
      const key = JSON.stringify([trace.suite, tool, guard, code, rule ?? arg]);
      const before = this.#counts.get(key);
      this.#counts.set(key, {
        suite: trace.suite,
        tool,
        guard,
        code,
        rule: rule ?? arg,
        calls: (before?.calls ?? 0) + 1,
        traces: (before?.traces ?? 0) + (here.has(key) ? 0 : 1),
      });
      here.add(key);
    }
  }
}

function shown({ tally, denyAll, seenAnywhere, model, ...row }: Row): ReportRow {
  return { ...row, ...(model !== undefined && { model }), ...tally, baselines: { denyAll, seenAnywhere } };
}
