import type { StoreOperation } from '../store/operations.js';
import { tellAdmitted, tellBlocked, tellObserved } from './call-events.js';
import { isObserved } from './observed.js';
import type { ToolCall } from './tool-call.js';

/** What follows from a value that a method returned or yielded. */
export interface Returned {
  readonly operations: readonly StoreOperation[];
  /** A guard withholds the value from the caller: the error that it threw. */
  readonly withheld: { readonly error: unknown } | undefined;
}

const NOTHING: Returned = { operations: [], withheld: undefined };

/** Shows a value to the guards behind the method. Where one withholds it, nothing is minted from it. */
export function showReturned(call: ToolCall, value: unknown): Returned {
  const steps = call.plan.returned;
  if (steps.length === 0) return NOTHING;
  const operations: StoreOperation[] = [];
  for (const step of steps) {
    try {
      const operation = step.guard.returned?.(call, value);
      const asked = operation === undefined ? [] : Array.isArray(operation) ? operation : [operation as StoreOperation];
      operations.push(...asked);
      if (call.run.core.events.listensTo('guard.admitted')) tellAdmitted(call, step, factsIn(asked));
    } catch (error) {
      if (isObserved(call, step)) {
        tellObserved(call, step, error);
        continue;
      }
      tellBlocked(call, step.kind, error);
      return { operations: [], withheld: { error } };
    }
  }
  return { operations, withheld: undefined };
}

function factsIn(operations: readonly StoreOperation[]): { kind: string; value: string }[] {
  return operations.flatMap((each) =>
    each.op === 'fact.add' ? each.values.map((value) => ({ kind: each.kind, value, origin: each.origin })) : [],
  );
}
