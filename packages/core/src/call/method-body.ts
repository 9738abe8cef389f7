import { messageOfThrown } from '../errors/thrown.js';
import { warnOnce } from '../events/warn-once.js';
import { isAmbient, withFrame } from '../run/ambient.js';
import type { ToolCall } from './tool-call.js';

/** The dispatch point: invokes the method with the arguments that the guards have seen. */
export function enterMethod(call: ToolCall): unknown {
  const { plan } = call;
  call.phase = 'running';
  call.startedAt = call.now;
  for (const step of plan.around) call.hold(step);
  if (plan.dispatched.length > 0) resume(call);
  return inBody(call, () => plan.method.call(call.agent, call.args, call));
}

/** Tells the guards of the body that it goes on. */
export function resume(call: ToolCall): void {
  for (const step of call.plan.dispatched) {
    if (!call.held?.includes(step)) continue;
    try {
      step.guard.dispatched?.(call);
    } catch (error) {
      // Nothing refuses any more: the guard is out of order, not the call.
      warnOnce(
        call.run.core,
        `dispatched_${step.kind}`,
        `${step.kind} failed at dispatch of ${call.tool}: ${messageOfThrown(error)}`,
      );
    }
  }
}

/**
 * Runs code of the method. The ambient frame is entered only where it would change what is found there: entering costs more
 * than most guards.
 */
export function inBody<T>(call: ToolCall, body: () => T): T {
  if (call.probes === undefined && isAmbient(call.run)) return body();
  return withFrame({ run: call.run, call }, body);
}
