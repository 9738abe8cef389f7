import { isThenable } from '../store/thenable.js';
import type { Binding, ClassBinding, FactoryBinding, ValueBinding } from './binding.js';
import { Construction, construct, follow, type InstanceScope, refusePromise } from './construction.js';
import { HeldInstances } from './held-instances.js';
import { isDisposable } from './lifecycle.js';

/** The instances that live as long as the host. Constructing happens only while it is created. */
export class Singletons implements InstanceScope {
  readonly #held = new HeldInstances();
  readonly #values = new Map<Binding, unknown>();
  // What an asynchronous factory returned, until it is there: who asks meanwhile must not call it again.
  readonly #pending = new Map<FactoryBinding, Promise<unknown>>();
  readonly #prepared = new Set<Binding>();

  /** Whether the host looks after this object, so that nobody else disposes it. */
  holds(instance: object): boolean {
    return this.#held.has(instance);
  }

  resolve(binding: Binding, from: Construction | undefined): unknown {
    switch (binding.kind) {
      case 'value':
        return binding.value;
      case 'alias':
        return follow(binding, this, from);
      case 'agent':
        throw needsRun(new Construction(binding, this, from), 'an agent');
      case 'class':
      case 'factory':
        if (binding.scope === 'run') throw needsRun(new Construction(binding, this, from), "of scope 'run'");
        if (binding.scope === 'transient') return this.#makeTransient(binding, from);
        return this.#values.has(binding) ? this.#values.get(binding) : this.#makeNow(binding, from);
    }
  }

  /**
   * An instance that is already made.
   *
   * @throws {UsageError} `usage.provider_not_ready` before the host is created and after it is closed
   */
  ready(binding: Binding, from: Construction | undefined): unknown {
    if (this.#values.has(binding)) return this.#values.get(binding);
    const here = new Construction(binding, this, from);
    throw here.error('usage.provider_not_ready', (path) => `${path}: the host is not open, it constructs nothing now`);
  }

  /** Takes in what the user made. */
  adopt(binding: ValueBinding): void {
    this.#values.set(binding, binding.value);
    this.#held.add(binding.value, binding.name, 'hooks');
  }

  /**
   * Makes a singleton, and before it everything that it declares to need, awaiting what is asynchronous. Of what is no
   * singleton only the dependencies are made.
   */
  async prepare(binding: Binding, from?: Construction): Promise<void> {
    const here = new Construction(binding, this, from);
    if (this.#prepared.has(binding)) return;
    this.#prepared.add(binding);
    for (const token of binding.inject) await this.prepare(here.find(token), here);
    if (binding.scope !== 'singleton' || this.#values.has(binding)) return;
    if (binding.kind === 'class') this.#keep(binding, construct(binding, this, from));
    if (binding.kind === 'factory') await this.#makeAwaited(binding, from, here);
  }

  /** Calls `onHostInit` of all that was made, in the order in which it was. */
  start(): Promise<void> {
    return this.#held.start();
  }

  /** Closes all that was made, the last one first, and returns what failed. */
  async close(): Promise<unknown[]> {
    for (const [binding, pending] of this.#pending) {
      // Nobody waited for it, but it is open now all the same.
      await pending.then((made) => this.#keep(binding, made)).catch(() => {});
    }
    this.#values.clear();
    return this.#held.close();
  }

  async #makeAwaited(binding: FactoryBinding, from: Construction | undefined, here: Construction): Promise<void> {
    try {
      const made = this.#pending.get(binding) ?? this.#call(binding, from);
      this.#keep(binding, isThenable(made) ? await made : made);
    } catch (error) {
      throw here.failure(error);
    } finally {
      this.#pending.delete(binding);
    }
  }

  #makeNow(binding: ClassBinding | FactoryBinding, from: Construction | undefined): unknown {
    const made =
      binding.kind === 'class'
        ? construct(binding, this, from)
        : (this.#pending.get(binding) ?? this.#call(binding, from));
    if (binding.kind === 'class' || !isThenable(made)) return this.#keep(binding, made);
    throw new Construction(binding, this, from).error(
      'usage.provider_not_ready',
      (path) =>
        `${path}: the factory of ${binding.name} is asynchronous and has not finished, and inject() cannot wait; ` +
        'name it in the inject list of the provider that calls inject(), so that the host waits first',
    );
  }

  #makeTransient(binding: ClassBinding | FactoryBinding, from: Construction | undefined): unknown {
    const made = construct(binding, this, from);
    if (binding.kind === 'factory') refusePromise(made, new Construction(binding, this, from));
    if (isDisposable(made)) this.#held.add(made, binding.name, 'dispose');
    return made;
  }

  #call(binding: FactoryBinding, from: Construction | undefined): unknown {
    const made = construct(binding, this, from);
    if (!isThenable(made)) return made;
    const pending = Promise.resolve(made);
    // It may fail while nobody waits for it yet.
    pending.catch(() => {});
    this.#pending.set(binding, pending);
    return pending;
  }

  #keep<T>(binding: Binding, made: T): T {
    this.#values.set(binding, made);
    this.#held.add(made, binding.name, 'full');
    return made;
  }
}

function needsRun(construction: Construction, what: string): Error {
  const { name } = construction.binding;
  return construction.error(
    'usage.provider_scope',
    (path) => `${path}: ${name} is ${what} and lives in a run, but what needs it lives as long as the host`,
  );
}
