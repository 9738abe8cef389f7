import { replaceAt } from '../agent/argument-path.js';
import type { ArgumentPath, IdArgument } from '../agent/argument-types.js';
import { PolicyViolationError } from '../errors/policy-violation-error.js';
import { quoted } from '../errors/refusal.js';
import { nameText } from '../errors/shown.js';
import { idText } from '../facts/fact-value.js';
import type { DirectState } from '../store/direct-state.js';
import type { Mint } from '../store/mint.js';
import type {
  FactGiveBack,
  FactOrigin,
  FactRequire,
  FactSources,
  StoreAnswers,
  TakenFact,
  UsedFact,
} from '../store/operations.js';
import { ASK, DIRECT, type DirectGuard, nothingFollows } from './direct-guard.js';
import type { Rule } from './enforce.js';
import { type Guard, type GuardedCall, type Outcome, Rewrite } from './guard.js';
import type { GuardSite } from './guard-site.js';
import { OptionCheck } from './option-check.js';
import { RuleArgument } from './rule-argument.js';

/**
 * Where a fact may come from: `'tool'` (any `@Prove`), `'app'` (`run.facts.add`), `'user'` (mentioned in `run.userSaid`), or
 * one tool by name, such as `'OrderAgent.listOrders'`.
 */
export type FactSource = 'tool' | 'app' | 'user' | `${string}.${string}`;

/** Options of `requireFact`. */
export interface RequireFactOptions<Args> {
  /** What a model that was refused should do instead. @default to call a tool that proves this kind */
  readonly hint?: string;
  /**
   * Origins that count: `'tool'` (any `@Prove`), `'app'` (`run.facts.add`), `'user'`, or one tool by its id. `'user'` means
   * *mentioned* by the user in any turn so far: "don't delete ord-17" mentions ord-17 too.
   *
   * @default ['tool', 'app']
   */
  readonly from?: readonly FactSource[];
  /**
   * Name of an argument: the fact must have been proven about its value (`about` of `@Prove`), as the right order of the right
   * customer.
   *
   * @default none
   */
  readonly about?: IdArgument<Args>;
  /** The fact is good for one call that goes through, like a confirmation token. Not with `'user'` in `from`. @default false */
  readonly consume?: boolean;
  /**
   * `loose` folds ASCII case and space, a leading `#`, a missing URL scheme or `www.`, and trailing punctuation. The method
   * then gets the proven spelling; where several proven values fit, the call is refused. @default 'exact'
   */
  readonly match?: 'exact' | 'loose';
  /** Lets an absent, `null` or empty argument pass. @default false */
  readonly optional?: boolean;
  /** With `'user'` in `from`: values of fewer characters don't count as mentioned. An integer from 1. @default 3 */
  readonly minLength?: number;
}

/**
 * The argument must be a value that was proven in this session: ids that a model made up, or found in a text, are refused.
 * Of a list every element must be. Values compare by their text: `5` and `'5'` are one id.
 *
 * @param arg name of the argument, or a path: `'orderId'`, `'flights[].number'`
 * @param kind the kind of fact, as `@Prove` or `run.facts.add` names it
 * @throws {PolicyViolationError} at the call: `MISSING_FACT`, or `AMBIGUOUS_FACT` with `match: 'loose'`
 */
export function requireFact<Args>(
  arg: NoInfer<ArgumentPath<Args>>,
  kind: string,
  options: NoInfer<RequireFactOptions<Args>> = {},
): Rule<Args> {
  return {
    description: describe(nameText(arg), nameText(kind), options as RequireFactOptions<unknown>),
    build: (site) => RequireFactGuard.build(site, arg, kind, options as RequireFactOptions<unknown>),
  };
}

function describe(arg: string, kind: string, options: RequireFactOptions<unknown> | null): string {
  const { from, about, consume, match, optional } = options ?? {};
  return [
    `${arg} is a proven ${kind}`,
    about === undefined ? '' : ` of this ${nameText(about)}`,
    from === undefined ? '' : ` (from ${[from].flat().map(nameText).join(', ')})`,
    match === 'loose' ? ', spelled loosely' : '',
    consume === true ? ', good for one call' : '',
    optional === true ? ', if given' : '',
  ].join('');
}

interface Admission {
  readonly values: readonly string[];
  readonly origins: readonly (FactOrigin | undefined)[];
  readonly taken: readonly TakenFact[] | undefined;
}

class RequireFactGuard implements DirectGuard {
  readonly [DIRECT] = true;
  readonly decidesAlone: boolean;
  readonly #site: GuardSite;
  readonly #arg: RuleArgument;
  readonly #kind: string;
  /** What the rule asks, as `host.explain` says it. */
  readonly #rule: string;
  readonly #sources: FactSources;
  readonly #hint: string | undefined;
  readonly #about: string | undefined;
  readonly #consumes: boolean;
  readonly #isLoose: boolean;
  readonly #isOptional: boolean;

