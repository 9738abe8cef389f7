import { isActGuardError } from '../errors/actguard-error.js';
import { GuardRefusedError, StoreFullError, StoreUnavailableError, ToolGuardError } from '../errors/guard-errors.js';
import type { Decision, Wait } from '../guards/guard.js';
import { giveBack } from '../store/give-back.js';
import type { StoreAnswer, StoreOperation } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import { tellAdmitted, tellIntervention, tellObserved } from './call-events.js';
import { isObserved } from './observed.js';
import type { Step } from './plan.js';
import { settleHeld } from './settlement.js';
import type { ToolCall } from './tool-call.js';

/** Who refused a call: thrown by `admit`, so that the pipeline can name the guard. */
export class Refused {
  readonly error: unknown;
  readonly kind: string;
  /** What the store took, or may have taken, for guards that were not told of it: it is given back. */
  readonly unasked: readonly StoreOperation[];

  constructor(error: unknown, kind: string, unasked: readonly StoreOperation[] = []) {
    this.error = error;
    this.kind = kind;
    this.unasked = unasked;
  }
}

interface Question {
  readonly step: Step;
  /** Index of its operation, where it asked the store. */
  readonly operation: number | undefined;
}

/** One trip to the store: what guards asked of it, up to one that has to decide before others are asked. */
interface Round {
  readonly operations: StoreOperation[];
  readonly questions: Question[];
  /** What guards had taken and ask for again in this trip: still to be given back if the trip fails. */
  givenBack: readonly StoreOperation[];
  /** A guard after those in `questions` that refused without asking the store. */
  refused: Refused | undefined;
}

const NO_ANSWERS: readonly StoreAnswer[] = [];
const NO_OPERATIONS: readonly StoreOperation[] = [];

/**
 * Asks the guards of a call, in their order, whether it goes through. Nothing is asynchronous unless a guard or the store
 * is. As many guards as possible share one trip to the store, which is atomic: either all of them admit, or nothing is taken.
 *
 * @throws {Refused}
 */
export function admit(call: ToolCall): MaybePromise<void> {
  const { admission } = call.plan;
  while (call.position < admission.length || call.isPolicyStale) {
    // Its caller has been told: nothing more is taken for it.
    if (call.cutBy !== undefined) return undefined;
    const step = admission[call.position];
    const pending =
      step !== undefined && step.guard.request === undefined && !call.isPolicyStale
        ? decideAlone(call, step)
        : decideTogether(call);
    if (pending !== undefined) return pending.then(() => admit(call));
  }
  return undefined;
}

function decideAlone(call: ToolCall, step: Step): Promise<void> | undefined {
  call.position++;
  if (call.isReplay && !step.decidesReplays) return undefined;
  const verdict = judge(call, step, undefined, false, false);
  if (isThenable(verdict)) return Promise.resolve(verdict).then((wait) => wait && putOff(call, step, wait));
  return verdict && putOff(call, step, verdict);
}

function decideTogether(call: ToolCall): Promise<void> | undefined {
  const round = gather(call);
  if (round.operations.length === 0) return decide(call, round, NO_ANSWERS);
  const answers = ask(call, round);
  return isThenable(answers) ? later(call, round, answers) : decide(call, round, answers);
}

async function later(call: ToolCall, round: Round, arriving: PromiseLike<readonly StoreAnswer[]>): Promise<void> {
  const answers = await arriving;
  call.now = call.run.core.clock.now();
  await decide(call, round, answers);
  // More trips follow, during which what policy has decided in this one may change.
  const { admission } = call.plan;
  if (call.position < admission.length && admission.slice(0, call.position).some(looksAgain)) call.isPolicyStale = true;
}

function looksAgain({ decidesReplays, isCustom }: Step): boolean {
  return decidesReplays && !isCustom;
}

