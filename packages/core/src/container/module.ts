import { contextBag, legacyBag, ownRecord } from '../agent/class-record.js';
import type { Class, Provider, Token } from './provider.js';
import type { ProviderList, ProviderShapes } from './provider-list.js';

/** What a module consists of. */
export interface ModuleOptions<Providers extends ProviderShapes = readonly Provider[]> {
  /** Modules whose exports this one sees. @default none */
  readonly imports?: readonly ModuleImport[];

  /** What this module provides, to itself and to whom it exports it. @default none */
  readonly providers?: ProviderList<Providers>;

  /** Agents that belong to this module: they see what it sees. An agent belongs to one module. @default none */
  readonly agents?: readonly Class<object>[];

  /**
   * What a module that imports this one sees of it: tokens of its own providers and agents, tokens that it imports, or
   * whole modules that it imports. @default nothing
   */
  readonly exports?: readonly (Token | DynamicModule)[];
}

/**
 * A module made by a call, such as `DatabaseModule.forRoot({ url })`. What it lists is added to what `@Module` of
 * `module` says. Each object is a module of its own, the same object imported twice is one.
 */
export interface DynamicModule extends ModuleOptions {
  /** The module's class, which gives it its name; `@Module` is optional on it. */
  readonly module: Class<object>;
}

/** A class marked `@Module`, or a dynamic module. */
export type ModuleImport = Class<object> | DynamicModule;

/** A class decorator for modules. */
export type ModuleDecorator = <Target extends abstract new (...args: never[]) => object>(
  target: Target,
  context?: ClassDecoratorContext<Target>,
) => void;

/**
 * Groups providers and agents. A provider or agent sees the providers of its own module and what the modules that it
 * imports export, nothing else: there are no global modules, and what the host itself provides is not visible in the
 * modules that it imports. A module imported in several places is one. Module classes are not constructed.
 *
 * Exports that are neither own nor imported, and modules that import each other, are reported when the host is
 * created.
 *
 * @example
 * @Module({
 *   imports: [DatabaseModule],
 *   providers: [OrderRepository],
 *   agents: [OrderAgent],
 *   exports: [OrderRepository],
 * })
 * class OrderModule {}
 */
export function Module<Providers extends ProviderShapes = readonly Provider[]>(
  options: ModuleOptions<Providers> = {},
): ModuleDecorator {
  const declared = { ...options };
  return (target, context) => {
    const bag = context === undefined ? legacyBag(target) : contextBag(context);
    ownRecord(bag).module = declared;
  };
}
