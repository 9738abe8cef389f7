import type { Guard, Outcome } from '../guards/guard.js';
import { tellBlocked, tellIntervention, tellObserved } from './call-events.js';
import { tellEnded } from './instrument.js';
import { isObserved } from './observed.js';
import { settleHeld, settleLate } from './settlement.js';
import type { ToolCall } from './tool-call.js';

/**
 * Ends a call for its caller at once: at its timeout, or because its run is stopped. What has not been dispatched never will
 * be; a method that is running is left to its `signal`, and what it comes to is taken into account when it ends.
 *
 * @param guard the guard that cuts it off; `undefined` for the run
 */
export function cutOff(call: ToolCall, error: Error, guard: Guard<never> | undefined): void {
  if (call.phase === 'cut') return;
  if (call.phase === 'ended') return guard === undefined ? tellSettling(call, error) : undefined;
  const step = guard && call.plan.steps.find((each) => each.guard === guard);
  if (step !== undefined && isObserved(call, step)) return tellObserved(call, step, error);
  const kind = step?.kind ?? 'runState';

  if (call.phase === 'admitting') {
    // Admission finds out when it goes on, and gives back what was taken.
    call.phase = 'cut';
    call.isTold = true;
    call.abort(error);
    tellBlocked(call, kind, error);
    call.reject(error);
    return;
  }

  call.phase = 'cut';
  call.isTold = true;
  call.cutKind = kind;
  const { held } = call;
  const outcome: Outcome = { status: guard === undefined ? 'aborted' : 'timeout', error };
  const settled = settleHeld(call, outcome);
  call.held = held;
  call.abort(error);
  tellIntervention(call, kind, guard === undefined ? 'cut_off' : 'timeout', error);
  tellEnded(call, error);
  call.reject(error);
  if (settled === undefined) call.run.leave(call);
  else settled.then(() => call.run.leave(call));
}

// What it came to is decided, but the store or a guard that has to hear of it may never answer: its caller hears at once.
function tellSettling(call: ToolCall, error: Error): void {
  if (call.isTold) return;
  call.isTold = true;
  tellIntervention(call, 'runState', 'cut_off', error);
  call.reject(error);
}

/** The method of a call that was cut off has ended after all. */
export function endLate(call: ToolCall, outcome: Outcome): void {
  if (call.phase !== 'cut') return;
  call.phase = 'ended';
  const { held } = call;
  call.held = undefined;
  tellIntervention(call, call.cutKind, 'late_end', outcome.status === 'failure' ? outcome.error : undefined);
  // Nobody waits for it; settling never throws.
  if (held !== undefined) void settleLate(call, held, outcome);
}
