import type { ArgumentPath } from '../agent/argument-types.js';
import { PolicyViolationError } from '../errors/policy-violation-error.js';
import { quoted } from '../errors/refusal.js';
import { nameText } from '../errors/shown.js';
import { DIRECT, type DirectGuard } from './direct-guard.js';
import type { Rule } from './enforce.js';
import type { GuardedCall } from './guard.js';
import type { GuardSite } from './guard-site.js';
import { LinearPattern } from './linear-pattern.js';
import { OptionCheck } from './option-check.js';
import { RuleArgument } from './rule-argument.js';

/** Options of `blockRegex`. */
export interface BlockRegexOptions {
  /** Lets an absent, `null` or empty argument pass. @default false */
  readonly optional?: boolean;
  /** What a model that was refused should do instead. @default to send it without that, or do the task in another way */
  readonly hint?: string;
}

/**
 * Refuses an argument in which a pattern is found. The pattern runs in linear time (RE2), on the text as it is and on its
 * NFKC form without invisible characters; texts over 65,536 characters are refused. Of a list every element is tested.
 *
 * @throws {HostConfigurationError} when the host is created, if the pattern needs lookaround or backreferences: use `rule()`
 * @throws {PolicyViolationError} at the call: `PATTERN_BLOCKED`
 */
export function blockRegex<Args>(
  arg: NoInfer<ArgumentPath<Args>>,
  pattern: RegExp | string,
  options: BlockRegexOptions = {},
): Rule<Args> {
  return {
    description: `${nameText(arg)} does not match ${patternText(pattern)}`,
    build(site) {
      const check = new OptionCheck(
        site,
        'Enforce.blockRegex',
        options,
        ['optional', 'hint'],
        'usage.policy_configuration',
      );
      const argument = RuleArgument.parse(site, 'blockRegex', arg);
      const checked = { hint: check.optionalText('hint'), optional: check.flag('optional', false) };
      const linear = linearPattern(check, pattern);
      return argument && linear && new BlockRegexGuard(site, argument, linear, checked);
    },
  };
}

function linearPattern(check: OptionCheck, pattern: unknown): LinearPattern | undefined {
  if (typeof pattern !== 'string' && !isRegExp(pattern)) {
    check.problem('pattern', pattern, 'must be a RegExp or the text of one');
    return undefined;
  }
  try {
    return new LinearPattern(pattern);
  } catch (error) {
    check.problem('pattern', String(pattern), (error as Error).message);
    return undefined;
  }
}

function isRegExp(value: unknown): value is RegExp {
  return Object.prototype.toString.call(value) === '[object RegExp]';
}

function patternText(pattern: unknown): string {
  return isRegExp(pattern) ? String(pattern) : nameText(pattern);
}

interface CheckedOptions {
  readonly hint: string | undefined;
  readonly optional: boolean;
}

class BlockRegexGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly decidesAlone = false;
  readonly #site: GuardSite;
  readonly #arg: RuleArgument;
  readonly #pattern: LinearPattern;
  readonly #options: CheckedOptions;

  constructor(site: GuardSite, arg: RuleArgument, pattern: LinearPattern, options: CheckedOptions) {
    this.#site = site;
    this.#arg = arg;
    this.#pattern = pattern;
    this.#options = options;
  }

  request(call: GuardedCall): undefined {
    const refusal = this.enter(call);
    if (refusal !== undefined) throw refusal();
  }

  enter({ args }: GuardedCall): (() => PolicyViolationError) | undefined {
    const read = this.#arg.read(args);
    if (read.state === 'absent') return this.#options.optional ? undefined : this.#refusal('is missing');
    for (const value of read.values) {
      const text = textOf(value);
      if (text === undefined) return this.#refusal('cannot be checked as a text');
      const found = this.#pattern.test(text);
      if (found !== 'no-match')
        return this.#refusal(found === 'match' ? 'holds what is not allowed there' : 'is too long to be checked');
    }
    return undefined;
  }

  #refusal(why: string): () => PolicyViolationError {
    return () => this.#blocked(why);
  }

  // The value is left out: what a pattern blocks is often a secret.
  #blocked(why: string): PolicyViolationError {
    return new PolicyViolationError({
      tool: this.#site.tool.id,
      code: 'PATTERN_BLOCKED',
      message: `${this.#arg.path} ${why} (pattern ${this.#pattern.source})`,
      because: `The argument ${quoted(this.#arg.path)} ${why}.`,
      tryInstead: this.#options.hint ?? `Send ${quoted(this.#arg.path)} without it, or do the task in another way.`,
      details: {
        rule: `${this.#arg.path} does not match ${this.#pattern.source}`,
        arg: this.#arg.path,
        pattern: this.#pattern.source,
      },
    });
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value)) return String(value);
  return undefined;
}
