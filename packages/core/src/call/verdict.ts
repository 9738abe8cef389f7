import { StoreFullError } from '../errors/guard-errors.js';
import type { Decision, Wait } from '../guards/guard.js';
import type { StoreAnswer } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import { copyArguments } from './argument-copy.js';
import { tellAdmitted, tellObserved } from './call-events.js';
import { isObserved } from './observed.js';
import type { Step } from './plan.js';
import { guardFailed, Refused, throwUnlessObserved } from './refused.js';
import { releaseWait } from './settlement.js';
import type { ToolCall } from './tool-call.js';

/**
 * Lets a guard decide; the answer is a wait where it puts the call off.
 *
 * @param isRefused the store refused what the guard asked for
 * @param isTakenBack the store admitted it, and took it back because a later one was refused
 * @throws {Refused}
 */
export function judge(
  call: ToolCall,
  step: Step,
  answer: StoreAnswer,
  isRefused: boolean,
  isTakenBack: boolean,
): MaybePromise<Wait | undefined> {
  let decision: Decision | Promise<Decision>;
  try {
    if (answer !== undefined && 'full' in answer && answer.full) throw new StoreFullError(call.tool, step.kind);
    decision = step.guard.admit?.(call, answer);
  } catch (error) {
    return throwUnlessObserved(call, step, error);
  }
  if (!isThenable(decision)) return accept(call, step, decision, isRefused, isTakenBack);
  return Promise.resolve(decision).then(
    (decided) => {
      call.now = call.run.core.clock.now();
      call.isPolicyStale = true;
      return accept(call, step, decided, isRefused, isTakenBack);
    },
    (error: unknown) => throwUnlessObserved(call, step, error),
  );
}

function accept(
  call: ToolCall,
  step: Step,
  decision: Decision,
  isRefused: boolean,
  isTakenBack: boolean,
): Wait | undefined {
  try {
    return follow(call, step, decision, isRefused, isTakenBack);
  } catch (error) {
    // What a guard of the user's made may throw while it is read.
    if (error instanceof Refused) throw error;
    return throwUnlessObserved(call, step, error);
  }
}

function follow(
  call: ToolCall,
  step: Step,
  decision: Decision,
  isRefused: boolean,
  isTakenBack: boolean,
): Wait | undefined {
  const observed = isObserved(call, step);
  // Told apart by name: a guard may have been made with another copy of the package.
  switch (decision?.decision) {
    case 'wait':
      return putOff(call, step, decision, observed);
    case 'replay':
      if (call.plan.tool.streams)
        return throwUnlessObserved(call, step, new TypeError('a stream cannot be answered with a stored result'));
      if (observed) {
        tellObserved(call, step, new NotStopped('replay', 'a stored result would be delivered'));
        return undefined;
      }
      call.isReplay = true;
      call.replay = { value: decision.value, kind: step.kind };
      return undefined;
    case 'rewrite':
      if (!observed && !isRefused) rewrite(call, step, decision.args);
      break;
    default:
      // A guard in JavaScript that answers `false` does not mean to let the call through.
      if (decision !== undefined)
        return throwUnlessObserved(
          call,
          step,
          new TypeError('admit must return nothing or a decision; to refuse, throw GuardRefusedError'),
        );
  }
  // A guard may not let through what the store refused.
  if (isRefused) throw new Refused(guardFailed(call, step.kind, undefined), step.kind);
  if (!isTakenBack) call.hold(step);
  if (!step.isQuiet && call.run.core.events.listensTo('guard.admitted'))
    tellAdmitted(call, step, step.guard.factsUsed?.(call));
  return undefined;
}

function putOff(call: ToolCall, step: Step, wait: Wait, observed: boolean): Wait | undefined {
  const { until, release } = wait;
  // Nobody listens to it once the call is cut off, or where it is not waited for.
  if (isThenable(until)) Promise.resolve(until).catch(() => {});
  if (!isThenable(until) || typeof release !== 'function') {
    if (typeof release === 'function') releaseWait(call, wait);
    return throwUnlessObserved(call, step, new TypeError('a Wait needs a promise `until` and a function `release`'));
  }
  if (observed) {
    releaseWait(call, wait);
    tellObserved(call, step, new NotStopped('wait', 'the call would wait'));
    return undefined;
  }
  call.waits ??= [];
  call.waits.push(wait);
  return wait;
}

function rewrite(call: ToolCall, step: Step, args: unknown): void {
  if (!step.isCustom) {
    call.args = args;
    return;
  }
  // The guard may keep what it gave, and policy has only seen what was sent.
  try {
    call.args = copyArguments(call.tool, args);
  } catch (error) {
    // Not what the caller sent: it must not read that its input was wrong.
    throw new TypeError('the arguments of a Rewrite must be plain data', { cause: error });
  }
  call.isPolicyStale = true;
}

/** What observe mode reports where a guard would not have refused but changed what the call comes to. */
class NotStopped extends Error {
  constructor(name: 'wait' | 'replay', message: string) {
    super(message);
    this.name = name;
  }
}
