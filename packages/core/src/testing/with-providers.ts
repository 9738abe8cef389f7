import { withInjection } from '../container/injection-context.js';
import type { Token } from '../container/provider.js';
import { tokenName } from '../container/token.js';
import { UsageError } from '../errors/usage-errors.js';

/**
 * Constructs a plain, unguarded class whose fields use `inject`, for a unit test without a host:
 * `withProviders([[OrderRepository, fake]], () => new OrderAgent())`.
 *
 * @throws {UsageError} `usage.provider_missing` where the class injects what is not given
 */
export function withProviders<T>(
  provided: readonly (readonly [token: Token, value: unknown])[],
  construct: () => T,
): T {
  const values = new Map<Token, unknown>(provided);
  return withInjection(
    {
      inject(token, optional) {
        if (values.has(token) || optional) return values.get(token);
        throw new UsageError(`withProviders was not given ${tokenName(token)}`, { code: 'usage.provider_missing' });
      },
    },
    construct,
  );
}
