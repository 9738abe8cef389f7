import type { RecordedCall, Trace } from '../trace/trace.js';

/** Why a guard refused a call, or in observe mode would have. */
export interface CallRefusal {
  /** The guard, such as `enforce` or `rateLimit`; or `input`, `runState`, `store`. */
  readonly guard: string;
  /** Code of the refusal, such as `MISSING_FACT`. */
  readonly code: string;
  /** The argument that it is about, where it is about one. */
  readonly arg?: string | undefined;
  /** Of a missing fact: the value that nothing proved. */
  readonly value?: string | undefined;
  /** The rule of `@Enforce` in words. */
  readonly rule?: string | undefined;
  /** What a model reads as the reason. It may quote the value. */
  readonly because: string;
  /** What a model is told to do instead: where a missing fact would have to come from. */
  readonly tryInstead: string;
}

/** What became of a recorded call when it was made once more. */
export type CallOutcome =
  /** It was let through: the recorded result was returned. */
  | { readonly status: 'returned'; readonly observed?: readonly CallRefusal[] }
  /** It was let through, and threw what was recorded, or timed out. */
  | { readonly status: 'failed'; readonly observed?: readonly CallRefusal[] }
  /** A stored result was returned instead (`@Idempotent`). */
  | { readonly status: 'repeated'; readonly observed?: readonly CallRefusal[] }
  /** It was let through, and then `@Prove` withheld its result. */
  | { readonly status: 'withheld'; readonly refusal: CallRefusal; readonly observed?: readonly CallRefusal[] }
  /** A guard stopped it. */
  | { readonly status: 'refused'; readonly refusal: CallRefusal; readonly observed?: readonly CallRefusal[] }
  /** No agent has a tool of this name: nothing was called. */
  | { readonly status: 'unknown'; readonly observed?: undefined };

/** A trace and what became of its calls. */
export interface ReplayedTrace {
  /** The trace, as it was given. */
  readonly trace: Trace;
  /** In the order of `trace.calls`. */
  readonly outcomes: readonly CallOutcome[];
}

/** Whether a call was stopped before its method: what a firewall is for. */
export function isRefused(outcome: CallOutcome | undefined): outcome is CallOutcome & { status: 'refused' } {
  return outcome?.status === 'refused';
}

/** Whether a recorded call had been refused, or lost, when it was recorded: what it returns is not known. */
export function isUnanswered({ result, error }: RecordedCall): boolean {
  return result === undefined && error === undefined;
}
