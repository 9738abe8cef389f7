import { isActGuardError } from '../errors/actguard-error.js';
import { cut } from '../errors/refusal.js';
import { messageOfThrown, nameOfThrown } from '../errors/thrown.js';
import type {
  ActGuardEvent,
  CallEventBase,
  ErrorInEvent,
  GuardAdmittedEvent,
  GuardInterventionEvent,
} from '../events/event.js';
import type { Step } from './plan.js';
import type { ToolCall } from './tool-call.js';

const MAX_MESSAGE_LENGTH = 256;

/** A call was refused by a guard, by name. */
export function tellBlocked(call: ToolCall, guardName: string, error: unknown): void {
  const { events } = call.run.core;
  if (!events.listensTo('guard.blocked') || !events.isNews(error)) return;
  const code = isActGuardError(error) ? error.code : 'guard.refused';
  tell(call, {
    ...about(call, 'guard', 'error', 'blocked'),
    name: 'guard.blocked',
    guardName,
    code,
    ...errorIn(error),
  });
}

/** A guard changed what a call came to. */
export function tellIntervention(
  call: ToolCall,
  guardName: string,
  action: GuardInterventionEvent['action'],
  error?: unknown,
  result?: unknown,
): void {
  const { events } = call.run.core;
  if (!events.listensTo('guard.intervention')) return;
  if (error !== undefined) events.isNews(error);
  tell(call, {
    ...about(call, 'guard', '', 'intervened'),
    name: 'guard.intervention',
    guardName,
    action,
    error,
    result,
  });
}

/** A guard let the call through. */
export function tellAdmitted(call: ToolCall, step: Step, facts?: GuardAdmittedEvent['facts']): void {
  if (!call.run.core.events.listensTo('guard.admitted')) return;
  tell(call, { ...about(call, 'guard', '', 'admitted'), name: 'guard.admitted', guardName: step.kind, facts });
}

/** A guard in observe mode would have stopped the call. */
export function tellObserved(call: ToolCall, step: Pick<Step, 'kind'>, error: unknown): void {
  if (!call.run.core.events.listensTo('guard.observed')) return;
  tell(call, {
    ...about(call, 'guard', '', 'observed'),
    name: 'guard.observed',
    guardName: step.kind,
    code: isActGuardError(error) ? error.code : undefined,
    ...errorIn(error),
  });
}

/** The method returned. */
export function tellInvoked(call: ToolCall, result: unknown): void {
  if (call.run.core.events.listensTo('tool.invoke')) tellSuccess(call, result);
}

function tellSuccess(call: ToolCall, result: unknown): void {
  const { clock } = call.run.core;
  // Nobody listened when it began: that is not known.
  const durationMs = clock.now() - (call.startedAt ?? call.now);
  tell(call, { ...about(call, 'tool', '', 'success'), name: 'tool.invoke', durationMs, result });
}

/** The method threw. */
export function tellFailure(call: ToolCall, error: unknown): void {
  const { events, clock } = call.run.core;
  if (!events.listensTo('tool.failure') || !events.isNews(error)) return;
  // Nobody listened when it began: that is not known.
  const durationMs = clock.now() - (call.startedAt ?? call.now);
  tell(call, { ...about(call, 'tool', 'error', 'failed'), name: 'tool.failure', durationMs, ...errorIn(error) });
}

function tell(call: ToolCall, event: ActGuardEvent): void {
  call.run.core.events.emit(event);
}

function about<Outcome extends CallEventBase['outcome']>(
  call: ToolCall,
  category: CallEventBase['category'],
  severity: CallEventBase['severity'],
  outcome: Outcome,
): CallEventBase {
  const { run, tool, id, attempt } = call;
  return {
    category,
    severity,
    outcome,
    time: run.core.clock.wall(),
    runId: run.id,
    sessionId: run.sessionId,
    userId: run.userId,
    toolName: tool,
    callId: id,
    attempt,
    args: call.plan.readsArguments ? call.args : call.shown,
  };
}

function errorIn(error: unknown): ErrorInEvent {
  return { errorType: nameOfThrown(error), errorMessage: cut(messageOfThrown(error), MAX_MESSAGE_LENGTH), error };
}
