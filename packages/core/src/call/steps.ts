import type { StoreOperation } from '../store/operations.js';
import type { ToolCall } from './tool-call.js';

/** Adds the record of a tool's success, where a rule of the host asks for it. */
export function withStep({ run, plan }: ToolCall, operations: readonly StoreOperation[]): readonly StoreOperation[] {
  if (!run.core.recordedSteps.has(plan.tool.id)) return operations;
  return [...operations, { op: 'step.add', session: run.sessionKey, tool: plan.tool.id }];
}
