import type { Run } from './run.js';

/** What a tool's method may know of the call it serves. */
export interface CallContext {
  /** Id of the call, unique in its run. */
  readonly id: string;
  /** Id of the tool: `OrderAgent.deleteOrder`. */
  readonly tool: string;
  /** The run that the call belongs to: its user, facts and signal. */
  readonly run: Run;
  /** Aborts when the call is cut off: timeout, kill, end or abort of the run. Pass it on to `fetch` and the like. */
  readonly signal: AbortSignal;
  /** Which attempt of this tool in the run it is, from 1. */
  readonly attempt: number;
  /** The key of `@Idempotent`, where the tool has it. */
  readonly idempotencyKey?: string | undefined;
}
