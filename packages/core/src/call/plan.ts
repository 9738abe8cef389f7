import type { ToolInfo } from '../agent/tool-info.js';
import type { Guard } from '../guards/guard.js';
import type { Mode } from '../guards/guard-definition.js';
import type { MaxAttemptsGuard } from '../guards/max-attempts.js';
import { CountAttempts } from './count-attempts.js';
import { type DirectPlan, directPlanOf } from './direct-plan.js';

/** A tool's method, as it stands on the class. */
export type ToolFunction = (this: object, args: unknown, call: unknown) => unknown;

/** One guard in its place. */
export interface Step {
  readonly guard: Guard;
  /** Kind of the guard, for events and errors. */
  readonly kind: string;
  /** The declaration's own mode; the run and the host may be in observe mode too. */
  readonly mode: Mode;
  readonly decidesReplays: boolean;
  readonly decidesAlone: boolean;
  /** No guard of the user's: nothing is told of it. */
  readonly isQuiet?: boolean;
  /** It hears how a call ended that it admitted. */
  readonly hearsEnd: boolean;
  /** May take its time, after which what was decided before has to be looked at again. */
  readonly isCustom: boolean;
}

/** The guards of one tool in their fixed order, sorted by what they take part in; built once per host. */
export interface Plan {
  readonly tool: ToolInfo;
  readonly method: ToolFunction;
  readonly steps: readonly Step[];
  /** The guards of the steps. */
  readonly guards: readonly Guard[];
  /** Guards that decide whether a call goes through. */
  readonly admission: readonly Step[];
  /** Index in `admission` of the first guard behind policy: from there on only built-in guards follow. */
  readonly capacityFrom: number;
  /** Guards that may put a call off before the store is asked. */
  readonly waiting: readonly Step[];
  readonly dispatched: readonly Step[];
  /** Guards that only act around the method, and so hold every call that gets there. */
  readonly around: readonly Step[];
  readonly suspended: readonly Step[];
  readonly returned: readonly Step[];
  /** A guard or a schema looks at the arguments, so that they have to be copied. */
  readonly readsArguments: boolean;
  /** No guard decides: calls are only counted. */
  readonly isUnguarded: boolean;
  /** How calls go where the store is in this process; absent where a guard always has to be asked properly. */
  readonly direct: DirectPlan | undefined;
  readonly maxAttempts: { readonly guard: MaxAttemptsGuard; readonly step: Step } | undefined;
}

/** Sorts the guards of a tool. */
export function planOf(
  tool: ToolInfo,
  method: ToolFunction,
  steps: readonly Step[],
  maxAttempts: Plan['maxAttempts'],
): Plan {
  const admission = steps.filter(({ guard }) => guard.request !== undefined || guard.admit !== undefined);
  const around = steps.filter((step) => step.hearsEnd && !admission.includes(step));
  return {
    tool,
    method,
    steps,
    guards: steps.map(({ guard }) => guard),
    maxAttempts,
    readsArguments: tool.input !== undefined || steps.some(({ guard }) => guard.readsArguments !== false),
    isUnguarded: admission.every(({ guard }) => guard instanceof CountAttempts),
    direct: directPlanOf(steps, admission, around),
    admission,
    capacityFrom: admission.findLastIndex(({ decidesReplays, kind }) => decidesReplays || kind === 'maxAttempts') + 1,
    waiting: admission.filter(({ guard }) => guard.mustWait !== undefined),
    dispatched: steps.filter(({ guard }) => guard.dispatched !== undefined),
    around,
    suspended: steps.filter(({ guard }) => guard.suspended !== undefined),
    returned: steps.filter(({ guard }) => guard.returned !== undefined),
  };
}
