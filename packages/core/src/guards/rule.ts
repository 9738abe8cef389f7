import { PolicyViolationError } from '../errors/policy-violation-error.js';
import { nameText } from '../errors/shown.js';
import { UsageError } from '../errors/usage-errors.js';
import type { DirectState } from '../store/direct-state.js';
import type { FactRead, FactsView } from '../store/operations.js';
import { DIRECT, type DirectGuard } from './direct-guard.js';
import type { Rule } from './enforce.js';
import type { GuardedCall } from './guard.js';
import type { GuardSite } from './guard-site.js';
import { OptionCheck } from './option-check.js';

/** Options of `rule`. */
export interface RuleOptions {
  /** What a model that was refused should do instead. @default to do it in a way that the rule allows, or tell the user */
  readonly hint?: string;
}

/**
 * A rule of your own. Only `true` lets the call pass; a text is the reason that the model reads; anything else, a throw and
 * a promise included, refuses.
 *
 * @param name what the rule is called in errors and events
 * @param check gets the frozen arguments and, where it has a second parameter, the facts of the session
 * @throws {PolicyViolationError} at the call: `RULE_FAILED`
 */
export function rule<Args>(
  name: string,
  check: (args: Args, facts: FactsView) => boolean | string,
  options: RuleOptions = {},
): Rule<Args> {
  return {
    description: nameText(name),
    build(site) {
      const optionCheck = new OptionCheck(site, 'Enforce.rule', options, ['hint'], 'usage.policy_configuration');
      const hint = optionCheck.optionalText('hint');
      const problem = (value: unknown, message: string): undefined =>
        void optionCheck.problem(undefined, value, message);
      if (typeof name !== 'string' || name.trim() === '')
        return problem(name, 'the name must be a text that is not blank');
      if (typeof check !== 'function') return problem(check, `the check of rule "${name}" must be a function`);
      return new RuleGuard(site, name, check as (args: unknown, facts: FactsView) => unknown, hint);
    },
  };
}

// An empty view would let a check such as `!facts.has('banned', id)` pass.
const NO_FACTS: FactsView = { has: refuseToAnswer, list: refuseToAnswer, mentioned: refuseToAnswer };

function refuseToAnswer(): never {
  throw new UsageError(
    'rule: a check that asks for facts must declare them as its second parameter: (args, facts) => …',
    {
      code: 'usage.policy_configuration',
    },
  );
}

class RuleGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly decidesAlone = false;
  readonly #site: GuardSite;
  readonly #name: string;
  readonly #check: (args: unknown, facts: FactsView) => unknown;
  readonly #hint: string | undefined;

  constructor(
    site: GuardSite,
    name: string,
    check: (args: unknown, facts: FactsView) => unknown,
    hint: string | undefined,
  ) {
    this.#site = site;
    this.#name = name;
    this.#check = check;
    this.#hint = hint;
  }

  request(call: GuardedCall): FactRead | undefined {
    if (this.#check.length >= 2) return { op: 'fact.read', session: call.run.sessionKey };
    this.#decide(call, NO_FACTS);
    return undefined;
  }

  admit(call: GuardedCall, facts: FactsView | undefined): void {
    if (facts !== undefined) this.#decide(call, facts);
  }

  enter(call: GuardedCall, state: DirectState): (() => PolicyViolationError) | undefined {
    if (this.#check.length < 2) return this.#refusal(call, NO_FACTS);
    const read = { op: 'fact.read', session: call.run.sessionKey } as const;
    return this.#refusal(call, state.carryOut(read, call.now) as FactsView);
  }

  #decide(call: GuardedCall, facts: FactsView): void {
    const refusal = this.#refusal(call, facts);
    if (refusal !== undefined) throw refusal();
  }

  #refusal(call: GuardedCall, facts: FactsView): (() => PolicyViolationError) | undefined {
    let verdict: unknown;
    let cause: unknown;
    try {
      verdict = this.#check(call.args, facts);
    } catch (error) {
      cause = error;
    }
    if (verdict === true) return undefined;
    if (verdict instanceof Promise) {
      cause = this.#unawaited();
      // Nobody awaits it here; its rejection must not end the process.
      verdict.catch(() => {});
    }
    return this.#refusalFor(typeof verdict === 'string' && verdict !== '' ? verdict : undefined, cause);
  }

  #unawaited(): UsageError {
    return new UsageError(
      `the check of rule "${this.#name}" returned a promise, which nobody awaits: await in a guard of your own (defineGuard)`,
      { code: 'usage.policy_configuration' },
    );
  }

  #refusalFor(reason: string | undefined, cause: unknown): () => PolicyViolationError {
    return () =>
      new PolicyViolationError({
        tool: this.#site.tool.id,
        code: 'RULE_FAILED',
        message: `rule "${this.#name}" refused${reason === undefined ? '' : `: ${reason}`}`,
        because: reason ?? `The rule "${this.#name}" does not allow this.`,
        tryInstead: this.#hint ?? 'Do the task in a way that the rule allows, or tell the user.',
        details: { rule: this.#name, reason },
        cause,
      });
  }
}
