import { StoreUnavailableError, ToolGuardError } from '../errors/guard-errors.js';
import { giveBack } from '../store/give-back.js';
import type { StoreAnswer, StoreOperation } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import { isObserved } from './observed.js';
import type { Step } from './plan.js';
import { Refused, refuse } from './refused.js';
import type { ToolCall } from './tool-call.js';

/** A guard that decides in this trip. */
export interface Question {
  readonly step: Step;
  /** Index of its operation, where it asked the store. */
  readonly operation: number | undefined;
}

/** One trip to the store: what guards asked of it, up to one that has to decide before others are asked. */
export interface Trip {
  readonly operations: StoreOperation[];
  readonly questions: Question[];
  /** What guards had taken and ask for again in this trip: still to be given back if the trip fails. */
  givenBack: readonly StoreOperation[];
  /** A guard after those in `questions` that refused without asking the store. */
  refused: Refused | undefined;
}

const NO_OPERATIONS: readonly StoreOperation[] = [];

/** Gathers what the next guards ask of the store. */
export function gather(call: ToolCall): Trip {
  const { admission, capacityFrom } = call.plan;
  const trip: Trip = { operations: [], questions: [], givenBack: NO_OPERATIONS, refused: undefined };
  // Policy looks again in the last trip, so that nothing is waited for after it.
  if (call.isPolicyStale && !admission.slice(call.position, capacityFrom).some(({ decidesAlone }) => decidesAlone)) {
    call.isPolicyStale = false;
    for (const step of admission.slice(0, call.position))
      if (looksAgain(step) && !lookAgain(call, step, trip)) return trip;
  }
  const waiting = call.isReplay ? undefined : waitingStep(call);
  while (call.position < admission.length) {
    const step = admission[call.position++] as Step;
    if (call.isReplay && !step.decidesReplays) continue;
    // A call that is put off anyway keeps no probe from others; all are asked when it comes back.
    if (waiting !== undefined && call.position > capacityFrom && step !== waiting) continue;
    if (!request(call, step, trip) || step.decidesAlone) break;
  }
  return trip;
}

function waitingStep(call: ToolCall): Step | undefined {
  return call.plan.waiting.find((step) => {
    try {
      return !isObserved(call, step) && step.guard.mustWait?.(call) === true;
    } catch {
      // It is asked again in its place, where throwing refuses.
      return false;
    }
  });
}

// What the guard had taken is given back and asked for again, in the same atomic step.
function lookAgain(call: ToolCall, step: Step, trip: Trip): boolean {
  const heldAt = call.held?.indexOf(step) ?? -1;
  if (heldAt >= 0) {
    call.held?.splice(heldAt, 1);
    const given = step.guard.settle?.(call, { status: 'refused', error: undefined });
    if (given !== undefined && !isThenable(given)) {
      trip.operations.push(given);
      trip.givenBack = [...trip.givenBack, given];
    }
  }
  return request(call, step, trip);
}

function request(call: ToolCall, step: Step, trip: Trip): boolean {
  let operation: StoreOperation | undefined;
  try {
    operation = step.guard.request?.(call);
  } catch (error) {
    try {
      refuse(call, step, error);
      return true;
    } catch (refused) {
      trip.refused = refused as Refused;
      return false;
    }
  }
  trip.questions.push({ step, operation: operation && trip.operations.length });
  if (operation !== undefined) {
    trip.operations.push(
      'observe' in operation && isObserved(call, step) ? { ...operation, observe: true } : operation,
    );
  }
  return true;
}

/** Sends the trip to the store. A store that fails refuses. */
export function ask(call: ToolCall, trip: Trip): MaybePromise<readonly StoreAnswer[]> {
  try {
    const answers = call.run.core.store.apply(trip.operations, call.now) as MaybePromise<readonly StoreAnswer[]>;
    if (!isThenable(answers)) return answers;
    return Promise.resolve(answers).catch((error: unknown) => {
      throw tripFailed(call, trip, error);
    });
  } catch (error) {
    throw tripFailed(call, trip, error);
  }
}

// Only the answer may have been lost. A key is given back by its owner, so that is right whether it was taken or not.
function tripFailed(call: ToolCall, { operations, givenBack }: Trip, error: unknown): Refused {
  const keys = operations.flatMap((operation) => {
    const taken = operation.op === 'idempotency.begin' ? giveBack(operation, { admitted: true }) : undefined;
    return taken === undefined ? [] : [taken];
  });
  const refusal = error instanceof ToolGuardError ? error : new StoreUnavailableError(call.tool, error);
  return new Refused(refusal, 'store', [...givenBack, ...keys]);
}

/** Whether a guard decides again after something was waited for behind it. */
export function looksAgain({ decidesReplays, isCustom }: Step): boolean {
  return decidesReplays && !isCustom;
}

/**
 * What gives back what the store took for the questions behind one. Nothing, where the store refused: it has taken back all
 * that the trip had taken.
 */
export function takenBehind(
  { operations, questions }: Trip,
  answers: readonly StoreAnswer[],
  index: number,
): readonly StoreOperation[] {
  if (indexOfRefusal(operations, answers) !== undefined) return NO_OPERATIONS;
  return questions.slice(index + 1).flatMap(({ operation }) => {
    const taken =
      operation === undefined ? undefined : giveBack(operations[operation] as StoreOperation, answers[operation]);
    return taken === undefined ? [] : [taken];
  });
}

/** Index of the operation that the store refused; `undefined` where it refused none. */
export function indexOfRefusal(
  operations: readonly StoreOperation[],
  answers: readonly StoreAnswer[],
): number | undefined {
  const index = answers.length - 1;
  const [answer, operation] = [answers[index], operations[index]];
  if (operation === undefined || answer === undefined || !('admitted' in answer) || answer.admitted) return undefined;
  return 'observe' in operation && operation.observe ? undefined : index;
}
