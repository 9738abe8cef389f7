import { messageOfThrown } from '../errors/thrown.js';
import { warnOnce } from '../events/warn-once.js';
import type { Outcome, Wait } from '../guards/guard.js';
import type { StoreAnswer, StoreAnswers, StoreOperation } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import { tellIntervention } from './call-events.js';
import type { Step } from './plan.js';
import type { ToolCall } from './tool-call.js';

/**
 * Tells the guards that admitted a call how it ended, last first, and carries out what they ask of the store, together with
 * `also`. Never throws: what a call came to is decided, and a failing guard or store must not change it.
 */
export function settleHeld(
  call: ToolCall,
  outcome: Outcome,
  also: readonly StoreOperation[] = NOTHING,
): MaybePromise<void> {
  const { held } = call;
  if (held === undefined) return also.length === 0 ? undefined : carryOut(call, also);
  call.held = undefined;
  // What the method left running has no share in a probe that is over.
  call.probes = undefined;
  return tell(call, held, 'settle', outcome, also);
}

const NOTHING: readonly StoreOperation[] = [];

/** Tells them of the late end of a method whose call had been cut off. */
export function settleLate(call: ToolCall, held: readonly Step[], outcome: Outcome): MaybePromise<void> {
  return tell(call, held, 'late', outcome, []);
}

function tell(
  call: ToolCall,
  held: readonly Step[],
  hook: 'settle' | 'late',
  outcome: Outcome,
  also: readonly StoreOperation[],
): MaybePromise<void> {
  const operations: StoreOperation[] = [...also];
  let pending: Promise<StoreOperation | undefined>[] | undefined;
  for (let index = held.length - 1; index >= 0; index--) {
    const step = held[index] as Step;
    try {
      const answer = step.guard[hook]?.(call, outcome);
      if (isThenable(answer)) {
        pending ??= [];
        pending.push(
          Promise.resolve(answer).then(
            (operation) => operation ?? undefined,
            (error: unknown) => settleFailed(call, step.kind, error),
          ),
        );
      } else if (answer !== undefined) operations.push(answer);
    } catch (error) {
      settleFailed(call, step.kind, error);
    }
  }
  if (pending === undefined) return carryOut(call, operations);
  return Promise.all(pending).then((more) =>
    carryOut(call, [...operations, ...more.filter((each) => each !== undefined)]),
  );
}

/** Carries out what follows from how a call went. Never throws, like all of settling. */
export function carryOut(call: ToolCall, operations: readonly StoreOperation[]): MaybePromise<void> {
  if (operations.length === 0) return undefined;
  const { store, clock } = call.run.core;
  try {
    const answers = store.apply(operations, clock.now()) as MaybePromise<readonly StoreAnswer[]>;
    if (!isThenable(answers)) return tellDropped(call, operations, answers);
    // An answer that cannot be read is a failure of the store too, so it is caught behind the reading.
    return Promise.resolve(answers)
      .then((arrived) => tellDropped(call, operations, arrived))
      .catch((error: unknown) => void settleFailed(call, 'store', error));
  } catch (error) {
    settleFailed(call, 'store', error);
  }
}

function tellDropped(call: ToolCall, operations: readonly StoreOperation[], answers: readonly StoreAnswer[]): void {
  if (!call.run.core.events.listensTo('guard.intervention')) return;
  operations.forEach((operation, index) => {
    if (operation.op !== 'fact.add') return;
    const { added } = answers[index] as StoreAnswers['fact.add'];
    if (added < operation.values.length) tellIntervention(call, 'prove', 'facts_dropped');
  });
}

/** Gives up a place in a line. Never throws: who goes on, or is refused, must not depend on it. */
export function releaseWait(call: ToolCall, wait: Wait): void {
  try {
    wait.release();
  } catch (error) {
    const what = `a wait of a call of ${call.tool} could not be released: ${messageOfThrown(error)}`;
    warnOnce(call.run.core, 'release', what);
  }
}

/** Reports a guard that failed around the method. Nothing refuses any more: the guard is out of order, not the call. */
export function hookFailed(call: ToolCall, kind: string, hook: 'dispatched' | 'suspended', error: unknown): void {
  const what = `${kind} failed when ${call.tool} was ${hook}: ${messageOfThrown(error)}`;
  warnOnce(call.run.core, `${hook}_${kind}`, what);
}

/** Reports a guard or a store that could not take part in the end of a call. */
export function settleFailed(call: ToolCall, who: string, error: unknown): undefined {
  warnOnce(
    call.run.core,
    `settle_${who}`,
    `${who} could not record how a call of ${call.tool} ended: ${messageOfThrown(error)}`,
  );
}
