import { nameError } from './actguard-error.js';
import { ToolGuardError } from './guard-errors.js';
import { type PromptText, quoted } from './refusal.js';

/** The call has no usable idempotency key. */
export class MissingIdempotencyKeyError extends ToolGuardError {
  constructor(tool: string, argument: string, cause?: unknown) {
    super(
      `${tool}: no usable idempotency key in ${argument} (needed: a text of 1 to 1,024 characters or a whole number)`,
      {
        code: 'usage.missing_idempotency_key',
        tool,
        details: { argument },
        cause,
      },
    );
  }

  protected prompt(): PromptText {
    const argument = quoted(this.details['argument']);
    return {
      because: `The idempotency key ${argument} is missing, or cannot be one.`,
      tryInstead: `Send ${argument}: a new text for a new action, the same text to repeat one.`,
    };
  }
}
nameError(MissingIdempotencyKeyError, 'MissingIdempotencyKeyError');

/** An execution with this key is under way. */
export class IdempotencyInProgressError extends ToolGuardError {
  /** The idempotency key of the call. */
  readonly key: string;

  constructor(tool: string, key: string) {
    super(`${tool}: an execution with this idempotency key is under way`, {
      code: 'guard.idempotency_in_progress',
      tool,
      retryable: true,
      details: { tool, key },
    });
    this.key = key;
  }

  protected prompt(): PromptText {
    return {
      because: `The action with key ${quoted(this.key)} is still being executed.`,
      tryInstead: 'Wait for it. Repeat with the same key later to get its result.',
    };
  }
}
nameError(IdempotencyInProgressError, 'IdempotencyInProgressError');

/** The key was used with other arguments: it stands for another action. */
export class IdempotencyConflictError extends ToolGuardError {
  /** The idempotency key of the call. */
  readonly key: string;

  constructor(tool: string, key: string) {
    super(`${tool}: this idempotency key was used with other arguments`, {
      code: 'guard.idempotency_conflict',
      tool,
      details: { tool, key },
    });
    this.key = key;
  }

  protected prompt(): PromptText {
    return {
      because: `The key ${quoted(this.key)} was already used for other arguments.`,
      tryInstead: 'Use a new key for a new action, or the same arguments to repeat the old one.',
    };
  }
}
nameError(IdempotencyConflictError, 'IdempotencyConflictError');

/** The action was done, and a repeat is not to be answered with its result (`onDuplicate: 'throw'`, or no stored copy). */
export class DuplicateIdempotencyKeyError extends ToolGuardError {
  /** The idempotency key of the call. */
  readonly key: string;

  constructor(tool: string, key: string) {
    super(`${tool}: the action with this idempotency key was already done`, {
      code: 'guard.idempotency_duplicate',
      tool,
      details: { tool, key },
    });
    this.key = key;
  }

  protected prompt(): PromptText {
    return {
      because: `The action with key ${quoted(this.key)} was already done.`,
      tryInstead: 'Do not repeat it. Go on, or use a new key if a second action is really meant.',
    };
  }
}
nameError(DuplicateIdempotencyKeyError, 'DuplicateIdempotencyKeyError');

/** An earlier execution failed, timed out or was cut off after it started: whether it took effect is not known. */
export class IdempotencyOutcomeUnknownError extends ToolGuardError {
  /** The idempotency key of the call. */
  readonly key: string;
  /** Name of the error that the earlier execution ended with. */
  readonly lastError: string;

  constructor(tool: string, key: string, lastError: string, cause?: unknown) {
    super(`${tool}: an earlier execution ended with an unknown outcome (${lastError})`, {
      code: 'guard.idempotency_outcome_unknown',
      tool,
      details: { tool, key, lastError },
      cause,
    });
    this.key = key;
    this.lastError = lastError;
  }

  protected prompt(): PromptText {
    return {
      because: `The action with key ${quoted(this.key)} was started before and may have taken effect.`,
      tryInstead: 'Do not repeat it. Check its state with a read tool, or tell the user.',
    };
  }
}
nameError(IdempotencyOutcomeUnknownError, 'IdempotencyOutcomeUnknownError');
