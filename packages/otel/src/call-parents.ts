import type { CallEventBase } from '@actguard/core';
import { type Context, context } from '@opentelemetry/api';

/** Calls of one run that are remembered at most: what never ends must not fill the memory. */
const MAX_CALLS_PER_RUN = 10_000;

interface Start {
  readonly context: Context;
  readonly time: number;
}

/**
 * Where calls were made. What is told before a method starts, and when it ends by itself, comes from the code that made the call;
 * the end of one that was cut off comes from a timer, where somebody else's span may be active.
 */
export class CallParents {
  readonly #starts = new Map<string, Map<string, Start>>();

  /** An event of a call that is still on its way. */
  seen({ runId, callId, time }: CallEventBase): void {
    let calls = this.#starts.get(runId);
    if (calls === undefined) this.#starts.set(runId, (calls = new Map()));
    if (calls.has(callId) || calls.size >= MAX_CALLS_PER_RUN) return;
    calls.set(callId, { context: context.active(), time });
  }

  /**
   * Where a call was made, and when it was first heard of; it is forgotten. `undefined` where it was not heard of before.
   */
  take({ runId, callId }: Pick<CallEventBase, 'runId' | 'callId'>): Start | undefined {
    const calls = this.#starts.get(runId);
    const start = calls?.get(callId);
    calls?.delete(callId);
    return start;
  }

  /** Nothing more is heard of the calls of a run. */
  runEnded(runId: string): void {
    this.#starts.delete(runId);
  }
}
