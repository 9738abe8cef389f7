import type { CallOutcome } from '../replay/outcome.js';
import type { Trace } from '../trace/trace.js';

/** Why a call had no effect, or its result was kept back. */
export interface StopReason {
  /**
   * `refused`: before its method. `withheld`: after it. `repeated`: a stored result was returned instead (`@Idempotent`).
   * `unknown`: the agents have no such tool.
   */
  readonly status: 'refused' | 'withheld' | 'repeated' | 'unknown';
  /** What stopped it, such as `enforce`. */
  readonly guard: string;
  /** Code of the refusal, such as `MISSING_FACT`. */
  readonly code: string;
  /** The argument that it is about, where it is about one. */
  readonly arg?: string | undefined;
  /** The rule of `@Enforce` in words. */
  readonly rule?: string | undefined;
  /** What a model reads as the reason. */
  readonly because?: string | undefined;
}

/** A call that two versions of the agents decide differently. */
export interface CallChange {
  /** Id of the trace. */
  readonly trace: string;
  /** Suite of the trace. */
  readonly suite: string;
  /** Place of the call in the trace, from 0. */
  readonly call: number;
  /** Name of the tool, as the model called it. */
  readonly tool: string;
  /** The arguments, as they were recorded. */
  readonly args: unknown;
  /** What stopped it before; absent where nothing did. */
  readonly before?: StopReason | undefined;
  /** What stops it now; absent where nothing does. */
  readonly after?: StopReason | undefined;
  /** What is known of its trace. */
  readonly label?: ChangeLabel | undefined;
}

/**
 * What a label says about a changed call: it is among those that an attack which succeeded needed, or belongs to a benign
 * trace in which the agent did what the user wanted.
 */
export type ChangeLabel = 'successful attack' | 'useful benign trace';

/** How two outcomes of a call differ; undefined where they do not. */
export function changeOf(
  trace: Trace,
  call: number,
  outcomes: { readonly before: CallOutcome | undefined; readonly after: CallOutcome | undefined },
): CallChange | undefined {
  const before = stopReason(outcomes.before);
  const after = stopReason(outcomes.after);
  if (isSame(before, after)) return undefined;
  const { tool = '', args } = trace.calls[call] ?? {};
  const label = labelOf(trace, call);
  return {
    trace: trace.id,
    suite: trace.suite,
    call,
    tool,
    args,
    ...(before && { before }),
    ...(after && { after }),
    ...(label && { label }),
  };
}

function stopReason(outcome: CallOutcome | undefined): StopReason | undefined {
  switch (outcome?.status) {
    case 'refused':
    case 'withheld': {
      const { guard, code, arg, rule, because } = outcome.refusal;
      return { status: outcome.status, guard, code, ...(arg && { arg }), ...(rule && { rule }), because };
    }
    case 'repeated':
      return { status: 'repeated', guard: 'idempotent', code: 'repeated' };
    case 'unknown':
      return { status: 'unknown', guard: 'toolset', code: 'tool.unknown' };
    default:
      return undefined;
  }
}

// The text for the model is not compared: it quotes values, and a new wording is no other decision.
function isSame(a: StopReason | undefined, b: StopReason | undefined): boolean {
  return (
    a?.status === b?.status && a?.guard === b?.guard && a?.code === b?.code && a?.arg === b?.arg && a?.rule === b?.rule
  );
}

function labelOf({ labels }: Trace, call: number): ChangeLabel | undefined {
  if (labels?.kind === 'benign') return labels.isUseful === true ? 'useful benign trace' : undefined;
  if (labels?.attackSucceeded !== true) return undefined;
  return labels.attackRequires?.some((group) => group.includes(call)) ? 'successful attack' : undefined;
}
