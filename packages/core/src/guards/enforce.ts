import { guardDecorator, type ToolDecorator } from '../agent/tool-decorator.js';
import { UsageError } from '../errors/usage-errors.js';
import type { Guard } from './guard.js';
import { declareGuard, type GuardDefinition, type Mode } from './guard-definition.js';
import type { GuardSite } from './guard-site.js';
import { OptionCheck } from './option-check.js';

/** One condition that a call must meet: made by `requireFact`, `requireCall`, `threshold`, `blockRegex` or `rule`. */
export interface Rule<Args> {
  /** What the rule asks, for `host.explain`. */
  readonly description: string;
  /** Makes the rule a guard of a tool. What is wrong goes to `site.problem`, and the rule is left out. */
  build(site: GuardSite): Guard | undefined;
  /** Ties the rule to the arguments that it reads; never called. */
  '~arguments'?(args: Args): void;
}

/** What can be said about all rules of one `@Enforce`. */
export interface EnforceOptions {
  /** `observe`: check and report, but never stop. @default 'enforce' */
  readonly mode: Mode;
}

/**
 * Refuses a call that breaks a rule; the first broken one says why. Absent, `null`, empty, `NaN` and non-scalar arguments
 * break a rule about them unless it says `optional: true`. Declared again, on a subclass too, rules add up.
 *
 * @throws {HostConfigurationError} when the host is created, if a rule names no argument, an unknown tool, or is wrong itself
 * @throws {PolicyViolationError} at the call, with the rule's `code`
 */
export function Enforce<Args>(...rules: Rule<NoInfer<Args>>[]): ToolDecorator<Args>;
export function Enforce<Args>(options: EnforceOptions, ...rules: Rule<NoInfer<Args>>[]): ToolDecorator<Args>;
export function Enforce<Args>(...given: (EnforceOptions | Rule<Args>)[]): ToolDecorator<Args> {
  const [first, ...others] = given;
  if (typeof first === 'function' && others.length === 0)
    throw new UsageError("@Enforce takes rules, not a function: @Enforce(rule('name', check))", {
      code: 'usage.decorator',
      details: { decorator: 'Enforce' },
    });
  const isRule = typeof first !== 'object' || first === null || 'build' in first;
  // What is no rule stays in the list: a rule lost by a wrong import must not leave the tool unguarded.
  const rules = (isRule ? given : others) as Rule<never>[];
  const declared = { rules, ...(isRule ? {} : first) };
  return guardDecorator('Enforce', declareGuard(enforce, declared));
}

/** How `@Enforce` becomes guards: one per rule. */
export const enforce: GuardDefinition<{ readonly rules: readonly Rule<never>[] }> = {
  kind: 'enforce',
  repeatable: true,
  decidesReplays: true,
  build(options, site) {
    const check = new OptionCheck(site, 'Enforce', options, ['rules', 'mode'], 'usage.policy_configuration');
    const rules = Array.isArray(options?.rules) ? options.rules : [];
    if (rules.length === 0) check.problem(undefined, options?.rules, 'needs at least one rule');
    const guards: Guard[] = [];
    for (const each of rules) {
      if (typeof (each as Partial<Rule<never>> | undefined)?.build !== 'function')
        check.problem(undefined, each, 'is no rule');
      else {
        const guard = each.build(site);
        if (guard !== undefined) guards.push(guard);
      }
    }
    return guards;
  },
  explain: ({ rules }) => rules.map((each) => each.description).join('; '),
};
