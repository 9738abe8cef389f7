import { isActGuardError } from '../errors/actguard-error.js';
import { StoreUnavailableError } from '../errors/guard-errors.js';
import { ambientFrame } from '../run/ambient.js';
import type { CallRun } from '../run/call-run.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import { admit } from './admission.js';
import { copyArguments } from './argument-copy.js';
import type { Plan } from './plan.js';
import { Refused } from './refused.js';
import { ToolCall } from './tool-call.js';
import { validateInput } from './tool-input.js';

/** The object of a new call. */
export function startCall(plan: Plan, run: CallRun, agent: object): ToolCall {
  const frame = ambientFrame();
  return new ToolCall(
    plan,
    run,
    agent,
    frame?.run === run ? frame.call : undefined,
    run.core.clock.now(),
  );
}

/** Takes a call from its arguments to its admission, or to its refusal. */
export function enter(
  call: ToolCall,
  args: unknown,
  admitted: (call: ToolCall) => void,
  refused: (call: ToolCall, refused: Refused) => void,
): void {
  let pending: MaybePromise<void>;
  try {
    call.run.assertTakesCalls(call.tool);
    call.run.join(call);
    pending = checkInput(call, args);
  } catch (error) {
    return refused(call, asRefused(error));
  }
  if (pending === undefined) return admitted(call);
  pending.then(
    () => admitted(call),
    (error: unknown) => refused(call, asRefused(error)),
  );
}

/** The last look before the method: the call may have been cut off, or the run stopped, while something was awaited. */
export function mayDispatch(call: ToolCall): Refused | undefined {
  releaseWaits(call);
  if (call.cutBy !== undefined) return new Refused(call.cutBy, 'runState');
  try {
    call.run.assertTakesCalls(call.tool);
    return undefined;
  } catch (error) {
    return new Refused(error, 'runState');
  }
}

/** Gives up the places in lines that the call had. */
export function releaseWaits(call: ToolCall): void {
  if (call.waits === undefined) return;
  for (const wait of call.waits) wait.release();
  call.waits = undefined;
}

function checkInput(call: ToolCall, args: unknown): MaybePromise<void> {
  // Copied before anything is awaited: nobody may change what the guards check.
  const copy = copyArguments(call.tool, args);
  const { ready } = call.run;
  if (ready === undefined) return validate(call, copy);
  return ready.then(
    () => {
      call.now = call.run.core.clock.now();
      return validate(call, copy);
    },
    (error: unknown) => {
      throw new Refused(isActGuardError(error) ? error : new StoreUnavailableError(call.tool, error), 'store');
    },
  );
}

function validate(call: ToolCall, copy: object): MaybePromise<void> {
  const validated = validateInput(call.plan.tool, copy);
  if (!isThenable(validated)) return admitWith(call, validated as object);
  return Promise.resolve(validated).then((args) => {
    call.now = call.run.core.clock.now();
    return admitWith(call, args);
  });
}

function admitWith(call: ToolCall, args: object): MaybePromise<void> {
  call.args = args;
  return admit(call);
}

function asRefused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  const isInput = isActGuardError(error) && error.code === 'guard.input_invalid';
  return new Refused(error, isInput ? 'input' : 'runState');
}
