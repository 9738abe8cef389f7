import type { ConfigurationProblem } from '../errors/usage-errors.js';
import type { AgentBinding, Binding, ModuleNode, ValueBinding } from './binding.js';
import { nearMatches } from './near-match.js';
import type { ProviderScope, Token } from './provider.js';
import { readClass } from './read-class.js';
import { readClassDependencies, readDependencies } from './read-dependencies.js';
import { isClass, isToken, tokenName, UNDEFINED_CLASS } from './token.js';

/** Where a provider or agent is listed, and where what is wrong with it goes. */
export interface ListingSite {
  readonly module: ModuleNode;
  /** Such as `providers[2]`. */
  readonly option: string;
  readonly problems: ConfigurationProblem[];
}

const KINDS = ['useClass', 'useValue', 'useFactory', 'useExisting'] as const;
type ProviderKind = (typeof KINDS)[number];
const OPTIONS: Record<ProviderKind, readonly string[]> = {
  useClass: ['provide', 'useClass', 'scope'],
  useValue: ['provide', 'useValue'],
  useFactory: ['provide', 'useFactory', 'inject', 'scope'],
  useExisting: ['provide', 'useExisting'],
};
const SCOPES: readonly unknown[] = ['singleton', 'run', 'transient'] satisfies ProviderScope[];

/** Reads an entry of `providers`; what is wrong with it is reported. No binding if even its token is not known. */
export function readProvider(entry: unknown, site: ListingSite): Binding | undefined {
  if (typeof entry === 'function') return readClassProvider(entry, entry as unknown as Token, undefined, site);
  if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) return readProviderObject(entry, site);
  const problem = entry === undefined ? UNDEFINED_CLASS : 'is not a provider: give a class or { provide, use… }';
  return refuse(site, undefined, problem, entry);
}

/** Reads an entry of `agents`; what is wrong with it is reported, and then there is no binding. */
export function readAgent(entry: unknown, site: ListingSite): AgentBinding | undefined {
  if (!isClass(entry)) {
    refuse(site, undefined, entry === undefined ? UNDEFINED_CLASS : 'is not a class', entry);
    return undefined;
  }
  const declared = readClass(entry);
  const name = tokenName(entry);
  const inject = readClassDependencies(entry, declared, name, site.problems);
  const { injectOption } = declared;
  return {
    kind: 'agent',
    token: entry,
    name,
    module: site.module,
    inject,
    option: site.option,
    injectOption,
    target: entry,
    scope: 'run',
  };
}

function readProviderObject(entry: object, site: ListingSite): Binding | undefined {
  const options = entry as { readonly [option: string]: unknown };
  const token = Object.hasOwn(entry, 'provide') ? options['provide'] : undefined;
  if (!isToken(token)) {
    const why = token === undefined ? 'is missing or undefined (do two files import each other?)' : 'is not a token';
    return refuse(site, undefined, `provide ${why}: name a class, a symbol or a text`, token);
  }
  const [kind, ...otherKinds] = KINDS.filter((key) => Object.hasOwn(entry, key));
  if (otherKinds.length > 0) return refuse(site, token, `has both ${kind} and ${otherKinds.join(' and ')}: give one`);
  const misplaced = misplacedOption(options, kind);
  if (misplaced !== undefined) return refuse(site, token, misplaced);
  if (kind === undefined) return refuse(site, token, `needs one of ${KINDS.join(', ')}`);
  const value = options[kind];
  const base = {
    token,
    name: tokenName(token),
    module: site.module,
    option: site.option,
    inject: [],
    injectOption: `${site.option}.inject`,
  };
  if (kind === 'useValue') return { ...base, kind: 'value', value, scope: 'singleton' };
  if (value === undefined) return refuse(site, token, `${kind} ${UNDEFINED_CLASS}`);
  if (kind === 'useExisting') {
    if (!isToken(value)) return refuse(site, token, 'useExisting is not a token', value);
    return { ...base, kind: 'alias', scope: 'alias', inject: [value], injectOption: `${site.option}.useExisting` };
  }
  if (kind === 'useClass') return readClassProvider(value, token, options['scope'], site);
  if (typeof value !== 'function') return refuse(site, token, 'useFactory is not a function', value);
  const scope = readScope(options['scope'], token, site);
  const inject = readDependencies(options['inject'], {
    className: base.name,
    option: base.injectOption,
    problems: site.problems,
  });
  // Called as a method of the provider's object, as it looks there.
  const create = (...dependencies: unknown[]): unknown => Reflect.apply(value, entry, dependencies);
  return { ...base, kind: 'factory', create, scope, inject };
}

function misplacedOption(
  options: { readonly [option: string]: unknown },
  kind: ProviderKind | undefined,
): string | undefined {
  const known = kind === undefined ? ['provide', 'scope', 'inject', ...KINDS] : OPTIONS[kind];
  // An option given as undefined counts as not given.
  const misplaced = Object.keys(options).find((key) => !known.includes(key) && options[key] !== undefined);
  if (misplaced === undefined) return undefined;
  const [near] = nearMatches(misplaced, known);
  const hint = near === undefined ? `${kind ?? 'a provider'} takes ${known.join(', ')}` : `did you mean ${near}?`;
  return `option ${misplaced} has no meaning here: ${hint}`;
}

function readClassProvider(target: unknown, token: Token, scope: unknown, site: ListingSite): Binding | undefined {
  if (!isClass(target))
    return refuse(site, token, 'is not a class; useFactory calls a function, useValue gives a value', target);
  const declared = readClass(target);
  if (declared.isAgent) {
    return refuse(site, token, 'is an agent: list it in agents; as a provider its tools would run unguarded', target);
  }
  const checkedScope = readScope(scope ?? declared.scope, token, site);
  const inject = readClassDependencies(target, declared, tokenName(target), site.problems);
  const { module, option } = site;
  const { injectOption } = declared;
  return {
    kind: 'class',
    token,
    name: tokenName(token),
    module,
    inject,
    option,
    injectOption,
    target,
    scope: checkedScope,
  };
}

function readScope(scope: unknown, token: Token, site: ListingSite): ProviderScope {
  if (scope === undefined || SCOPES.includes(scope)) return (scope ?? 'singleton') as ProviderScope;
  refuse(site, token, `scope must be one of ${SCOPES.join(', ')}`, scope);
  return 'singleton';
}

/** Reports; a token that is known is still bound, so that who needs it is not reported too. */
function refuse(
  site: ListingSite,
  token: Token | undefined,
  message: string,
  value?: unknown,
): ValueBinding | undefined {
  const { module, option, problems } = site;
  const name = token === undefined ? module.name : tokenName(token);
  problems.push({ code: 'usage.provider_invalid', className: name, option, value, message });
  return token === undefined
    ? undefined
    : {
        kind: 'value',
        token,
        name,
        module,
        option,
        inject: [],
        injectOption: option,
        value: undefined,
        scope: 'singleton',
      };
}
