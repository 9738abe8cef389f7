import { type ConfigurationProblem, UsageError } from '../errors/usage-errors.js';
import type { AgentBinding, Binding, ModuleNode } from './binding.js';
import { checkBindings } from './check-bindings.js';
import { throwTogether } from './lifecycle.js';
import { ambiguousMessage, missingMessage } from './missing-provider.js';
import { buildModuleGraph } from './module-graph.js';
import type { Class, Token } from './provider.js';
import { type AgentInstance, RunContainer } from './run-container.js';
import { Singletons } from './singletons.js';
import { tokenName } from './token.js';

/** What a host gives its container. Anything may be in the lists: each entry is checked. */
export interface ContainerOptions {
  readonly providers?: readonly unknown[] | undefined;
  readonly imports?: readonly unknown[] | undefined;
  readonly agents?: readonly unknown[] | undefined;
}

/** An agent of the host and the name of the module that it belongs to. */
export interface OwnedAgent {
  readonly agentClass: Class<object>;
  readonly module: string;
}

/**
 * Reads providers, modules and agents and reports everything that is wrong with them, without constructing anything.
 * With problems reported, the container is not fit for use.
 */
export function buildContainer(options: ContainerOptions, problems: ConfigurationProblem[]): Container {
  const { providers, imports, agents } = options;
  const root = buildModuleGraph({ providers, imports, agents }, problems);
  checkBindings(root.graph, problems);
  return new Container(root);
}

/** The providers and agents of a host. */
export class Container {
  /** The agents of the host and of all modules, imported modules first. */
  readonly agents: readonly OwnedAgent[];
  readonly #root: ModuleNode;
  readonly #agentBindings: ReadonlyMap<unknown, AgentBinding>;
  readonly #singletons = new Singletons();
  #initialised: Promise<void> | undefined;
  #disposed: Promise<void> | undefined;

  constructor(root: ModuleNode) {
    const agents = bindingsOf(root).filter((binding) => binding.kind === 'agent');
    this.agents = agents.map(({ target, module }) => ({ agentClass: target, module: module.name }));
    this.#agentBindings = new Map(agents.map((agent) => [agent.target, agent]));
    this.#root = root;
  }

  /**
   * Makes every singleton: factories first, awaited in the order of their `inject`, then classes in the order of their
   * dependencies; then calls `onHostInit` of each in the order of construction. A second call waits for the first.
   *
   * @throws {UsageError} `usage.provider_failed` with what a factory, a constructor or `onHostInit` threw as `cause`,
   *   or what `inject()` throws; everything that was made until then is closed first
   */
  initialise(): Promise<void> {
    if (this.#disposed !== undefined) return Promise.reject(closed());
    this.#initialised ??= this.#initialise();
    return this.#initialised;
  }

  /**
   * A singleton that the host itself sees: its own, or exported by a module that it imports.
   *
   * @throws {UsageError} `usage.provider_missing` if there is none, with what may have been meant;
   *   `usage.provider_scope` if it is an agent or not a singleton; `usage.provider_not_ready` before `initialise` is
   *   done; `usage.host_closed` after `dispose`
   */
  get<T>(token: Token<T>): T {
    if (this.#disposed !== undefined) throw closed();
    let binding = this.#find(this.#root, token);
    while (binding.kind === 'alias') binding = this.#find(binding.module, binding.inject[0] as Token);
    if (binding.scope === 'singleton') return this.#singletons.ready(binding, undefined) as T;
    const why =
      binding.kind === 'agent'
        ? 'is an agent and lives in a run: take it from the run'
        : `is of scope '${binding.scope}' and has no instance outside of what it is injected into`;
    throw new UsageError(`${tokenName(token)} ${why}`, {
      code: 'usage.provider_scope',
      details: { token: tokenName(token) },
    });
  }

  /**
   * The instances of a new run.
   *
   * @param agentInstance called for an agent that another class injects. @default constructs it as it is
   * @throws {UsageError} `usage.host_closed` after `dispose`
   */
  openRun(agentInstance?: AgentInstance): RunContainer {
    if (this.#disposed !== undefined) throw closed();
    return new RunContainer(this.#singletons, this.#agentBindings, agentInstance);
  }

  /**
   * Closes every singleton in reverse order of construction: `onHostClose`, then `Symbol.asyncDispose` or
   * `Symbol.dispose`. Of a `useValue` only `onHostClose` is called. Dispose the runs first.
   *
   * @throws {AggregateError} with what failed, after everything was tried
   */
  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #initialise(): Promise<void> {
    try {
      for (const binding of constructionOrder(bindingsOf(this.#root))) {
        if (binding.kind === 'value') this.#singletons.adopt(binding);
        else await this.#singletons.prepare(binding);
      }
      await this.#singletons.start();
    } catch (error) {
      throw withCloseErrors(error, await this.#singletons.close());
    }
  }

  async #dispose(): Promise<void> {
    // A host that is still being created closes what it made itself if it fails.
    await this.#initialised?.catch(() => {});
    throwTogether(await this.#singletons.close(), 'closing the providers of the host');
  }

  #find(module: ModuleNode, token: Token): Binding {
    const [found, ...others] = module.visible.get(token) ?? [];
    const details = { token: tokenName(token) };
    if (found === undefined)
      throw new UsageError(missingMessage(module, token), { code: 'usage.provider_missing', details });
    if (others.length === 0) return found;
    throw new UsageError(ambiguousMessage(module, token), { code: 'usage.provider_ambiguous', details });
  }
}

function bindingsOf({ graph }: ModuleNode): Binding[] {
  return graph.flatMap(({ own }) => [...own.values()]);
}

/**
 * Singletons: values, factories that need no class, other factories, classes. What a class asks for with `inject()` is
 * not declared, so this is what lets it find asynchronous factories finished.
 */
function constructionOrder(bindings: readonly Binding[]): Binding[] {
  const singletons = bindings.filter(({ scope }) => scope === 'singleton');
  const rank = (binding: Binding): number => {
    if (binding.kind === 'value') return 0;
    if (binding.kind === 'class') return 3;
    return needsClass(binding, new Set()) ? 2 : 1;
  };
  const ranked = singletons.map((binding) => ({ binding, rank: rank(binding) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ binding }) => binding);
}

function needsClass(binding: Binding, seen: Set<Binding>): boolean {
  if (binding.kind === 'class') return true;
  if (seen.has(binding)) return false;
  seen.add(binding);
  return binding.inject.some((token) => {
    const [dependency] = binding.module.visible.get(token) ?? [];
    return dependency !== undefined && needsClass(dependency, seen);
  });
}

function withCloseErrors(error: unknown, closeErrors: readonly unknown[]): unknown {
  if (closeErrors.length === 0 || !(error instanceof UsageError)) return error;
  const { code, cause, details, message } = error;
  const more = `closing what was made until then failed too (${closeErrors.length}, see details.closeErrors)`;
  return new UsageError(`${message}; ${more}`, { code, cause, details: { ...details, closeErrors } });
}

function closed(): UsageError {
  return new UsageError('the host is closed', { code: 'usage.host_closed' });
}