function gather(call: ToolCall): Round {
  const { admission, capacityFrom } = call.plan;
  const round: Round = { operations: [], questions: [], givenBack: NO_OPERATIONS, refused: undefined };
  // Policy looks again in the last trip, so that nothing is waited for after it.
  if (call.isPolicyStale && !admission.slice(call.position, capacityFrom).some(({ decidesAlone }) => decidesAlone)) {
    call.isPolicyStale = false;
    for (const step of admission.slice(0, call.position))
      if (looksAgain(step) && !lookAgain(call, step, round)) return round;
  }
  const waiting = call.isReplay ? undefined : waitingStep(call);
  while (call.position < admission.length) {
    const step = admission[call.position++] as Step;
    if (call.isReplay && !step.decidesReplays) continue;
    // A call that is put off anyway keeps no probe from others; all are asked when it comes back.
    if (waiting !== undefined && call.position > capacityFrom && step !== waiting) continue;
    if (!request(call, step, round) || step.decidesAlone) break;
  }
  return round;
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
function lookAgain(call: ToolCall, step: Step, round: Round): boolean {
  const heldAt = call.held?.indexOf(step) ?? -1;
  if (heldAt >= 0) {
    call.held?.splice(heldAt, 1);
    const given = step.guard.settle?.(call, { status: 'refused', error: undefined });
    if (given !== undefined && !isThenable(given)) {
      round.operations.push(given);
      round.givenBack = [...round.givenBack, given];
    }
  }
  return request(call, step, round);
}

function request(call: ToolCall, step: Step, round: Round): boolean {
  let operation: StoreOperation | undefined;
  try {
    operation = step.guard.request?.(call);
  } catch (error) {
    try {
      refuse(call, step, error);
      return true;
    } catch (refused) {
      round.refused = refused as Refused;
      return false;
    }
  }
  round.questions.push({ step, operation: operation && round.operations.length });
  if (operation !== undefined) {
    round.operations.push(
      'observe' in operation && isObserved(call, step) ? { ...operation, observe: true } : operation,
    );
  }
  return true;
}

function ask(call: ToolCall, round: Round): MaybePromise<readonly StoreAnswer[]> {
  try {
    const answers = call.run.core.store.apply(round.operations, call.now) as MaybePromise<readonly StoreAnswer[]>;
    if (!isThenable(answers)) return answers;
    return Promise.resolve(answers).catch((error: unknown) => {
      throw tripFailed(call, round, error);
    });
  } catch (error) {
    throw tripFailed(call, round, error);
  }
}

// Only the answer may have been lost. A key is given back by its owner, so that is right whether it was taken or not.
function tripFailed(call: ToolCall, { operations, givenBack }: Round, error: unknown): Refused {
  const keys = operations.flatMap((operation) => {
    const taken = operation.op === 'idempotency.begin' ? giveBack(operation, { admitted: true }) : undefined;
    return taken === undefined ? [] : [taken];
  });
  const refusal = error instanceof ToolGuardError ? error : new StoreUnavailableError(call.tool, error);
  return new Refused(refusal, 'store', [...givenBack, ...keys]);
}

function decide(call: ToolCall, round: Round, answers: readonly StoreAnswer[], from = 0): Promise<void> | undefined {
  const refusedAt = indexOfRefusal(round.operations, answers);
  for (let index = from; index < round.questions.length; index++) {
    const { step, operation } = round.questions[index] as Question;
    const isRefused = operation !== undefined && operation === refusedAt;
    // What the store took for guards before a refusal, it has taken back itself.
    const isTakenBack = operation !== undefined && refusedAt !== undefined && operation < refusedAt;
    let verdict: MaybePromise<Wait | undefined>;
    try {
      verdict = judge(call, step, operation === undefined ? undefined : answers[operation], isRefused, isTakenBack);
    } catch (error) {
      throw withUnasked(error, takenBehind(round, answers, index));
    }
    if (isThenable(verdict)) {
      return Promise.resolve(verdict).then(
        (wait) => {
          if (wait === undefined) return decide(call, round, answers, index + 1);
          return putOff(call, step, wait, takenBehind(round, answers, index));
        },
        (error: unknown) => {
          throw withUnasked(error, takenBehind(round, answers, index));
        },
      );
    }
    if (verdict !== undefined) return putOff(call, step, verdict, takenBehind(round, answers, index));
    if (isRefused && call.isReplay) {
      // Behind the known key the store did nothing: those that decide replays are asked in the next trip.
      call.position = call.plan.admission.indexOf(step) + 1;
      return undefined;
    }
  }
  if (round.refused !== undefined) throw round.refused;
  return undefined;
}

// Nothing, where the store refused: it has taken back all that the trip had taken.
function takenBehind(
  { operations, questions }: Round,
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

function withUnasked(error: unknown, unasked: readonly StoreOperation[]): unknown {
  return error instanceof Refused && unasked.length > 0 ? new Refused(error.error, error.kind, unasked) : error;
}

function indexOfRefusal(operations: readonly StoreOperation[], answers: readonly StoreAnswer[]): number | undefined {
  const index = answers.length - 1;
  const [answer, operation] = [answers[index], operations[index]];
  if (operation === undefined || answer === undefined || !('admitted' in answer) || answer.admitted) return undefined;
  return 'observe' in operation && operation.observe ? undefined : index;
}

/** Lets a guard decide; the answer is a wait where it puts the call off. */
function judge(
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
    return refuse(call, step, error);
  }
  if (!isThenable(decision)) return accept(call, step, decision, isRefused, isTakenBack);
  return Promise.resolve(decision).then(
    (decided) => {
      call.now = call.run.core.clock.now();
      call.isPolicyStale = true;
      return accept(call, step, decided, isRefused, isTakenBack);
    },
    (error: unknown) => refuse(call, step, error),
  );
}

function accept(
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
      if (observed) {
        decision.release();
        tellObserved(call, step, 'the call would wait');
        return undefined;
      }
      call.waits ??= [];
      call.waits.push(decision);
      return decision;
    case 'replay':
      if (observed) {
        tellObserved(call, step, 'a stored result would be delivered');
        return undefined;
      }
      call.isReplay = true;
      call.replay = decision.value;
      return undefined;
    case 'rewrite':
      if (!observed && !isRefused) call.args = decision.args;
      break;
    default:
      // A guard in JavaScript that answers `false` does not mean to let the call through.
      if (decision !== undefined) return refuse(call, step, new TypeError('admit must return nothing or a decision'));
  }
  // A guard may not let through what the store refused.
  if (isRefused) throw new Refused(guardFailed(call, step, undefined), step.kind);
  if (!isTakenBack) call.hold(step);
  if (call.run.core.events.isListening) tellAdmitted(call, step, step.guard.factsUsed?.(call));
  return undefined;
}

/** Throws the refusal, or reports it where the guard only observes. */
function refuse(call: ToolCall, step: Step, error: unknown): undefined {
  const refusal = isActGuardError(error) ? error : guardFailed(call, step, error);
  if (!isObserved(call, step)) throw new Refused(refusal, step.kind);
  tellObserved(call, step, refusal);
}

function guardFailed(call: ToolCall, step: Step, cause: unknown): GuardRefusedError {
  return new GuardRefusedError({ tool: call.tool, guard: step.kind, because: 'A check of this call failed.', cause });
}

// Everything is given back while the call waits; then all guards are asked anew, so nothing they said can be stale.
async function putOff(call: ToolCall, step: Step, wait: Wait, unasked: readonly StoreOperation[] = []): Promise<void> {
  tellIntervention(call, step.kind, 'wait');
  await settleHeld(call, { status: 'refused', error: undefined }, unasked);
  call.position = 0;
  call.isPolicyStale = false;
  call.isReplay = false;
  try {
    await call.orCut(wait.until);
  } catch (error) {
    throw new Refused(error, step.kind);
  }
  call.now = call.run.core.clock.now();
  call.run.assertTakesCalls(call.tool);
}
