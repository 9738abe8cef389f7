import { ActGuardError, type ErrorFacts, isActGuardError, nameError } from './actguard-error.js';
import { cut, type PromptText, quoted, type Refusal, refusalOf } from './refusal.js';

/** What is common to a refusal: the tool that was refused and what a model should read. */
export interface GuardErrorFacts extends ErrorFacts {
  /** Id of the tool, such as `OrderAgent.deleteOrder`. */
  readonly tool: string;
}

type ErrorOfGuards = new (message: string, facts: GuardErrorFacts) => ActGuardError;

/**
 * A guard refused a tool call before its method ran. Nothing happened in the world and, but for an attempt, nothing was
 * used up. `toPrompt()` is what to hand to the model.
 */
export abstract class ToolGuardError extends (ActGuardError as ErrorOfGuards) {
  /** Id of the tool, such as `OrderAgent.deleteOrder`. */
  declare readonly tool: string;
  /** Calls of this tool that the run still allows; set where `@MaxAttempts` limits them. */
  declare attemptsLeft?: number;

  /** What the model should read: what was refused, why, and what to do instead. At most about 80 tokens. */
  toPrompt(): Refusal {
    return refusalOf(this.code, this.prompt(), this.attemptsLeft);
  }

  /** The two sentences of the refusal. */
  protected abstract prompt(): PromptText;
}

/** Whether an error is the refusal of a tool call, of this copy of the package or of another. */
export function isRefusal(error: unknown): error is ToolGuardError {
  if (!isActGuardError(error) || error.code.startsWith('tool.')) return false;
  return typeof (error as Partial<ToolGuardError>).toPrompt === 'function';
}

/** One thing that is wrong with the arguments of a call. */
export interface InputIssue {
  /** Where in the arguments, such as `flights[0].number`; empty for the whole. */
  readonly path: string;
  /** What the schema says about it; may quote the value. */
  readonly message: string;
}

/** The arguments are not plain data, or their schema refused them. */
export class ToolInputError extends ToolGuardError {
  /** All that is wrong, in the order of the schema; the model reads the first. */
  readonly issues: readonly InputIssue[];

  constructor(tool: string, issues: readonly InputIssue[], cause?: unknown) {
    const first = issues[0] ?? { path: '', message: 'invalid arguments' };
    const place = first.path === '' ? '' : ` at ${cut(first.path, 80)}`;
    super(`${tool}: arguments refused${place}: ${cut(first.message, 200)}`, {
      code: 'guard.input_invalid',
      tool,
      details: { issues },
      cause,
    });
    this.issues = issues;
  }

  protected prompt(): PromptText {
    const [first] = this.issues;
    const place = first === undefined || first.path === '' ? 'The arguments' : `The argument ${quoted(first.path)}`;
    return {
      because: `${place} did not pass: ${quoted(first?.message ?? 'invalid', 90)}.`,
      tryInstead: 'Send the arguments as the schema of the tool says.',
    };
  }
}
nameError(ToolInputError, 'ToolInputError');

/** What `@RateLimit` refused with. */
export interface RateLimitFacts {
  /** Id of the tool. */
  readonly tool: string;
  /** Calls that may start within the window. */
  readonly maxCalls: number;
  /** Length of the window in milliseconds. */
  readonly periodMs: number;
  /** Whose calls share the window; `undefined` where all do. */
  readonly scopeValue: string | undefined;
  /** Milliseconds until a call frees its place. */
  readonly retryAfterMs: number;
}

/** `maxCalls` calls already started within the window. */
export class RateLimitExceededError extends ToolGuardError {
  /** Calls that may start within the window. */
  readonly maxCalls: number;
  /** Length of the window in milliseconds. */
  readonly periodMs: number;
  /** Whose calls share the window (a user id, an argument); `undefined` where all calls of the tool do. */
  readonly scopeValue: string | undefined;
  /** Milliseconds until a call frees its place. */
  readonly retryAfterMs: number;
  /** The same in whole seconds, rounded up: the value of an HTTP `Retry-After` header (RFC 9110, 10.2.3). */
  readonly retryAfter: number;

  constructor(facts: RateLimitFacts) {
    const retryAfter = Math.ceil(facts.retryAfterMs / 1000);
    super(
      `${facts.tool}: rate limit of ${facts.maxCalls} calls in ${facts.periodMs} ms reached; retry after ${retryAfter} s`,
      {
        code: 'guard.rate_limit_exceeded',
        tool: facts.tool,
        retryable: true,
        details: { ...facts, retryAfter },
      },
    );
    this.maxCalls = facts.maxCalls;
    this.periodMs = facts.periodMs;
    this.scopeValue = facts.scopeValue;
    this.retryAfterMs = facts.retryAfterMs;
    this.retryAfter = retryAfter;
  }

  protected prompt(): PromptText {
    return {
      because: `This tool may be called ${times(this.maxCalls)} in ${this.periodMs / 1000} s and was.`,
      tryInstead: `Go on with something else, or call it again after ${this.retryAfter} s.`,
      retryAfterMs: this.retryAfterMs,
    };
  }
}
nameError(RateLimitExceededError, 'RateLimitExceededError');

/** The value that should say whose calls belong together (a rate limit's scope, the user of the run) is absent or no id. */
export class ScopeValidationError extends ToolGuardError {
  /** @param isArgument the model can mend it, by sending the argument */
  constructor(tool: string, scope: string, isArgument: boolean, cause?: unknown) {
    super(`${tool}: ${scope} has no usable value (a non-empty text or a safe integer is needed)`, {
      code: 'usage.scope_validation',
      tool,
      details: { scope, isArgument },
      cause,
    });
  }

