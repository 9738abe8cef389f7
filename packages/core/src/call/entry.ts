import type { BudgetNode } from '../budget/budget-node.js';
import { isActGuardError } from '../errors/actguard-error.js';
import { StoreUnavailableError } from '../errors/guard-errors.js';
import { frameAround } from '../run/ambient.js';
import type { CallRun } from '../run/call-run.js';
import { isThenable } from '../store/thenable.js';
import { admit } from './admission.js';
import { checkArguments } from './argument-check.js';
import { copyArguments, shownArguments } from './argument-copy.js';
import { refusedByBudget } from './budget-check.js';
import { admitDirectly } from './direct.js';
import { tellEnded } from './instrument.js';
import type { Plan } from './plan.js';
import { Refused } from './refused.js';
import { releaseWait, settleHeld } from './settlement.js';
import { ToolCall } from './tool-call.js';
import { validateInput } from './tool-input.js';

/** The object of a new call. */
export function startCall(plan: Plan, run: CallRun, agent: object): ToolCall {
  const frame = frameAround();
  return new ToolCall(plan, run, agent, frame?.run === run ? frame : undefined);
}

/**
 * Takes a call from its arguments to its admission. Answers a refusal that is known at once; those that something is awaited for go
 * to `onRefused`.
 */
export function enter(
  call: ToolCall,
  args: unknown,
  onAdmitted: OnAdmitted,
  onRefused: OnRefused,
): Refused | undefined {
  let admission: Admitted;
  try {
    call.run.assertTakesCalls(call.plan.tool.id);
    call.run.join(call);
    admission = checkInput(call, args);
  } catch (error) {
    return asRefused(error);
  }
  if (admission === undefined) return dispatch(call, onAdmitted);
  return admission instanceof Refused ? admission : dispatchAfter(call, admission, onAdmitted, onRefused);
}

// Apart, as all functions that are made only where something is awaited: where they stand costs something on every call.
function dispatchAfter(
  call: ToolCall,
  admission: PromiseLike<undefined | Refused>,
  onAdmitted: OnAdmitted,
  onRefused: OnRefused,
): undefined {
  admission.then(
    (early) => {
      const refused = early ?? dispatch(call, onAdmitted);
      if (refused !== undefined) endRefused(call, refused, onRefused);
    },
    (error: unknown) => endRefused(call, asRefused(error), onRefused),
  );
}

// Nothing that is thrown behind admission may be lost: nobody would ever answer the caller.
function dispatch(call: ToolCall, onAdmitted: OnAdmitted): Refused | undefined {
  try {
    return onAdmitted(call);
  } catch (error) {
    if (call.phase !== 'running' && call.phase !== 'ended') return asRefused(error);
    giveUp(call, error);
    return undefined;
  }
}

/** Ends a call that is refused, whatever happens on the way. */
export function endRefused(call: ToolCall, refused: Refused, onRefused: OnRefused): void {
  try {
    onRefused(call, refused);
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

type OnAdmitted = (call: ToolCall) => Refused | undefined;
type OnRefused = (call: ToolCall, refused: Refused) => void;

/** The last look before the method: the call may have been cut off, or the run stopped, while something was awaited. */
export function refusedAtDispatch(call: ToolCall): Refused | undefined {
  const { run } = call;
  const isUnhindered = call.cutBy === undefined && run.isActive && call.waits === undefined;
  if (isUnhindered && call.budget === undefined && run.sharedBudgets === undefined) return undefined;
  return lookAgain(call);
}

function lookAgain(call: ToolCall): Refused | undefined {
  releaseWaits(call);
  if (call.cutBy !== undefined) return new Refused(call.cutBy, 'runState');
  try {
    call.run.assertTakesCalls(call.tool);
  } catch (error) {
    return new Refused(error, 'runState');
  }
  if (call.isReplay) return undefined;
  return refusedByBudget(call);
}

/** Gives up the places in lines that the call had. */
export function releaseWaits(call: ToolCall): void {
  if (call.waits === undefined) return;
  const { waits } = call;
  call.waits = undefined;
  for (const wait of waits) releaseWait(call, wait);
}

/** A refusal is answered or thrown; throwing costs as much as making an error. */
type Admitted = undefined | Refused | PromiseLike<undefined | Refused>;

function checkInput(call: ToolCall, args: unknown): Admitted {
  const { plan, run, budget } = call;
  // Copied before anything is awaited: nobody may change what the guards check.
  call.args = plan.readsArguments ? copyArguments(plan.tool.id, args) : unread(call, args);
  const ready = budget === undefined ? run.ready : readyWith(call, budget);
  if (ready !== undefined) return validateAfter(call, ready);
  return plan.tool.input === undefined ? admitted(call) : validate(call);
}

function unread(call: ToolCall, args: unknown): object {
  const given = checkArguments(call.plan.tool.id, args);
  if (call.run.core.events.isHeard) call.shown = shownArguments(given);
  return given;
}

function readyWith({ run }: ToolCall, budget: BudgetNode): Promise<unknown> | undefined {
  const reserving = run.budgets.reserving(budget);
  return reserving === undefined ? run.ready : Promise.all([run.ready, reserving]);
}

function validateAfter(call: ToolCall, ready: Promise<unknown>): Promise<undefined | Refused> {
  return ready.then(
    () => {
      call.now = call.run.core.clock.now();
      return validate(call);
    },
    (error: unknown) => {
      if (call.run.isObserved && !isActGuardError(error)) return validate(call);
      throw new Refused(isActGuardError(error) ? error : new StoreUnavailableError(call.tool, error), 'store');
    },
  );
}

function validate(call: ToolCall): Admitted {
  const validated = validateInput(call.plan.tool, call.args as object);
  if (isThenable(validated)) return validateLater(call, validated);
  call.args = validated;
  return admitted(call);
}

function validateLater(call: ToolCall, validated: PromiseLike<object>): Promise<undefined | Refused> {
  return Promise.resolve(validated).then((args) => {
    call.now = call.run.core.clock.now();
    call.args = args;
    return admitted(call);
  });
}

function admitted(call: ToolCall): Admitted {
  const directly = admitDirectly(call);
  if (directly === true) return undefined;
  return directly === false ? (admit(call) as Promise<undefined> | undefined) : directly;
}

function asRefused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  const isInput = isActGuardError(error) && error.code === 'guard.input_invalid';
  return new Refused(error, isInput ? 'input' : 'runState');
}
