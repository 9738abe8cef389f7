import { nameError } from './actguard-error.js';
import { ToolGuardError } from './guard-errors.js';
import type { PromptText } from './refusal.js';

/** Why a policy refused a call, or the facts of its result. */
export type PolicyCode =
  | 'MISSING_FACT'
  | 'AMBIGUOUS_FACT'
  | 'TOO_MANY_RESULTS'
  | 'THRESHOLD_EXCEEDED'
  | 'PATTERN_BLOCKED'
  | 'MISSING_STEP'
  | 'RULE_FAILED';

/** What a policy violation says. */
export interface PolicyFacts {
  /** Id of the tool. */
  readonly tool: string;
  /** Which kind of rule failed; the error has it as its `code`. */
  readonly code: PolicyCode;
  /** For people. */
  readonly message: string;
  /** For the model: what was wrong. Values in it must be `quoted`. */
  readonly because: string;
  /** For the model: what to do instead. */
  readonly tryInstead: string;
  /** The facts of the failure, for logs and events. @default none */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What led to it, such as what a rule threw. */
  readonly cause?: unknown;
}

/** A rule of `@Enforce` failed, or `@Prove` found more values than it may mint. */
export class PolicyViolationError extends ToolGuardError {
  declare readonly code: PolicyCode;
  /** What the tool returned, where it had run already (`TOO_MANY_RESULTS`). */
  declare readonly result?: unknown;
  readonly #prompt: PromptText;

  constructor(facts: PolicyFacts, result?: { readonly value: unknown }) {
    super(`${facts.tool}: ${facts.message}`, {
      code: facts.code,
      tool: facts.tool,
      details: facts.details,
      cause: facts.cause,
    });
    this.#prompt = facts;
    // Not enumerable: a paid-for result belongs to the caller, not into logs.
    if (result !== undefined) Object.defineProperty(this, 'result', { value: result.value });
  }

  protected prompt(): PromptText {
    return this.#prompt;
  }
}
nameError(PolicyViolationError, 'PolicyViolationError');
