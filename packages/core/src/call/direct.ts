import { ASK, type DirectGuard } from '../guards/direct-guard.js';
import type { DirectState } from '../store/direct-state.js';
import { directStateOf } from '../store/memory-store.js';
import { tellAdmitted } from './call-events.js';
import type { DirectPlan, DirectStep } from './direct-plan.js';
import type { Step } from './plan.js';
import { refuse } from './refused.js';
import { settleFailed } from './settlement.js';
import type { ToolCall } from './tool-call.js';

/**
 * Admits a call on the state of a store in this process, guard by guard. At the first one that has to be asked properly it
 * answers `false`: admission then goes on from that guard, as with any store.
 *
 * @throws {Refused}
 */
export function admitDirectly(call: ToolCall): boolean {
  const { direct } = call.plan;
  if (call.plan.isUnguarded) return admitUnguarded(call);
  if (direct === undefined || call.run.isObserved || call.cutBy !== undefined) return false;
  const state = directStateOf(call.run.core.store);
  if (state === undefined) return false;
  const { admission } = direct;
  const isHeard = call.run.core.events.listensTo('guard.admitted');
  for (; call.position < admission.length; call.position++) {
    const { step, guard, slot } = admission[call.position] as DirectStep;
    let kept: unknown;
    try {
      kept = guard.enter === undefined ? askAlone(call, state, guard) : guard.enter(call, state);
    } catch (error) {
      call.held = heldBefore(call, direct);
      refuse(call, step, error);
    }
    if (kept === ASK) {
      call.held = heldBefore(call, direct);
      return false;
    }
    if (kept !== undefined) call.keepAt(slot, kept);
    if (isHeard && !step.isQuiet) tellAdmitted(call, step, guard.factsUsed?.(call));
  }
  call.held = direct.admitted;
  call.isDirect = true;
  return true;
}

// Whatever the store is, as it is not asked.
function admitUnguarded(call: ToolCall): boolean {
  if (call.cutBy !== undefined) return false;
  if (call.attempt === 0) call.attempt = call.run.countAttempt(call.tool);
  call.position = call.plan.admission.length;
  call.isDirect = true;
  return true;
}

// A rule refuses by throwing, and takes nothing.
function askAlone(call: ToolCall, state: DirectState, guard: DirectGuard): void {
  const operation = guard.request?.(call);
  guard.admit?.(call, operation && state.carryOut(operation, call.now));
}

function heldBefore({ position }: ToolCall, { admission }: DirectPlan): readonly Step[] {
  return admission.slice(0, position).flatMap(({ step }) => (step.isTold ? [step] : []));
}

/**
 * Settles a call that went well, on the state of a store in this process. `false`: nothing is done, and its guards have to be
 * told as with any store.
 */
export function succeedDirectly(call: ToolCall, value: unknown): boolean {
  const ending = call.plan.direct?.ending;
  if (!call.isDirect || ending === undefined) return false;
  const { core } = call.run;
  const { minting, told } = ending;
  const records = core.recordedSteps.size > 0 && core.recordedSteps.has(call.tool);
  if (minting === undefined && told.length === 0 && !records) return true;
  const state = directStateOf(core.store);
  if (state === undefined) return false;
  if (minting !== undefined) {
    if (core.events.listensTo('guard.admitted') || minting.mint?.(call, state, value) !== true) return false;
  }
  call.held = undefined;
  if (records) state.carryOut({ op: 'step.add', session: call.run.sessionKey, tool: call.tool }, core.clock.now());
  for (let index = 0; index < told.length; index++) {
    const { step, guard, slot } = told[index] as DirectStep;
    try {
      guard.succeeded?.(call, state, call.keptAt(slot), value);
    } catch (error) {
      settleFailed(call, step.kind, error);
    }
  }
  return true;
}
