import { isActGuardError } from '../errors/actguard-error.js';
import { GuardRefusedError } from '../errors/guard-errors.js';
import type { StoreOperation } from '../store/operations.js';
import { tellObserved } from './call-events.js';
import { isObserved } from './observed.js';
import type { Step } from './plan.js';
import type { ToolCall } from './tool-call.js';

/** Who refused a call: thrown or answered while guards decide, so that the pipeline can name the guard. */
export class Refused {
  readonly kind: string;
  /** What the store took, or may have taken, for guards that were not told of it: it is given back. */
  readonly unasked: readonly StoreOperation[];
  #error: unknown;
  #make: (() => Error) | undefined;

  constructor(error: unknown, kind: string, unasked: readonly StoreOperation[] = []) {
    this.#error = error;
    this.kind = kind;
    this.unasked = unasked;
  }

  /**
   * A refusal whose error is made when it is read. Most of what an error costs is to record the stack, frame by frame: what is made
   * near the caller costs half, and shows the caller's own frames instead of ours.
   */
  static by(make: () => Error, kind: string): Refused {
    const refused = new Refused(undefined, kind);
    refused.#make = make;
    return refused;
  }

  get error(): unknown {
    return this.made().#error;
  }

  /** The same, with its error made now: by whoever stands nearest to the caller. */
  made(): this {
    if (this.#make === undefined) return this;
    try {
      this.#error = this.#make();
    } catch (failure) {
      this.#error = failure;
    }
    this.#make = undefined;
    return this;
  }
}

/** The same refusal, with what has to be given back besides. */
export function withUnasked(error: unknown, unasked: readonly StoreOperation[]): unknown {
  return error instanceof Refused && unasked.length > 0 ? new Refused(error.error, error.kind, unasked) : error;
}

/** Throws the refusal, or reports it where the guard only observes. */
export function throwUnlessObserved(call: ToolCall, step: Step, error: unknown): undefined {
  const refusal = isActGuardError(error) ? error : guardFailed(call, step.kind, error);
  if (!isObserved(call, step)) throw new Refused(refusal, step.kind);
  tellObserved(call, step, refusal);
}

/** The refusal of a guard that failed, or decided what it may not. */
export function guardFailed(call: ToolCall, guard: string, cause: unknown): GuardRefusedError {
  return new GuardRefusedError({ tool: call.tool, guard, because: 'A check of this call failed.', cause });
}
