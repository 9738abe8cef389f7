import { guardDecorator, type ToolDecorator } from '../agent/tool-decorator.js';
import type { ToolInfo } from '../agent/tool-info.js';
import { MaxAttemptsExceededError } from '../errors/guard-errors.js';
import type { DirectState } from '../store/direct-state.js';
import type { AttemptTake, StoreAnswers } from '../store/operations.js';
import { ASK, DIRECT, type DirectCall, type DirectGuard } from './direct-guard.js';
import type { GuardedCall } from './guard.js';
import { declareGuard, type GuardDefinition, type Mode } from './guard-definition.js';
import { OptionCheck } from './option-check.js';

/** Options of `@MaxAttempts`. */
export interface MaxAttemptsOptions {
  /** Most calls of this tool in one run, refused and failed ones included. An integer from 1. */
  readonly calls: number;
  /** `observe`: count and report, but never stop. @default 'enforce' */
  readonly mode?: Mode;
}

/**
 * Limits how often a tool is tried in one run. Every call counts, refused and failed ones too; only a replay does not.
 * Over the limit every refusal becomes this one, so that the model stops trying.
 *
 * @throws {HostConfigurationError} when the host is created, if `calls` is no integer from 1
 * @throws {MaxAttemptsExceededError} at the call
 */
export function MaxAttempts<Args>(calls: number | MaxAttemptsOptions): ToolDecorator<Args> {
  return guardDecorator('MaxAttempts', declareGuard(maxAttempts, maxAttempts.normalise(calls)));
}

/** How `@MaxAttempts` becomes a guard. */
export const maxAttempts: GuardDefinition<MaxAttemptsOptions> & {
  normalise(calls: number | MaxAttemptsOptions): MaxAttemptsOptions;
} = {
  kind: 'maxAttempts',
  normalise: (calls) => (typeof calls === 'object' ? calls : { calls }),
  build(options, site) {
    const check = new OptionCheck(site, 'MaxAttempts', options, ['calls', 'mode'], 'usage.max_attempts_configuration');
    return [new MaxAttemptsGuard(site.tool, check.positiveInteger('calls'))];
  },
  explain: ({ calls }) => `${calls} attempts per run`,
};

/** Counts the attempts of one tool. The pipeline asks it also for calls that other guards refuse. */
export class MaxAttemptsGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly readsArguments = false;
  readonly limit: number;
  readonly #tool: ToolInfo;

  constructor(tool: ToolInfo, limit: number) {
    this.#tool = tool;
    this.limit = limit;
  }

  request(call: GuardedCall): AttemptTake | undefined {
    // A call that waited is admitted anew, but it is the same attempt.
    if (call.attempt > 0) return undefined;
    return { op: 'attempt.take', run: call.run.key, tool: this.#tool.id, limit: this.limit, observe: false };
  }

  admit(call: GuardedCall, answer: StoreAnswers['attempt.take'] | undefined): void {
    if (answer === undefined) return;
    call.noteAttempt(answer.used);
    if (!answer.admitted) throw this.exceeded(call, answer.used);
  }

  enter(call: DirectCall, state: DirectState): (() => MaxAttemptsExceededError) | typeof ASK | undefined {
    if (call.attempt > 0) return undefined;
    const attempts = call.run.attemptsOf(this.#tool);
    let { inStore } = attempts;
    if (inStore === undefined || inStore.isForgotten) {
      inStore = state.attempts.countOf(call.run.key, this.#tool.id);
      attempts.inStore = inStore;
    }
    if (inStore === undefined) return ASK;
    call.noteAttempt(++inStore.used);
    return inStore.used > this.limit ? this.#exceededBy(call) : undefined;
  }

  #exceededBy(call: GuardedCall): () => MaxAttemptsExceededError {
    return () => this.exceeded(call, call.attempt);
  }

  /** The refusal of an attempt over the limit. */
  exceeded(call: GuardedCall, used: number, cause?: unknown): MaxAttemptsExceededError {
    return new MaxAttemptsExceededError(this.#tool.id, this.limit, used, call.run.id, cause);
  }
}