  private constructor(
    site: GuardSite,
    arg: RuleArgument,
    kind: string,
    options: RequireFactOptions<unknown>,
    check: OptionCheck,
  ) {
    this.#site = site;
    this.#arg = arg;
    this.#kind = kind;
    this.#rule = describe(arg.path, kind, options);
    this.#hint = check.optionalText('hint');
    const about: unknown = options.about;
    this.#about = about === undefined ? undefined : check.argument('about', about);
    this.#consumes = check.flag('consume', false);
    this.#isLoose = check.oneOf('match', ['exact', 'loose'], 'exact') === 'loose';
    this.#isOptional = check.flag('optional', false);
    this.#sources = sourcesOf(site, options, check);
    // Later guards have to see the proven spelling: a limit per value must not depend on how a model writes it.
    this.decidesAlone = this.#isLoose;
    if (this.#sources.user !== undefined && this.#consumes)
      check.problem('consume', true, "does not go with from: 'user': what was said stays said");
    const needsProver = this.#sources.tool !== false && !this.#sources.app && this.#sources.user === undefined;
    const isProven = this.#provers().length > 0;
    if (isProven && this.#about !== undefined && !site.tools.provesAbout(kind)) {
      site.warn(`fact kind "${kind}": no @Prove of it says about, so requireFact with about finds none from tools`);
    }
    if (this.#sources.tool !== false && !isProven) {
      const source = needsProver
        ? 'no tool of this host proves it, so every call is refused'
        : 'no tool of this host proves it';
      site.warn(`fact kind "${kind}": ${source}`);
    }
  }

  static build(site: GuardSite, path: unknown, kind: unknown, options: RequireFactOptions<unknown>): Guard | undefined {
    const known = ['hint', 'from', 'about', 'consume', 'match', 'optional', 'minLength'];
    const check = new OptionCheck(site, 'Enforce.requireFact', options, known, 'usage.policy_configuration');
    if (typeof kind !== 'string' || kind === '') check.problem('kind', kind, 'must be a text that is not blank');
    const arg = RuleArgument.parse(site, 'requireFact', path);
    return arg && new RequireFactGuard(site, arg, nameText(kind), options ?? {}, check);
  }

  request(call: GuardedCall): FactRequire | undefined {
    // The first execution had the fact, and consumed it; the key binds a repeat to the same arguments.
    if (call.isReplay && this.#consumes) return undefined;
    const read = this.#arg.read(call.args);
    if (read.state === 'absent') {
      if (this.#isOptional) return undefined;
      throw this.#missing(undefined, 'is missing');
    }
    const values = new Set<string>();
    for (const value of read.values) {
      const text = idText(value);
      if (text === undefined) throw this.#missing(value, 'is no id');
      values.add(text);
    }
    const operation: FactRequire = {
      op: 'fact.require',
      session: call.run.sessionKey,
      kind: this.#kind,
      values: [...values],
      sources: this.#sources,
      about: this.#aboutOf(call),
      consume: this.#consumes,
      loose: this.#isLoose,
      observe: false,
    };
    call.keep(this, operation);
    return operation;
  }

  admit(call: GuardedCall, answer: StoreAnswers['fact.require'] | undefined): undefined | Rewrite {
    if (answer === undefined) {
      call.keep(this, undefined);
      return undefined;
    }
    if (!answer.admitted) throw this.#refusal(call, answer);
    const { values } = call.kept(this) as FactRequire;
    const { taken, origins, spellings } = answer;
    call.keep(this, { values: spellings ?? values, origins, taken } satisfies Admission);
    if (spellings === undefined) return undefined;
    return new Rewrite(
      replaceAt(call.args, this.#arg.path, spelling(new Map(values.map((value, index) => [value, spellings[index]])))),
    );
  }

  enter(
    call: GuardedCall,
    state: DirectState,
  ): Admission | Mint | (() => PolicyViolationError) | typeof ASK | undefined {
    if (this.#isLoose) return ASK;
    const lasting = this.#consumes ? undefined : this.#lastingMint(call, state);
    if (lasting !== undefined) return lasting;
    const operation = this.request(call);
    const answer = operation && state.sessions.requireFacts(operation, state.at(call.now));
    if (answer?.admitted === false) return this.#refusalBy(call, answer);
    this.admit(call, answer);
    return call.kept(this) as Admission | undefined;
  }

  // What was taken is used.
  readonly succeeded = nothingFollows;

  #lastingMint(call: GuardedCall, { sessions }: DirectState): Mint | undefined {
    const value = idText(this.#arg.readOne(call.args));
    if (value === undefined) return undefined;
    return sessions.lastingMint(call.run.sessionKey, this.#kind, value, this.#sources, this.#aboutOf(call));
  }

  factsUsed(call: GuardedCall): readonly UsedFact[] | undefined {
    const admission = call.kept(this) as Admission | Mint | undefined;
    if (admission !== undefined && 'origin' in admission)
      return [{ kind: this.#kind, value: idText(this.#arg.readOne(call.args)) as string, origin: admission.origin }];
    return admission?.values.map((value, index) => ({ kind: this.#kind, value, origin: admission.origins[index] }));
  }

  settle(call: GuardedCall, outcome: Outcome): FactGiveBack | undefined {
    const taken = (call.kept(this) as Partial<Admission> | undefined)?.taken;
    if (outcome.status !== 'refused' || taken === undefined || taken.length === 0) return undefined;
    return { op: 'fact.giveBack', session: call.run.sessionKey, taken };
  }

  #refusalBy(
    call: GuardedCall,
    answer: Extract<StoreAnswers['fact.require'], { admitted: false }>,
  ): () => PolicyViolationError {
    return () => this.#refusal(call, answer);
  }

  #refusal(
    call: GuardedCall,
    answer: Extract<StoreAnswers['fact.require'], { admitted: false }>,
  ): PolicyViolationError {
    if (answer.why !== 'missing') return this.#ambiguous(answer.value);
    const about = this.#about === undefined ? '' : ` for this ${this.#about}`;
    return this.#missing(answer.value, `was not proven${about}`, this.#aboutOf(call));
  }

  #aboutOf(call: GuardedCall): string | undefined {
    if (this.#about === undefined) return undefined;
    const args = call.args as Record<string, unknown>;
    const about = idText(Object.hasOwn(args, this.#about) ? args[this.#about] : undefined);
    if (about === undefined)
      throw this.#missing(undefined, `cannot be checked, because ${quoted(this.#about)} is missing`);
    return about;
  }

  #missing(value: unknown, why: string, about?: string): PolicyViolationError {
    const { path } = this.#arg;
    const shown = value === undefined ? '' : ` ${quoted(value)}`;
    return new PolicyViolationError({
      tool: this.#site.tool.id,
      code: 'MISSING_FACT',
      message: `${path}${shown} ${why} as ${this.#kind} in this session`,
      because: `The ${this.#kind}${shown} in ${quoted(path)} ${why}.`,
      tryInstead: this.#hint ?? this.#defaultHint(),
      details: { rule: this.#rule, arg: path, kind: this.#kind, value, ...(about !== undefined && { about }) },
    });
  }

  #ambiguous(value: string): PolicyViolationError {
    return new PolicyViolationError({
      tool: this.#site.tool.id,
      code: 'AMBIGUOUS_FACT',
      message: `${this.#arg.path} ${quoted(value)} fits more than one proven ${this.#kind}`,
      because: `${quoted(value)} fits more than one known ${this.#kind}.`,
      tryInstead: `Write the ${this.#kind} exactly as the tool returned it.`,
      details: { rule: this.#rule, arg: this.#arg.path, kind: this.#kind, value },
    });
  }

  /** Tools whose facts count here, as a model names them. */
  #provers(): readonly string[] {
    const { tool } = this.#sources;
    return tool === false ? [] : this.#site.tools.provers(this.#kind, tool === true ? undefined : tool);
  }

  // Only what can help is proposed: a model follows it to the letter.
  #defaultHint(): string {
    const provers = this.#provers();
    const mayAsk = this.#sources.user !== undefined;
    if (provers.length > 0) {
      const ask = mayAsk ? ', or ask the user for one' : '';
      return `Call ${provers.slice(0, 2).join(' or ')} first and use a value that it returned${ask}. Never invent one.`;
    }
    if (mayAsk) return `Use a ${this.#kind} that the user gave, or ask for it.`;
    return `No tool gives you a ${this.#kind}, so this cannot be done. Tell the user. Never invent one.`;
  }
}

/** Puts the proven spelling in the place of the one sent; an id that was proven as it is keeps its type. */
function spelling(proven: ReadonlyMap<string, string | undefined>): (leaf: unknown) => unknown {
  const replace = (leaf: unknown): unknown => {
    if (Array.isArray(leaf)) return Object.freeze(leaf.map(replace));
    const text = idText(leaf);
    const found = text === undefined ? undefined : proven.get(text);
    return found === undefined || found === text ? leaf : found;
  };
  return replace;
}

function sourcesOf(site: GuardSite, options: RequireFactOptions<unknown>, check: OptionCheck): FactSources {
  const from: unknown = options.from ?? ['tool', 'app'];
  const named: string[] = [];
  const list: unknown[] = Array.isArray(from) ? from : [];
  if (list.length === 0) check.problem('from', from, "must be a list of 'tool', 'app', 'user' or names of tools");
  for (const source of list) {
    if (source === 'tool' || source === 'app' || source === 'user') continue;
    const ids = typeof source === 'string' ? site.tools.idsOf(source) : [];
    if (ids.length === 0) {
      const similar = typeof source === 'string' ? site.tools.similar(source) : [];
      check.problem(
        'from',
        source,
        `names no tool of this host${similar.length > 0 ? `; did you mean ${similar.join(', ')}?` : ''}`,
      );
    }
    named.push(...ids);
  }
  const minLength = options.minLength === undefined ? 3 : check.positiveInteger('minLength');
  return {
    tool: list.includes('tool') || (named.length > 0 && named),
    app: list.includes('app'),
    user: list.includes('user') ? { minLength } : undefined,
  };
}
