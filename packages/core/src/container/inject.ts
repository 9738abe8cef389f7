import { UsageError } from '../errors/usage-errors.js';
import { currentInjection } from './injection-context.js';
import type { Token } from './provider.js';
import { tokenName } from './token.js';

/** Options of `inject`. */
export interface InjectOptions {
  /** Whether the answer is `undefined` where nothing provides the token, instead of an error. @default false */
  readonly optional?: boolean;
}

/**
 * What the host provides for a token: in a field initialiser, a constructor or a constructor default of a class that
 * the host constructs (an agent, a provider), or in the part of a factory that runs before its first `await`.
 * A class gives its instance; for a symbol or a text say what it gives: `inject<Config>(CONFIG)`.
 *
 * @throws {UsageError} `usage.inject_outside` anywhere else; `usage.provider_missing` if nothing visible there provides
 *   the token; `usage.provider_circular` if that is what is being constructed; `usage.provider_scope` if a singleton
 *   asks for something that lives in a run
 *
 * @example
 * class OrderAgent {
 *   readonly #orders = inject(OrderRepository);
 *   readonly #tracer = inject<Tracer>(TRACER, { optional: true });
 * }
 */
export function inject<T>(token: Token<T>, options?: InjectOptions & { readonly optional?: false }): T;
export function inject<T>(token: Token<T>, options: InjectOptions): T | undefined;
export function inject<T>(token: Token<T>, options: InjectOptions = {}): T | undefined {
  const context = currentInjection();
  if (context === undefined) {
    throw new UsageError(
      `inject(${tokenName(token)}) was called while the host constructs nothing. It works in a field initialiser, a ` +
        'constructor or a constructor default of a class that the host constructs, before any await; not in a method ' +
        'or callback, nor where a test calls `new` itself. Keep its result in a field, or take a constructor parameter; in a test construct with withProviders of @actguard/core/testing.',
      { code: 'usage.inject_outside', details: { token: tokenName(token) } },
    );
  }
  return context.inject(token, options.optional === true) as T | undefined;
}
