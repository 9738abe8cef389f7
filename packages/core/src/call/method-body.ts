import { areCallsRead, saysSame, withFrame } from '../run/ambient.js';
import { startDirectly } from './direct.js';
import { instrumented } from './instrument.js';
import type { Step } from './plan.js';
import { hookFailed } from './settlement.js';
import type { ToolCall } from './tool-call.js';

/** The dispatch point: invokes the method with the arguments that the guards have seen. */
export function enterMethod(call: ToolCall): unknown {
  const { plan } = call;
  call.phase = 'running';
  if (call.run.core.events.isHeard) call.startedAt = call.now;
  if (!startDirectly(call)) startProperly(call);
  // Most calls find the frame that they need around them.
  if (call.isInFrame && call.budget === undefined && needsNoFrame(call))
    return plan.method.call(call.agent, call.args, call);
  return enterInFrame(call);
}

function startProperly(call: ToolCall): void {
  for (const step of call.plan.around) call.hold(step);
  resume(call);
}

function enterInFrame(call: ToolCall): unknown {
  return inBody(call, () => call.plan.method.call(call.agent, call.args, call));
}

/** Tells the guards of the body that it goes on. */
export function resume(call: ToolCall): void {
  for (const step of call.plan.dispatched) if (call.held?.includes(step)) tell(call, step, 'dispatched');
}

/** Tells the guards that the body waits for its consumer. */
export function suspend(call: ToolCall): void {
  for (const step of call.plan.suspended) tell(call, step, 'suspended');
}

function tell(call: ToolCall, step: Step, hook: 'dispatched' | 'suspended'): void {
  try {
    step.guard[hook]?.(call);
  } catch (error) {
    hookFailed(call, step.kind, hook, error);
  }
}

function needsNoFrame({ run, probes }: ToolCall): boolean {
  return run.core.instruments.length === 0 && probes === undefined && !areCallsRead();
}

/**
 * Runs code of the method. The ambient frame is entered only where it would change what is found there: entering costs more
 * than most guards.
 */
export function inBody<T>(call: ToolCall, body: () => T): T {
  const { run, budget } = call;
  const { instruments } = run.core;
  if (instruments.length > 0) return withFrame({ run, call, budget }, () => instrumented(call, instruments, body));
  if (needsNoFrame(call) && saysSame(run, budget)) return body();
  return withFrame({ run, call, budget }, body);
}
