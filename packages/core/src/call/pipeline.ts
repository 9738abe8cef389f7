import { UsageError } from '../errors/usage-errors.js';
import type { Outcome } from '../guards/guard.js';
import type { CallRun } from '../run/call-run.js';
import { isThenable } from '../store/thenable.js';
import { tellFailure, tellIntervention, tellInvoked } from './call-events.js';
import { cutOff, endLate } from './cut-off.js';
import { succeedDirectly } from './direct.js';
import { endRefused, enter, refusedAtDispatch, startCall } from './entry.js';
import { tellEnded } from './instrument.js';
import { enterMethod } from './method-body.js';
import type { Plan } from './plan.js';
import { settleRefusal } from './refusal-settlement.js';
import type { Refused } from './refused.js';
import { showReturned } from './returned.js';
import { settleHeld } from './settlement.js';
import { withStep } from './steps.js';
import type { ToolCall } from './tool-call.js';

/**
 * One guarded call of a method that returns a promise: run state, input, guards, method, guards again. A state machine
 * around one promise; without an asynchronous guard or store, nothing but the method is awaited.
 */
export function invoke(plan: Plan, run: CallRun, agent: object, args: unknown): Promise<unknown> {
  const call = startCall(plan, run, agent);
  call.onCutOff = cutOff;
  const answer = answerOf(call);
  const refused = enter(call, args, dispatch, settleRefusal);
  if (refused !== undefined) endRefused(call, refused.made(), settleRefusal);
  return answer;
}

function answerOf(call: ToolCall): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call.resolve = resolve;
    call.reject = reject;
  });
}

function dispatch(call: ToolCall): Refused | undefined {
  const refused = refusedAtDispatch(call);
  if (refused !== undefined) return refused;
  if (call.isReplay) deliverReplay(call);
  else execute(call);
  return undefined;
}

function execute(call: ToolCall): void {
  let returned: unknown;
  try {
    returned = enterMethod(call);
    if (returned instanceof Promise) return follow(call, returned);
    // A foreign thenable may call back twice, or from inside `then`.
    if (isThenable(returned)) return follow(call, Promise.resolve(returned));
  } catch (error) {
    return end(call, { status: 'failure', error });
  }
  succeedAtOnce(call, returned);
}

function succeedAtOnce(call: ToolCall, returned: unknown): void {
  // Lazy, and so guarded no more once it is handed out. One that a promise resolves to may be a response or a file.
  if (isAsyncIterable(returned)) return end(call, { status: 'failure', error: notGuardable(call) });
  succeed(call, returned);
}

function follow(call: ToolCall, returned: Promise<unknown>): void {
  returned.then(
    (value) => succeed(call, value),
    (error: unknown) => end(call, { status: 'failure', error }),
  );
}

function isAsyncIterable(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator] === 'function'
  );
}

function notGuardable({ tool }: ToolCall): UsageError {
  return new UsageError(
    `${tool} returned an async iterable, whose body has not run yet: a streaming tool must be an \`async *\` method`,
    { code: 'usage.tool' },
  );
}

function succeed(call: ToolCall, value: unknown): void {
  if (call.phase !== 'running') return endLate(call, { status: 'success', value });
  call.phase = 'ended';
  if (!succeedDirectly(call, value)) return settle(call, { status: 'success', value });
  call.run.leave(call);
  call.isTold = true;
  tellInvoked(call, value);
  tellEnded(call);
  call.resolve(value);
}

function end(call: ToolCall, outcome: Outcome & { status: 'success' | 'failure' }): void {
  if (call.phase !== 'running') return endLate(call, outcome);
  call.phase = 'ended';
  settle(call, outcome);
}

function settle(call: ToolCall, outcome: Outcome & { status: 'success' | 'failure' }): void {
  const shown = outcome.status === 'success' ? showReturned(call, outcome.value) : undefined;
  const settled = settleHeld(call, outcome, shown === undefined ? undefined : withStep(call, shown.operations));
  const tellCaller = (): void => {
    call.run.leave(call);
    call.isTold = true;
    if (outcome.status === 'failure') {
      tellFailure(call, outcome.error);
      tellEnded(call, outcome.error);
      call.reject(outcome.error);
    } else {
      tellInvoked(call, outcome.value);
      tellEnded(call, shown?.withheld?.error);
      if (shown?.withheld === undefined) call.resolve(outcome.value);
      else call.reject(shown.withheld.error);
    }
  };
  if (settled === undefined) tellCaller();
  else settled.then(tellCaller);
}

function deliverReplay(call: ToolCall): void {
  call.phase = 'ended';
  const settled = settleHeld(call, { status: 'refused', error: undefined });
  const deliver = (): void => {
    call.run.leave(call);
    // Cut off while it was settling: nothing is delivered.
    if (call.isTold) return;
    call.isTold = true;
    tellIntervention(call, call.replay?.kind ?? 'idempotent', 'return_cached', undefined, call.replay?.value);
    call.resolve(call.replay?.value);
  };
  if (settled === undefined) deliver();
  else settled.then(deliver);
}
