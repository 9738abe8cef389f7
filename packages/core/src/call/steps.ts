import type { StoreOperation } from '../store/operations.js';
import type { ToolCall } from './tool-call.js';

const NONE: readonly StoreOperation[] = [];

/** Records the success of a tool, where a rule of the host asks for it. */
export function stepOf({ run, plan }: ToolCall): readonly StoreOperation[] {
  if (!run.core.recordedSteps.has(plan.tool.id)) return NONE;
  return [{ op: 'step.add', session: run.sessionKey, tool: plan.tool.id }];
}
