import type { Wait } from '../guards/guard.js';
import type { StoreAnswer, StoreOperation } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import { tellIntervention, tellObserved } from './call-events.js';
import { isObserved } from './observed.js';
import type { Step } from './plan.js';
import { Refused, withUnasked } from './refused.js';
import { carryOut, settleHeld } from './settlement.js';
import type { ToolCall } from './tool-call.js';
import { ask, gather, indexOfRefusal, looksAgain, type Question, type Trip, takenBehind } from './trip.js';
import { judge } from './verdict.js';

const NO_ANSWERS: readonly StoreAnswer[] = [];

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
  if (isThenable(verdict)) {
    return Promise.resolve(verdict).then((wait) => {
      call.now = call.run.core.clock.now();
      return wait && putOff(call, step, wait);
    });
  }
  return verdict && putOff(call, step, verdict);
}

function decideTogether(call: ToolCall): Promise<void> | undefined {
  const trip = gather(call);
  if (trip.operations.length === 0) return decide(call, trip, NO_ANSWERS);
  let answers: MaybePromise<readonly StoreAnswer[]>;
  try {
    answers = ask(call, trip);
  } catch (error) {
    const given = passUnanswered(call, trip, error);
    return isThenable(given) ? Promise.resolve(given) : undefined;
  }
  return isThenable(answers) ? later(call, trip, answers) : decide(call, trip, answers);
}

// Guards that only observe must not stop a call either where they cannot even decide.
function passUnanswered(call: ToolCall, trip: Trip, error: unknown): MaybePromise<void> {
  const { questions, refused } = trip;
  if (!(error instanceof Refused) || !questions.every(({ step }) => isObserved(call, step))) throw error;
  for (const { step, operation } of questions) if (operation !== undefined) tellObserved(call, step, error.error);
  // A guard behind them has refused without the store.
  if (refused !== undefined) throw withUnasked(refused, error.unasked);
  return carryOut(call, error.unasked);
}

async function later(call: ToolCall, trip: Trip, arriving: PromiseLike<readonly StoreAnswer[]>): Promise<void> {
  let answers: readonly StoreAnswer[];
  try {
    answers = await arriving;
  } catch (error) {
    await passUnanswered(call, trip, error);
    return;
  }
  call.now = call.run.core.clock.now();
  await decide(call, trip, answers);
  // More trips follow, during which what policy has decided in this one may change.
  const { admission } = call.plan;
  if (call.position < admission.length && admission.slice(0, call.position).some(looksAgain)) call.isPolicyStale = true;
}

function decide(call: ToolCall, trip: Trip, answers: readonly StoreAnswer[], from = 0): Promise<void> | undefined {
  const refusedAt = indexOfRefusal(trip.operations, answers);
  for (let index = from; index < trip.questions.length; index++) {
    const { step, operation } = trip.questions[index] as Question;
    const isRefused = operation !== undefined && operation === refusedAt;
    // What the store took for guards before a refusal, it has taken back itself.
    const isTakenBack = operation !== undefined && refusedAt !== undefined && operation < refusedAt;
    let verdict: MaybePromise<Wait | undefined>;
    try {
      verdict = judge(call, step, operation === undefined ? undefined : answers[operation], isRefused, isTakenBack);
    } catch (error) {
      throw withUnasked(error, takenBehind(trip, answers, index));
    }
    if (isThenable(verdict)) {
      return Promise.resolve(verdict).then(
        (wait) => {
          if (wait === undefined) return decide(call, trip, answers, index + 1);
          return putOff(call, step, wait, takenBehind(trip, answers, index));
        },
        (error: unknown) => {
          throw withUnasked(error, takenBehind(trip, answers, index));
        },
      );
    }
    if (verdict !== undefined) return putOff(call, step, verdict, takenBehind(trip, answers, index));
    if (isRefused && call.isReplay) {
      // Behind the known key the store did nothing: those that decide replays are asked in the next trip.
      call.position = call.plan.admission.indexOf(step) + 1;
      return undefined;
    }
  }
  if (trip.refused !== undefined) throw trip.refused;
  return undefined;
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
