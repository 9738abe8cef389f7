import { DIRECT, type DirectCall, type DirectGuard } from '../guards/direct-guard.js';
import type { GuardedCall } from '../guards/guard.js';
import { ToolCall } from './tool-call.js';

/** Counts attempts where no `@MaxAttempts` does, so that `call.attempt` and `run.attempts` are always there. */
export class CountAttempts implements DirectGuard {
  readonly [DIRECT] = true;
  readonly decidesAlone = false;
  readonly readsArguments = false;

  admit(call: GuardedCall): void {
    if (call instanceof ToolCall && call.attempt === 0) call.countAttempt();
  }

  enter(call: DirectCall): undefined {
    if (call.attempt === 0) call.countAttempt();
    return undefined;
  }
}
