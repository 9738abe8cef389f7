import type { Guard, GuardedCall } from '../guards/guard.js';
import { ToolCall } from './tool-call.js';

/** Counts attempts where no `@MaxAttempts` does, so that `call.attempt` and `run.attempts` are always there. */
export class CountAttempts implements Guard {
  readonly decidesAlone = false;

  admit(call: GuardedCall): void {
    if (call instanceof ToolCall && call.attempt === 0) call.attempt = call.run.countAttempt(call.tool);
  }
}
