import type { Step } from './plan.js';
import type { ToolCall } from './tool-call.js';

/** Whether a guard only reports what it would have done: its declaration, the run or the host says so. */
export function isObserved(call: ToolCall, step: Step): boolean {
  return step.mode === 'observe' || call.run.isObserved;
}
