import { UsageError } from '../errors/usage-errors.js';
import { isThenable } from '../store/thenable.js';
import type { AgentBinding, Binding, ClassBinding, FactoryBinding } from './binding.js';
import { type InjectionContext, withInjection } from './injection-context.js';
import { ambiguousMessage, missingMessage } from './missing-provider.js';
import type { Class, Token } from './provider.js';

/** Hands out instances of one life time: those of the host, or those of one run. */
export interface InstanceScope {
  /** What a binding stands for in this scope, constructed where it is missing. `from` is who needs it. */
  resolve(binding: Binding, from: Construction | undefined): unknown;
}

/** An error that already says what could not be provided and for whom: whoever needed it passes it on as it is. */
export class ResolutionError extends UsageError {}

/**
 * One construction under way, linked to the one that needs it. The chain is never changed, so nothing must be unwound
 * when a constructor throws, or when a factory is awaited.
 */
export class Construction implements InjectionContext {
  readonly binding: Binding;
  readonly scope: InstanceScope;
  readonly #neededBy: Construction | undefined;

  /** @throws {UsageError} `usage.provider_circular` if `neededBy` leads back to the same binding */
  constructor(binding: Binding, scope: InstanceScope, neededBy: Construction | undefined) {
    this.binding = binding;
    this.scope = scope;
    this.#neededBy = neededBy;
    for (let step = neededBy; step !== undefined; step = step.#neededBy) {
      if (step.binding !== binding) continue;
      throw this.error('usage.provider_circular', (path) => `${binding.name} needs itself: ${path}`);
    }
  }

  /** The names on the way to this construction, `A -> B -> C`. */
  get path(): string {
    const here = this.binding.name;
    return this.#neededBy === undefined ? here : `${this.#neededBy.path} -> ${here}`;
  }

  /** What a token stands for in the module of what is constructed; `undefined` only if it may be missing and is. */
  find(token: Token): Binding;
  find(token: Token, optional: boolean): Binding | undefined;
  find(token: Token, optional = false): Binding | undefined {
    const { module } = this.binding;
    const [found, ...others] = module.visible.get(token) ?? [];
    if (found === undefined && !optional) {
      throw this.error('usage.provider_missing', (path) => `${path}: ${missingMessage(module, token)}`);
    }
    if (others.length > 0) {
      throw this.error('usage.provider_ambiguous', (path) => `${path}: ${ambiguousMessage(module, token)}`);
    }
    return found;
  }

  inject(token: Token, optional: boolean): unknown {
    const found = this.find(token, optional);
    return found && this.scope.resolve(found, this);
  }

  error(code: string, message: (path: string) => string, cause?: unknown): ResolutionError {
    const { path } = this;
    return new ResolutionError(message(path), { code, cause, details: { provider: this.binding.name, path } });
  }

  /** What went wrong while this was constructed, naming it and the way to it. */
  failure(cause: unknown): ResolutionError {
    if (cause instanceof ResolutionError) return cause;
    const { kind, name, module, option } = this.binding;
    const what = kind === 'factory' ? 'factory' : 'constructor';
    const why = cause instanceof Error ? cause.message : String(cause);
    return this.error(
      'usage.provider_failed',
      (path) => `${name} could not be made, its ${what} failed (${path}; ${option} of ${module.name}): ${why}`,
      cause,
    );
  }
}

/**
 * Makes what a binding stands for: its dependencies, then itself. `inject()` works meanwhile.
 *
 * @param constructible a class to construct in place of the binding's own
 * @throws {UsageError} `usage.provider_failed` with what a constructor or factory threw as `cause`; what `find` and a
 *   circular dependency throw
 */
export function construct(
  binding: ClassBinding | FactoryBinding | AgentBinding,
  scope: InstanceScope,
  neededBy: Construction | undefined,
  constructible?: Class<object>,
): unknown {
  const construction = new Construction(binding, scope, neededBy);
  try {
    return withInjection(construction, () => {
      const dependencies = binding.inject.map((token) => construction.inject(token, false));
      if (binding.kind === 'factory') return binding.create(...dependencies);
      return new (constructible ?? binding.target)(...(dependencies as never[]));
    });
  } catch (error) {
    throw construction.failure(error);
  }
}

/** What an alias stands for in a scope. */
export function follow(alias: Binding, scope: InstanceScope, neededBy: Construction | undefined): unknown {
  const construction = new Construction(alias, scope, neededBy);
  return alias.inject.map((token) => construction.inject(token, false))[0];
}

/** Refuses the promise of a factory that has to be synchronous. */
export function refusePromise(made: unknown, construction: Construction): void {
  if (!isThenable(made)) return;
  // The refusal is what is reported; how the promise ends would only be an unhandled rejection.
  Promise.resolve(made).catch(() => {});
  const { name, scope } = construction.binding;
  throw construction.error(
    'usage.provider_scope',
    (path) =>
      `${path}: the factory of ${name} returned a promise, but its scope is '${scope}' and constructing cannot wait: ` +
      "give it scope 'singleton', or make it synchronous",
  );
}
