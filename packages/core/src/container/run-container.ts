import { UsageError } from '../errors/usage-errors.js';
import type { AgentBinding, Binding, ClassBinding, FactoryBinding } from './binding.js';
import { Construction, construct, follow, type InstanceScope, refusePromise } from './construction.js';
import { currentInjection, withInjection } from './injection-context.js';
import { dispose, isDisposable, runAll, throwTogether } from './lifecycle.js';
import { nearMatches } from './near-match.js';
import type { Class } from './provider.js';
import type { Singletons } from './singletons.js';
import { tokenName } from './token.js';

/** Gives a run's instance of an agent that another class injects: the host's way to decide what is constructed. */
export type AgentInstance = (agentClass: Class<object>) => object;

/** The instances of one run: its agents and what is of scope `'run'`. */
export class RunContainer implements InstanceScope {
  readonly #singletons: Singletons;
  readonly #agents: ReadonlyMap<unknown, AgentBinding>;
  readonly #agentInstance: AgentInstance | undefined;
  // Made on first use: many runs are open, few of them construct much.
  #instances: Map<Binding, unknown> | undefined;
  #disposables: Set<object> | undefined;
  #disposed: Promise<void> | undefined;

  constructor(
    singletons: Singletons,
    agents: ReadonlyMap<unknown, AgentBinding>,
    agentInstance: AgentInstance | undefined,
  ) {
    this.#singletons = singletons;
    this.#agents = agents;
    this.#agentInstance = agentInstance;
  }

  /**
   * This run's instance of an agent, made on the first call: its dependencies as its module sees them, then itself.
   *
   * @param constructible a subclass to construct in its place
   * @throws {UsageError} `usage.agent_unknown` for a class that is not listed in `agents`; `usage.run_disposed` after
   *   `dispose`; `usage.provider_failed`, `usage.provider_missing`, `usage.provider_circular` and the like where it
   *   cannot be made, with the path in the message and in `details.path`
   */
  construct<T extends object>(agentClass: Class<T>, constructible?: Class<T>): T {
    const binding = this.#agents.get(agentClass);
    if (binding === undefined) throw this.#unknown(agentClass);
    if (this.#disposed !== undefined) {
      throw new UsageError(`${binding.name} cannot be constructed: its run is disposed`, {
        code: 'usage.run_disposed',
      });
    }
    const known = this.#instances?.get(binding);
    if (known !== undefined) return known as T;
    return this.#keep(binding, construct(binding, this, this.#under(), constructible)) as T;
  }

  resolve(binding: Binding, from: Construction | undefined): unknown {
    switch (binding.kind) {
      case 'value':
        return binding.value;
      case 'alias':
        return follow(binding, this, from);
      case 'agent':
        return this.#instances?.get(binding) ?? this.#agent(binding, from);
      case 'class':
      case 'factory':
        if (binding.scope === 'singleton') return this.#singletons.ready(binding, from);
        if (binding.scope === 'transient') return this.#make(binding, from);
        if (this.#instances?.has(binding)) return this.#instances.get(binding);
        return this.#keep(binding, this.#make(binding, from));
    }
  }

  /**
   * Closes what was constructed for this run, the last one first, by `Symbol.asyncDispose` or `Symbol.dispose`. Nothing
   * is constructed any more.
   *
   * @throws {AggregateError} with what failed, after everything was tried
   */
  dispose(): Promise<void> {
    this.#disposed ??= this.#close();
    return this.#disposed;
  }

  async #close(): Promise<void> {
    const instances = [...(this.#disposables ?? [])].reverse();
    this.#instances = undefined;
    this.#disposables = undefined;
    throwTogether(
      await runAll(instances.map((instance) => () => dispose(instance))),
      'disposing the providers of a run',
    );
  }

  #agent({ target }: AgentBinding, from: Construction | undefined): object {
    const instance = () => (this.#agentInstance === undefined ? this.construct(target) : this.#agentInstance(target));
    // The host knows nothing of the way here: `construct`, which it calls, finds it in the context.
    return from === undefined ? instance() : withInjection(from, instance);
  }

  #under(): Construction | undefined {
    const current = currentInjection();
    return current instanceof Construction && current.scope === this ? current : undefined;
  }

  #make(binding: ClassBinding | FactoryBinding, from: Construction | undefined): unknown {
    const made = construct(binding, this, from);
    if (binding.kind === 'factory') refusePromise(made, new Construction(binding, this, from));
    this.#disposeLater(made);
    return made;
  }

  #keep<T>(binding: Binding, made: T): T {
    this.#instances ??= new Map();
    this.#instances.set(binding, made);
    this.#disposeLater(made);
    return made;
  }

  #disposeLater(made: unknown): void {
    // A factory may give what another provider made, which is not this run's to close.
    if (!isDisposable(made) || this.#singletons.holds(made)) return;
    this.#disposables ??= new Set();
    this.#disposables.add(made);
  }

  #unknown(agentClass: unknown): UsageError {
    const name = tokenName(agentClass);
    const near = nearMatches(
      name,
      [...this.#agents.values()].map((agent) => agent.name),
    );
    const hint = near.length === 0 ? '' : ` (it has ${near.join(', ')})`;
    return new UsageError(`${name} is not an agent of this host${hint}: list it in agents of the host or of a module`, {
      code: 'usage.agent_unknown',
      details: { agent: name },
    });
  }
}
