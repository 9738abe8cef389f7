import { budgetRefusal } from '../budget/blocked.js';
import type { BudgetNode } from '../budget/budget-node.js';
import { sharedRefusal } from '../budget/shared-blocked.js';
import { isActGuardError } from '../errors/actguard-error.js';
import { StoreUnavailableError } from '../errors/guard-errors.js';
import { ambientFrame } from '../run/ambient.js';
import type { CallRun } from '../run/call-run.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import { admit } from './admission.js';
import { copyArguments } from './argument-copy.js';
import { tellObserved } from './call-events.js';
import { admitDirectly } from './direct.js';
import { tellEnded } from './instrument.js';
import type { Plan } from './plan.js';
import { Refused } from './refused.js';
import { releaseWait, settleHeld } from './settlement.js';
import { ToolCall } from './tool-call.js';
import { validateInput } from './tool-input.js';

/** The object of a new call. */
export function startCall(plan: Plan, run: CallRun, agent: object): ToolCall {
  const frame = ambientFrame();
  const isInside = frame?.run === run;
  const call = new ToolCall(plan, run, agent, isInside ? frame.call : undefined);
  call.isInFrame = isInside && frame.budget === undefined;
  call.budget = (isInside ? frame.budget : undefined) ?? run.ownBudget;
  return call;
}

/** Takes a call from its arguments to its admission, or to its refusal. */
export function enter(call: ToolCall, args: unknown, admitted: (call: ToolCall) => void, refused: OnRefused): void {
  let pending: MaybePromise<void>;
  try {
    call.run.assertTakesCalls(call.tool);
    call.run.join(call);
    pending = checkInput(call, args);
  } catch (error) {
    return refuse(call, error, refused);
  }
  if (pending === undefined) return dispatch(call, admitted, refused);
  pending.then(
    () => dispatch(call, admitted, refused),
    (error: unknown) => refuse(call, error, refused),
  );
}

// Nothing that is thrown behind admission may be lost: nobody would ever answer the caller.
function dispatch(call: ToolCall, admitted: (call: ToolCall) => void, refused: OnRefused): void {
  try {
    admitted(call);
  } catch (error) {
    if (call.phase === 'running' || call.phase === 'ended') giveUp(call, error);
    else refuse(call, error, refused);
  }
}

function refuse(call: ToolCall, error: unknown, refused: OnRefused): void {
  try {
    refused(call, asRefused(error));
  } catch (failure) {
    giveUp(call, failure);
  }
}

// The method may have run, so guards hear of a failure and not of a refusal.
function giveUp(call: ToolCall, error: unknown): void {
  call.phase = 'ended';
  void settleHeld(call, { status: 'failure', error });
  call.run.leave(call);
  call.isTold = true;
  tellEnded(call, error);
  call.reject(error);
}

type OnRefused = (call: ToolCall, refused: Refused) => void;

/** The last look before the method: the call may have been cut off, or the run stopped, while something was awaited. */
export function mayDispatch(call: ToolCall): Refused | undefined {
  releaseWaits(call);
  if (call.cutBy !== undefined) return new Refused(call.cutBy, 'runState');
  try {
    call.run.assertTakesCalls(call.tool);
  } catch (error) {
    return new Refused(error, 'runState');
  }
  if (call.isReplay) return undefined;
  const refused = call.budget && overBudget(call, call.budget);
  return refused ?? (call.run.sharedBudgets && overSharedBudget(call));
}

const BUDGET = { kind: 'budget' };

// Behind all guards, so that a call that is refused for another reason is not told to be out of budget.
function overBudget(call: ToolCall, budget: BudgetNode): Refused | undefined {
  const { run, tool } = call;
  const open = run.budgets.openFrom(budget);
  return refusedFor(call, open && budgetRefusal(run.budgets.run, open, tool));
}

function overSharedBudget(call: ToolCall): Refused | undefined {
  return refusedFor(call, sharedRefusal(call.run.budgets.run, call.tool));
}

function refusedFor(call: ToolCall, error: Error | undefined): Refused | undefined {
  if (error === undefined) return undefined;
  if (!call.run.isObserved) return new Refused(error, BUDGET.kind);
  tellObserved(call, BUDGET, error);
  return undefined;
}

/** Gives up the places in lines that the call had. */
export function releaseWaits(call: ToolCall): void {
  if (call.waits === undefined) return;
  const { waits } = call;
  call.waits = undefined;
  for (const wait of waits) releaseWait(call, wait);
}

function checkInput(call: ToolCall, args: unknown): MaybePromise<void> {
  // Copied before anything is awaited: nobody may change what the guards check.
  const copy = copyArguments(call.tool, args);
  const ready = readyFor(call);
  if (ready === undefined) return validate(call, copy);
  return ready.then(
    () => {
      call.now = call.run.core.clock.now();
      return validate(call, copy);
    },
    (error: unknown) => {
      if (call.run.isObserved && !isActGuardError(error)) return validate(call, copy);
      throw new Refused(isActGuardError(error) ? error : new StoreUnavailableError(call.tool, error), 'store');
    },
  );
}

function readyFor({ run, budget }: ToolCall): Promise<unknown> | undefined {
  const reserving = budget && run.budgets.reserving(budget);
  return reserving === undefined ? run.ready : Promise.all([run.ready, reserving]);
}

function validate(call: ToolCall, copy: object): MaybePromise<void> {
  call.args = copy;
  if (call.plan.tool.input === undefined) return admitWith(call, copy);
  const validated = validateInput(call.plan.tool, copy);
  if (!isThenable(validated)) return admitWith(call, validated as object);
  return Promise.resolve(validated).then((args) => {
    call.now = call.run.core.clock.now();
    return admitWith(call, args);
  });
}

function admitWith(call: ToolCall, args: object): MaybePromise<void> {
  call.args = args;
  return admitDirectly(call) ? undefined : admit(call);
}

function asRefused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  const isInput = isActGuardError(error) && error.code === 'guard.input_invalid';
  return new Refused(error, isInput ? 'input' : 'runState');
}
