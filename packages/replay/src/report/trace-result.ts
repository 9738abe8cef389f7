import { type CallRefusal, isRefused, type ReplayedTrace } from '../replay/outcome.js';
import type { ReplayTool } from '../replay/tool-names.js';
import { denyAll } from '../score/deny-all.js';
import { allowSeenAnywhere } from '../score/seen-anywhere.js';
import { type Tally, tallyOf } from '../score/tally.js';
import { type SeenIn, SeenValues } from './seen-in.js';

/** A refused call: its place in the trace, and why. */
export interface RefusedCall extends CallRefusal {
  /** Its place in the trace, from 0. */
  readonly call: number;
  /** Id of its tool. */
  readonly tool: string;
  /** Where the value of a missing fact stands in what was recorded before, though nothing proves it there. */
  readonly seenIn?: SeenIn | undefined;
}

/** What came of one trace. */
export interface TraceResult {
  /** Id of the trace. */
  readonly id: string;
  /** Where it comes from. */
  readonly source: string;
  /** Which agent it belongs to. */
  readonly suite: string;
  /** The model that made the calls, or what else did. */
  readonly model?: string | undefined;
  /** The calls were written down, not made by a model. */
  readonly isScripted: boolean;
  /** How many calls it has. */
  readonly calls: number;
  /** Calls that a guard stopped before their method. */
  readonly refused: readonly RefusedCall[];
  /** Calls that went through and whose result a guard kept back. */
  readonly withheld: readonly RefusedCall[];
  /** Calls that a guard would have stopped if it did not only observe. */
  readonly observed: readonly RefusedCall[];
  /** Places of calls of tools that no agent has. */
  readonly unknown: readonly number[];
  /** The trace alone, scored by its labels. */
  readonly tally: Tally;
  /** What other policies would have refused. */
  readonly baselines: {
    readonly denyAll: BaselineResult;
    readonly seenAnywhere: BaselineResult;
  };
}

/** What came of one trace under another policy. */
export interface BaselineResult {
  /** Places of the calls that it refuses. */
  readonly refused: readonly number[];
  /** The trace alone, scored by its labels under that policy. */
  readonly tally: Tally;
}

/** Scores a replayed trace. @param tools those of the replayed agents */
export function traceResult({ trace, outcomes }: ReplayedTrace, tools: ReadonlyMap<string, ReplayTool>): TraceResult {
  const { id, source, suite, model, isScripted = false, calls } = trace;
  const baseline = (isDenied: (call: number) => boolean): BaselineResult => ({
    refused: [...calls.keys()].filter(isDenied),
    tally: tallyOf(trace, isDenied),
  });
  const seen = new SeenValues(trace);
  const refusedCall = (call: number, refusal: CallRefusal): RefusedCall => {
    const name = calls[call]?.tool ?? '';
    const seenIn = refusal.value === undefined ? undefined : seen.before(call, refusal.value);
    return { call, tool: tools.get(name)?.id ?? name, ...refusal, ...(seenIn && { seenIn }) };
  };
  return {
    id,
    source,
    suite,
    ...(model !== undefined && { model }),
    isScripted,
    calls: calls.length,
    refused: outcomes.flatMap((outcome, call) => (isRefused(outcome) ? [refusedCall(call, outcome.refusal)] : [])),
    withheld: outcomes.flatMap((outcome, call) =>
      outcome.status === 'withheld' ? [refusedCall(call, outcome.refusal)] : [],
    ),
    observed: outcomes.flatMap(({ observed = [] }, call) => observed.map((refusal) => refusedCall(call, refusal))),
    unknown: outcomes.flatMap(({ status }, call) => (status === 'unknown' ? [call] : [])),
    tally: tallyOf(trace, (call) => isRefused(outcomes[call])),
    baselines: { denyAll: baseline(denyAll(trace, tools)), seenAnywhere: baseline(allowSeenAnywhere(trace, tools)) },
  };
}
