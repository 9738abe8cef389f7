import { StoreUnavailableError, ToolGuardError } from '../errors/guard-errors.js';
import { giveBack } from '../store/give-back.js';
import type { AdmissionOperation, StoreAnswer, StoreOperation } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import { isObserved } from './observed.js';
import type { Step } from './plan.js';
import { Refused, throwUnlessObserved } from './refused.js';
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
    call.held = call.held?.filter((each) => each !== step);
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
      throwUnlessObserved(call, step, error);
      return true;
    } catch (refused) {
      trip.refused = refused as Refused;
      return false;
    }
  }
  trip.questions.push({ step, operation: operation && trip.operations.length });
  if (operation !== undefined) {
    trip.operations.push(
      isAdmission(operation) && isObserved(call, step) ? { ...operation, observe: true } : operation,
    );
  }
  return true;
}

/** Sends the trip to the store. A store that fails refuses, and so does one whose answer is none. */
export function ask(call: ToolCall, trip: Trip): MaybePromise<readonly StoreAnswer[]> {
  try {
    const answers = call.run.core.store.apply(trip.operations, call.now) as MaybePromise<readonly StoreAnswer[]>;
    if (!isThenable(answers)) return checked(call, trip, answers);
    return Promise.resolve(answers).then(
      (arrived) => checked(call, trip, arrived),
      (error: unknown) => {
        throw tripFailed(call, trip, error);
      },
    );
  } catch (error) {
    throw error instanceof Refused ? error : tripFailed(call, trip, error);
  }
}

// Only the answer may have been lost. A key is given back by its owner, so that is right whether it was taken or not.
function tripFailed(
  call: ToolCall,
  { operations, givenBack }: Trip,
  error: unknown,
  answers: readonly StoreAnswer[] = [],
): Refused {
  const taken = operations.flatMap((operation, index) => {
    const isKey = operation.op === 'idempotency.begin';
    const answer = isKey ? ({ admitted: true } as const) : answers[index];
    const given = isKey || problemOf(operation, answer) === undefined ? giveBack(operation, answer) : undefined;
    return given === undefined ? [] : [given];
  });
  const refusal = error instanceof ToolGuardError ? error : new StoreUnavailableError(call.tool, error);
  return new Refused(refusal, 'store', [...givenBack, ...taken]);
}

// To a guard, no answer means that it did not ask: what a store leaves out would let the call through.
function checked(call: ToolCall, trip: Trip, answers: readonly StoreAnswer[]): readonly StoreAnswer[] {
  if (!Array.isArray(answers)) throw tripFailed(call, trip, new Error('the store answered with no list'));
  const problem = problemIn(trip.operations, answers);
  if (problem === undefined) return answers;
  throw tripFailed(call, trip, new Error(`the store answered wrongly: ${problem}`), answers);
}

function problemIn(operations: readonly StoreOperation[], answers: readonly StoreAnswer[]): string | undefined {
  const { length } = answers;
  const isCutShort = length < operations.length && indexOfRefusal(operations, answers) === undefined;
  if (isCutShort || length > operations.length) return `${length} answers to ${operations.length} operations`;
  for (let index = 0; index < length; index++) {
    const operation = operations[index] as StoreOperation;
    const problem = problemOf(operation, answers[index]);
    if (problem !== undefined) return problem;
    if (index < length - 1 && isRefusal(operation, answers[index])) return `it went on after refusing ${operation.op}`;
  }
  return undefined;
}

function problemOf(operation: StoreOperation, answer: StoreAnswer): string | undefined {
  const isAsked = isAdmission(operation);
  if (!isAsked && operation.op !== 'fact.read') return undefined;
  if (typeof answer !== 'object' || answer === null) return `no answer to ${operation.op}`;
  if (isAsked && typeof (answer as { admitted?: unknown }).admitted !== 'boolean')
    return `${operation.op} neither admitted nor refused`;
  return undefined;
}

const ADMISSION: Readonly<Record<AdmissionOperation['op'], true>> = {
  'rate.take': true,
  'breaker.enter': true,
  'idempotency.begin': true,
  'attempt.take': true,
  'fact.require': true,
  'step.require': true,
  'session.open': true,
  'budget.hold': true,
};

function isAdmission(operation: StoreOperation): operation is AdmissionOperation {
  return Object.hasOwn(ADMISSION, operation.op);
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
  const operation = operations[index];
  return operation !== undefined && isRefusal(operation, answers[index]) ? index : undefined;
}

function isRefusal(operation: StoreOperation, answer: StoreAnswer): boolean {
  if (typeof answer !== 'object' || answer === null || !('admitted' in answer) || answer.admitted) return false;
  return !('observe' in operation && operation.observe);
}
