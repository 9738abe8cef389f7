import { isActGuardError } from '../errors/actguard-error.js';
import { ASK, type DirectGuard, type Entered } from '../guards/direct-guard.js';
import type { DirectState } from '../store/direct-state.js';
import { tellAdmitted } from './call-events.js';
import type { DirectEnding, DirectStep } from './direct-plan.js';
import type { Step } from './plan.js';
import { guardFailed, Refused } from './refused.js';
import { hookFailed, settleFailed } from './settlement.js';
import type { ToolCall } from './tool-call.js';

type Enter = NonNullable<DirectGuard['enter']>;

/**
 * Admits a call on the state of a store in this process, guard by guard, or refuses it. `false`: a guard has to be asked
 * properly, and admission goes on from it as with any store.
 */
export function admitDirectly(call: ToolCall): boolean | Refused {
  if (call.cutBy !== undefined) return false;
  return call.plan.isUnguarded ? admitUnguarded(call) : admitEach(call);
}

function admitEach(call: ToolCall): boolean | Refused {
  const { plan, run } = call;
  const { direct } = plan;
  const state = run.core.direct;
  if (direct === undefined || state === undefined || run.isObserved) return false;
  const { admission } = direct;
  const isHeard = run.core.events.listensTo('guard.admitted');
  for (let position = 0; position < admission.length; position++) {
    const { step, guard, enter, slot } = admission[position] as DirectStep;
    call.position = position;
    let kept: Entered;
    try {
      // There is one, or the calls of the tool were never direct: none may be passed by.
      kept = (enter as Enter).call(guard, call, state);
    } catch (error) {
      return refusedBy(call, step, error);
    }
    if (kept !== undefined) {
      if (kept === ASK) {
        call.held = direct.held[position];
        return false;
      }
      if (typeof kept === 'function') {
        call.held = direct.held[position];
        return Refused.by(kept as () => Error, step.kind);
      }
      call.keepAt(slot, kept);
    }
    if (isHeard && !step.isQuiet) tellAdmitted(call, step, guard.factsUsed?.(call));
  }
  call.position = admission.length;
  call.held = direct.held[admission.length];
  call.isDirect = true;
  return true;
}

// Whatever the store is, as it is not asked.
function admitUnguarded(call: ToolCall): true {
  if (call.attempt === 0) call.countAttempt();
  call.position = call.plan.admission.length;
  call.isDirect = true;
  return true;
}

function refusedBy(call: ToolCall, step: Step, error: unknown): Refused {
  call.held = call.plan.direct?.held[call.position];
  return new Refused(isActGuardError(error) ? error : guardFailed(call, step.kind, error), step.kind);
}

function minted(call: ToolCall, state: DirectState, guard: DirectGuard, value: unknown): boolean {
  try {
    return guard.mint?.(call, state, value) === true;
  } catch {
    // Asked properly, it fails again, and what follows from that is decided there.
    return false;
  }
}

/** Tells the guards around the method that it is invoked. `false`: they have to be told properly. */
export function startDirectly(call: ToolCall): boolean {
  const { direct } = call.plan;
  if (!call.isDirect || direct?.starting === undefined) return false;
  call.held = direct.dispatched;
  const { starting } = direct;
  for (let index = 0; index < starting.length; index++) {
    const { step, guard, started, slot } = starting[index] as DirectStep;
    try {
      call.keepAt(slot, started?.call(guard, call));
    } catch (error) {
      hookFailed(call, step.kind, 'dispatched', error);
    }
  }
  return true;
}

/**
 * Settles a call that went well, on the state of a store in this process. `false`: nothing is done, and its guards have to be
 * told as with any store.
 */
export function succeedDirectly(call: ToolCall, value: unknown): boolean {
  const ending = call.plan.direct?.ending;
  if (!call.isDirect || ending === undefined) return false;
  const { recordedSteps } = call.run.core;
  const records = recordedSteps.size > 0 && recordedSteps.has(call.tool);
  return (ending.isEmpty && !records) || settleDirectly(call, ending, value, records);
}

function settleDirectly(call: ToolCall, { minting, told }: DirectEnding, value: unknown, records: boolean): boolean {
  const { core } = call.run;
  const state = core.direct;
  if (state === undefined) return false;
  // Who hears what was let through hears what was proven too, which only the operation says.
  if (minting !== undefined && (core.events.listensTo('guard.admitted') || !minted(call, state, minting, value)))
    return false;
  call.held = undefined;
  if (records) state.carryOut({ op: 'step.add', session: call.run.sessionKey, tool: call.tool }, core.clock.now());
  for (let index = 0; index < told.length; index++) {
    const { step, guard, succeeded, slot } = told[index] as DirectStep;
    try {
      succeeded?.call(guard, call, state, call.keptAt(slot), value);
    } catch (error) {
      settleFailed(call, step.kind, error);
    }
  }
  return true;
}
