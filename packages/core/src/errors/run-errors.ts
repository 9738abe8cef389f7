import { ActGuardError, nameError } from './actguard-error.js';
import { ToolGuardError } from './guard-errors.js';
import { type PromptText, quoted } from './refusal.js';

/** A run is missing, is there where none may be, or belongs to somebody else. */
export class RunContextError extends ActGuardError {}
nameError(RunContextError, 'RunContextError');

/** Something that needs a run was used where none is active. */
export class MissingRunError extends RunContextError {
  constructor(what: string, hint = 'call it inside host.run(...), or use the run that host.open() returned') {
    super(`${what} needs an active run: ${hint}`, {
      code: 'runtime.context_missing',
      reason: 'missing_runtime_context',
      details: { what, requires: 'host.run' },
    });
  }
}
nameError(MissingRunError, 'MissingRunError');

/** `host.run` was called inside an active run. */
export class NestedRunError extends RunContextError {
  constructor(outerRunId: string) {
    super(
      'host.run was called inside an active run; runs do not nest (host.open() gives a separate run that is not ambient)',
      {
        code: 'runtime.context_nested',
        reason: 'nested_runtime_context',
        details: { outerRunId },
      },
    );
  }
}
nameError(NestedRunError, 'NestedRunError');

/** The named session belongs to another user. */
export class SessionConflictError extends RunContextError {
  constructor(sessionId: string) {
    super(`the session ${quoted(sessionId)} belongs to another user; a session id is of one user at a time`, {
      code: 'runtime.session_conflict',
      details: { sessionId },
    });
  }
}
nameError(SessionConflictError, 'SessionConflictError');

/** A call was refused, or cut off, because its run takes no more calls. */
export abstract class RunStoppedError extends ToolGuardError {}

/** The run was stopped by `run.kill` or `host.kill`. */
export class RunKilledError extends RunStoppedError {
  constructor(tool: string, killReason: string) {
    super(`${tool}: the run was killed: ${killReason}`, { code: 'run.killed', tool, details: { killReason } });
  }

  protected prompt(): PromptText {
    return { because: 'The run was stopped by its operator.', tryInstead: 'Stop. Make no further tool calls.' };
  }
}
nameError(RunKilledError, 'RunKilledError');

/** The run has ended. */
export class RunEndedError extends RunStoppedError {
  constructor(tool: string) {
    super(`${tool}: the run has ended`, { code: 'run.ended', tool });
  }

  protected prompt(): PromptText {
    return { because: 'The task is over.', tryInstead: 'Stop. Make no further tool calls.' };
  }
}
nameError(RunEndedError, 'RunEndedError');

/** The run's deadline passed. */
export class RunDeadlineError extends RunStoppedError {
  constructor(tool: string, deadlineMs: number) {
    super(`${tool}: the deadline of the run (${deadlineMs} ms) passed`, {
      code: 'run.deadline_exceeded',
      tool,
      details: { deadlineMs },
    });
  }

  protected prompt(): PromptText {
    return { because: 'The time for the task is over.', tryInstead: 'Stop, and answer with what you have.' };
  }
}
nameError(RunDeadlineError, 'RunDeadlineError');

/** The signal given to the run was aborted. */
export class RunAbortedError extends RunStoppedError {
  constructor(tool: string, cause: unknown) {
    super(`${tool}: the run was aborted`, { code: 'run.aborted', tool, cause });
  }

  protected prompt(): PromptText {
    return { because: 'The task was cancelled.', tryInstead: 'Stop. Make no further tool calls.' };
  }
}
nameError(RunAbortedError, 'RunAbortedError');
