import type { NumberPath } from '../agent/argument-types.js';
import { PolicyViolationError } from '../errors/policy-violation-error.js';
import { quoted } from '../errors/refusal.js';
import { nameText, shown } from '../errors/shown.js';
import { DIRECT, type DirectGuard } from './direct-guard.js';
import type { Rule } from './enforce.js';
import type { GuardedCall } from './guard.js';
import type { GuardSite } from './guard-site.js';
import { OptionCheck } from './option-check.js';
import { RuleArgument } from './rule-argument.js';

/** Options of `threshold`; `min` or `max` is needed. */
export interface ThresholdOptions {
  /** Smallest value that passes; a finite number. @default none */
  readonly min?: number;
  /** Largest value that passes; a finite number. @default none */
  readonly max?: number;
  /** Lets an absent or `null` argument pass. @default false */
  readonly optional?: boolean;
  /** What a model that was refused should do instead. @default to use a value within the bounds */
  readonly hint?: string;
}

/**
 * A number must lie within bounds, both included. Anything but a finite number is refused, and so is a list, unless the
 * path says `[]`: then every element must pass.
 *
 * @throws {PolicyViolationError} at the call: `THRESHOLD_EXCEEDED`
 */
export function threshold<Args>(arg: NoInfer<NumberPath<Args>>, options: ThresholdOptions): Rule<Args> {
  const { min, max } = options ?? {};
  const description = describe(nameText(arg), min, max);
  return {
    description,
    build(site) {
      const check = new OptionCheck(
        site,
        'Enforce.threshold',
        options,
        ['min', 'max', 'optional', 'hint'],
        'usage.policy_configuration',
      );
      for (const [name, bound] of Object.entries({ min, max })) {
        if (bound !== undefined && !Number.isFinite(bound)) check.problem(name, bound, 'must be a finite number');
      }
      if (min === undefined && max === undefined) check.problem(undefined, options, 'needs min or max');
      if (Number.isFinite(min) && Number.isFinite(max) && Number(min) > Number(max))
        check.problem('min', min, `is above max (${max})`);
      const isOptional = check.flag('optional', false);
      check.optionalText('hint');
      const argument = RuleArgument.parse(site, 'threshold', arg);
      return argument && new ThresholdGuard(site, argument, description, { ...options, optional: isOptional });
    },
  };
}

function describe(arg: string, min: unknown, max: unknown): string {
  if (min === undefined) return `${arg} <= ${shown(max)}`;
  return max === undefined ? `${arg} >= ${shown(min)}` : `${shown(min)} <= ${arg} <= ${shown(max)}`;
}

class ThresholdGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly decidesAlone = false;
  readonly #site: GuardSite;
  readonly #arg: RuleArgument;
  readonly #description: string;
  readonly #options: ThresholdOptions;

  constructor(site: GuardSite, arg: RuleArgument, description: string, options: ThresholdOptions) {
    this.#site = site;
    this.#arg = arg;
    this.#description = description;
    this.#options = options;
  }

  request(call: GuardedCall): undefined {
    const refusal = this.enter(call);
    if (refusal !== undefined) throw refusal();
  }

  enter({ args }: GuardedCall): (() => PolicyViolationError) | undefined {
    const { min = -Infinity, max = Infinity, optional } = this.#options;
    const read = this.#arg.read(args);
    if (read.state === 'absent') return optional ? undefined : this.#refusal(undefined);
    if (read.isList && !this.#arg.hasArray) return this.#refusal('a list');
    for (const value of read.values) {
      if (typeof value !== 'number' || !(value >= min && value <= max) || !Number.isFinite(value))
        return this.#refusal(value);
    }
    return undefined;
  }

  #refusal(value: unknown): () => PolicyViolationError {
    return () => this.#exceeded(value);
  }

  #exceeded(value: unknown): PolicyViolationError {
    const { min, max, hint } = this.#options;
    const bounds = [min === undefined ? '' : `at least ${min}`, max === undefined ? '' : `at most ${max}`]
      .filter(Boolean)
      .join(' and ');
    const isNumber = typeof value === 'number' && Number.isFinite(value);
    const wrong = isNumber ? 'out of bounds' : 'no number';
    const shown = value === undefined ? 'is missing' : `${quoted(value)} is ${wrong}`;
    return new PolicyViolationError({
      tool: this.#site.tool.id,
      code: 'THRESHOLD_EXCEEDED',
      message: `${this.#arg.path} ${shown}: it must be a number of ${bounds}`,
      because:
        value === undefined
          ? `${quoted(this.#arg.path)} is missing.`
          : `${quoted(this.#arg.path)} is ${typeof value === 'string' ? 'the text ' : ''}${quoted(value)}, which is ${wrong}.`,
      tryInstead: hint ?? `Use a number of ${bounds}.`,
      details: { rule: this.#description, arg: this.#arg.path, value, min, max },
    });
  }
}
