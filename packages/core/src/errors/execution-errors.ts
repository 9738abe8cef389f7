import { ActGuardError, type ErrorFacts, nameError } from './actguard-error.js';
import { type Refusal, refusalOf } from './refusal.js';

/** A tool's method was started and did not end as it should. */
export class ToolExecutionError extends ActGuardError {
  /** Id of the tool. */
  readonly tool: string;

  constructor(message: string, facts: ErrorFacts & { readonly tool: string }) {
    super(message, facts);
    this.tool = facts.tool;
  }
}
nameError(ToolExecutionError, 'ToolExecutionError');

/** The method did not end in time. It may still be running, so whether it took effect is not known. */
export class ToolTimeoutError extends ToolExecutionError {
  /** How long the method was given, in milliseconds. */
  readonly timeoutMs: number;
  /** The run of the call. */
  readonly runId: string;

  constructor(tool: string, timeoutMs: number, runId: string) {
    super(`${tool}: no end within ${timeoutMs} ms`, {
      code: 'tool.timeout',
      tool,
      details: { tool, timeoutMs, runId },
    });
    this.timeoutMs = timeoutMs;
    this.runId = runId;
  }

  /** What the model should read. */
  toPrompt(): Refusal {
    return refusalOf(
      this.code,
      {
        because: `The tool did not answer within ${this.timeoutMs / 1000} s. It may still take effect.`,
        tryInstead: 'Do not assume that it failed. Check the state before you repeat it, or tell the user.',
      },
      undefined,
    );
  }
}
nameError(ToolTimeoutError, 'ToolTimeoutError');