  protected prompt(): PromptText {
    if (this.details['isArgument'] !== true) {
      return { because: 'This tool is not available in this task.', tryInstead: 'Do without it, or tell the user.' };
    }
    const scope = quoted(this.details['scope']);
    return { because: `The value of ${scope} is missing or no id.`, tryInstead: `Call again with a valid ${scope}.` };
  }
}
nameError(ScopeValidationError, 'ScopeValidationError');

/** The circuit of a dependency is open, or half-open with its one probe under way. */
export class CircuitOpenError extends ToolGuardError {
  /** Name of the breaker, usually of the dependency. */
  readonly dependency: string;
  /** Milliseconds until a probe is let through. */
  readonly retryAfterMs: number;
  /** The same in whole seconds, rounded up. */
  readonly retryAfter: number;
  /** When a probe is let through, in epoch milliseconds. */
  readonly resetAt: number;

  constructor(facts: { tool: string; dependency: string; retryAfterMs: number; resetAt: number }) {
    const retryAfter = Math.ceil(facts.retryAfterMs / 1000);
    const until = retryAfter > 0 ? `is open; retry after ${retryAfter} s` : 'is half-open, and another call probes it';
    super(`${facts.tool}: circuit "${facts.dependency}" ${until}`, {
      code: 'guard.circuit_open',
      tool: facts.tool,
      retryable: true,
      details: { ...facts, retryAfter },
    });
    this.dependency = facts.dependency;
    this.retryAfterMs = facts.retryAfterMs;
    this.retryAfter = retryAfter;
    this.resetAt = facts.resetAt;
  }

  protected prompt(): PromptText {
    return {
      because: `${quoted(this.dependency)} is failing, so calls to it are paused.`,
      tryInstead: 'Do not repeat the call now. Go on without it, or tell the user that it is unavailable.',
      // While one call probes it is not known when the next may.
      retryAfterMs: this.retryAfterMs > 0 ? this.retryAfterMs : undefined,
    };
  }
}
nameError(CircuitOpenError, 'CircuitOpenError');

/** The run used up its attempts of this tool. */
export class MaxAttemptsExceededError extends ToolGuardError {
  /** Attempts that a run allows. */
  readonly limit: number;
  /** Attempts including this one. */
  readonly used: number;

  constructor(tool: string, limit: number, used: number, runId: string, cause?: unknown) {
    super(`${tool}: ${used} attempts in this run, limit ${limit}`, {
      code: 'guard.max_attempts_exceeded',
      tool,
      details: { tool, limit, used, runId },
      cause,
    });
    this.limit = limit;
    this.used = used;
    this.attemptsLeft = 0;
  }

  protected prompt(): PromptText {
    return {
      because: `This tool may be tried ${times(this.limit)} for one task and was.`,
      tryInstead: 'Do not call it again. Use what you have, or tell the user what could not be done.',
    };
  }
}
nameError(MaxAttemptsExceededError, 'MaxAttemptsExceededError');

/** A custom guard (`defineGuard`) refused the call. */
export class GuardRefusedError extends ToolGuardError {
  /** Name of the guard. */
  readonly guard: string;
  /** What the model reads: what was wrong. */
  readonly because: string;
  /** What the model reads: what to do instead. @default 'Choose another way to do the task.' */
  readonly tryInstead: string;

  /** @param facts the guard, the tool (`call.tool`), and the two sentences for the model */
  constructor(facts: {
    tool: string;
    guard: string;
    because: string;
    tryInstead?: string | undefined;
    cause?: unknown;
  }) {
    super(`${facts.tool}: refused by ${facts.guard}: ${facts.because}`, {
      code: 'guard.refused',
      tool: facts.tool,
      details: { guard: facts.guard, because: facts.because },
      cause: facts.cause,
    });
    this.guard = facts.guard;
    this.because = facts.because;
    this.tryInstead = facts.tryInstead ?? 'Choose another way to do the task.';
  }

  protected prompt(): PromptText {
    return { because: this.because, tryInstead: this.tryInstead };
  }
}
nameError(GuardRefusedError, 'GuardRefusedError');

/** The store that a policy guard needs did not answer. */
export class StoreUnavailableError extends ToolGuardError {
  constructor(tool: string, cause: unknown) {
    super(`${tool}: the state store did not answer, so its guards cannot decide`, {
      code: 'guard.store_unavailable',
      tool,
      retryable: true,
      cause,
    });
  }

  protected prompt(): PromptText {
    return { because: 'The call could not be checked.', tryInstead: 'Try again later, or tell the user.' };
  }
}
nameError(StoreUnavailableError, 'StoreUnavailableError');

/** The store holds as many keys as it may; live ones are never forgotten to make room. */
export class StoreFullError extends ToolGuardError {
  constructor(tool: string, concern: string) {
    super(`${tool}: the state store is full (${concern}), so a new key is refused`, {
      code: 'guard.store_full',
      tool,
      retryable: true,
      details: { concern },
    });
  }

  protected prompt(): PromptText {
    return { because: 'Too many calls are being tracked.', tryInstead: 'Try again later, or tell the user.' };
  }
}
nameError(StoreFullError, 'StoreFullError');

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
