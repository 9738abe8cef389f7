import { isActGuardError } from '../errors/actguard-error.js';
import { isRefusal, StoreUnavailableError } from '../errors/guard-errors.js';
import type { StoreAnswers } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import { tellBlocked, tellObserved } from './call-events.js';
import { releaseWaits } from './entry.js';
import { isObserved } from './observed.js';
import { guardFailed, Refused } from './refused.js';
import { settleHeld } from './settlement.js';
import type { ToolCall } from './tool-call.js';

/**
 * Ends a call whose method was not started: everything that guards had taken is given back, the attempt is counted, and the
 * caller gets the refusal.
 */
export function settleRefusal(call: ToolCall, refused: Refused): void {
  releaseWaits(call);
  const outcome = { status: 'refused', error: refused.error } as const;
  const settled = settleHeld(call, outcome, refused.unasked);
  const counted = settled === undefined ? countAttempt(call, refused) : settled.then(() => countAttempt(call, refused));
  if (!isThenable(counted)) return tellCaller(call, counted);
  Promise.resolve(counted).then(
    (final) => tellCaller(call, final),
    (error: unknown) => tellCaller(call, new Refused(new StoreUnavailableError(call.tool, error), 'store')),
  );
}

function tellCaller(call: ToolCall, { error, kind }: Refused): void {
  call.run.leave(call);
  const isCut = call.phase === 'cut';
  call.phase = 'ended';
  // The caller of a call that was cut off has been told.
  if (isCut) return;
  const refusal = isActGuardError(error) ? error : guardFailed(call, kind, error);
  const { maxAttempts } = call.plan;
  if (maxAttempts !== undefined && isRefusal(refusal) && refusal.tool === call.tool && !Object.isFrozen(refusal)) {
    refusal.attemptsLeft = Math.max(0, maxAttempts.guard.limit - call.attempt);
  }
  tellBlocked(call, kind, refusal);
  call.reject(refusal);
}

// Every call costs one attempt, whoever refuses it; over the limit that is what the model has to hear.
function countAttempt(call: ToolCall, refused: Refused): MaybePromise<Refused> {
  // Counting for a run that is forgotten would leave an entry behind for good.
  if (call.attempt > 0 || refused.kind === 'runState' || call.run.isEnded) return refused;
  const { maxAttempts } = call.plan;
  const operation = maxAttempts?.guard.request(call);
  if (maxAttempts === undefined || operation === undefined) {
    call.countAttempt();
    return refused;
  }
  const judge = ([answer]: readonly [StoreAnswers['attempt.take']]): Refused => {
    // Without a count there is no telling whether the call was one too many; it is refused either way.
    if (!Number.isSafeInteger(answer?.used)) return refused;
    call.noteAttempt(answer.used);
    if (answer.admitted) return refused;
    const exceeded = maxAttempts.guard.exceeded(call, answer.used, refused.error);
    if (!isObserved(call, maxAttempts.step)) return new Refused(exceeded, 'maxAttempts');
    tellObserved(call, maxAttempts.step, exceeded);
    return refused;
  };
  try {
    const answers = call.run.core.store.apply([operation] as const, call.now);
    return isThenable(answers) ? Promise.resolve(answers).then(judge) : judge(answers);
  } catch (error) {
    return new Refused(new StoreUnavailableError(call.tool, error), 'store');
  }
}
