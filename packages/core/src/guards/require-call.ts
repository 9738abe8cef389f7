import { type Duration, durationMs, durationText } from '../duration.js';
import { PolicyViolationError } from '../errors/policy-violation-error.js';
import { nameText } from '../errors/shown.js';
import type { DirectState } from '../store/direct-state.js';
import type { StepRequire, StoreAnswers } from '../store/operations.js';
import { DIRECT, type DirectGuard } from './direct-guard.js';
import type { Rule } from './enforce.js';
import type { GuardedCall } from './guard.js';
import type { GuardSite } from './guard-site.js';
import { OptionCheck } from './option-check.js';

/** Options of `requireCall`. */
export interface RequireCallOptions {
  /** How long ago the step may lie: milliseconds or a text such as `'10m'`. @default any time in this session */
  readonly within?: Duration;
  /** What a model that was refused should do instead. @default to call the step first */
  readonly hint?: string;
}

/**
 * Another tool must have succeeded before in this session: no payout before its preview.
 *
 * @param tool id of the step, such as `'RefundAgent.preview'`
 * @throws {PolicyViolationError} at the call: `MISSING_STEP`
 */
export function requireCall(tool: `${string}.${string}`, options: RequireCallOptions = {}): Rule<unknown> {
  return {
    description: describe(nameText(tool), durationMs(options?.within)),
    build(site) {
      const known = ['within', 'hint'];
      const check = new OptionCheck(site, 'Enforce.requireCall', options, known, 'usage.policy_configuration');
      const withinMs = check.duration('within', undefined);
      const hint = check.optionalText('hint');
      const ids = typeof tool === 'string' ? site.tools.idsOf(tool) : [];
      if (ids.length === 0) {
        const similar = typeof tool === 'string' ? site.tools.similar(tool) : [];
        const meant = similar.length > 0 ? `; did you mean ${similar.join(', ')}?` : '';
        check.problem(undefined, tool, `names no tool of this host${meant}`);
        return undefined;
      }
      site.tools.recordSteps(ids);
      return new RequireCallGuard(site, tool, ids, withinMs, hint);
    },
  };
}

function describe(tool: string, withinMs: number | undefined): string {
  return `${tool} succeeded ${whenText(withinMs)}`;
}

function whenText(withinMs: number | undefined): string {
  return withinMs === undefined ? 'before' : `within the last ${durationText(withinMs)}`;
}

class RequireCallGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly #site: GuardSite;
  readonly #step: string;
  readonly #ids: readonly string[];
  readonly #withinMs: number | undefined;
  readonly #hint: string | undefined;

  constructor(
    site: GuardSite,
    step: string,
    ids: readonly string[],
    withinMs: number | undefined,
    hint: string | undefined,
  ) {
    this.#site = site;
    this.#step = step;
    this.#ids = ids;
    this.#withinMs = withinMs;
    this.#hint = hint;
  }

  request(call: GuardedCall): StepRequire {
    return {
      op: 'step.require',
      session: call.run.sessionKey,
      tools: this.#ids,
      withinMs: this.#withinMs,
      observe: false,
    };
  }

  admit(_call: GuardedCall, answer: StoreAnswers['step.require']): void {
    if (!answer.admitted) throw this.#missing();
  }

  enter(call: GuardedCall, state: DirectState): (() => PolicyViolationError) | undefined {
    const { admitted } = state.sessions.requireStep(this.request(call), state.at(call.now));
    return admitted ? undefined : () => this.#missing();
  }

  #missing(): PolicyViolationError {
    const name = this.#site.tools.modelName(this.#ids[0] as string);
    const when = whenText(this.#withinMs);
    return new PolicyViolationError({
      tool: this.#site.tool.id,
      code: 'MISSING_STEP',
      message: `${this.#step} must have succeeded ${when}`,
      because: `This needs ${name} to have succeeded ${when}, and it did not.`,
      tryInstead: this.#hint ?? `Call ${name} first, and go on only if it succeeds.`,
      details: { rule: describe(this.#step, this.#withinMs), step: this.#step, withinMs: this.#withinMs },
    });
  }
}
