import { contextBag, legacyBag, ownRecord } from '../agent/class-record.js';
import type { InjectedAll, ProviderScope, Token } from './provider.js';

/** Options of `@Injectable`. */
export interface InjectableOptions<Dependencies extends readonly Token[] = readonly Token[]> {
  /**
   * Tokens of the constructor's parameters, in their order. Classes are checked against the parameters' types; symbols
   * and texts fit any parameter.
   *
   * @default none, or those of the class that it extends
   */
  readonly inject?: Dependencies;

  /** How long an instance lives. `scope` of a `{ provide, useClass, scope }` wins. @default 'singleton' */
  readonly scope?: ProviderScope;
}

/** A class decorator for classes whose constructor takes what the tokens stand for. */
export type InjectableDecorator<Dependencies extends readonly Token[]> = <
  Target extends abstract new (
    ...args: InjectedAll<Dependencies>
  ) => object,
>(
  target: Target,
  context?: ClassDecoratorContext<Target>,
) => void;

/**
 * Says what the host passes to a class's constructor and how long an instance lives. A class without dependencies, or
 * one that only uses `inject()`, needs no `@Injectable`.
 *
 * What cannot be provided is reported when the host is created.
 *
 * @example
 * @Injectable({ inject: [Pool, Logger] })
 * class OrderRepository {
 *   constructor(pool: Pool, logger: Logger) { … }
 * }
 */
export function Injectable<const Dependencies extends readonly Token[] = readonly []>(
  options: InjectableOptions<Dependencies> = {},
): InjectableDecorator<Dependencies> {
  const { inject, scope } = options;
  return (target, context) => {
    const bag = context === undefined ? legacyBag(target) : contextBag(context);
    ownRecord(bag).injectable = { inject, scope };
  };
}
