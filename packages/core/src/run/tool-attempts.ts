import type { AttemptCount } from '../store/attempt-counts.js';

/** How often one tool was called in a run, as the run knows it. */
export interface ToolAttempts {
  /** Id of the tool. */
  readonly tool: string;
  used: number;
  /** Where the store counts them, once a guard has looked there. */
  inStore: AttemptCount | undefined;
}
