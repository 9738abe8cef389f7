import type { Class, ProviderScope, Token } from './provider.js';

interface BindingBase {
  readonly token: Token;
  /** The token, for messages. */
  readonly name: string;
  /** The module that declares it: its dependencies are looked up there. */
  readonly module: ModuleNode;
  /** Tokens that it declares to need, in the order of its parameters. */
  readonly inject: readonly Token[];
  /** Where it is declared, such as `providers[2]`. */
  readonly option: string;
  /** Where its dependencies are declared, such as `Injectable.inject`. */
  readonly injectOption: string;
}

/** A class that the host constructs. */
export interface ClassBinding extends BindingBase {
  readonly kind: 'class';
  readonly target: Class<object>;
  readonly scope: ProviderScope;
}

/** A function that the host calls. */
export interface FactoryBinding extends BindingBase {
  readonly kind: 'factory';
  readonly create: (...dependencies: unknown[]) => unknown;
  readonly scope: ProviderScope;
}

/** A value that the user made. */
export interface ValueBinding extends BindingBase {
  readonly kind: 'value';
  readonly value: unknown;
  readonly scope: 'singleton';
}

/** Another name of what its only dependency stands for. */
export interface AliasBinding extends BindingBase {
  readonly kind: 'alias';
  readonly scope: 'alias';
}

/** An agent: one for each run. */
export interface AgentBinding extends BindingBase {
  readonly kind: 'agent';
  readonly target: Class<object>;
  readonly scope: 'run';
}

/** What a token stands for in the module that declares it. */
export type Binding = ClassBinding | FactoryBinding | ValueBinding | AliasBinding | AgentBinding;

/** A module of a host, or the host itself, with everything resolved to bindings. */
export interface ModuleNode {
  readonly name: string;
  /** The module's class; none for the host itself. */
  readonly moduleClass: Class<object> | undefined;
  /** Providers and agents declared here. */
  readonly own: ReadonlyMap<Token, Binding>;
  /** What a module that imports this one sees; several bindings where two imports export one token. */
  readonly exported: ReadonlyMap<Token, ReadonlySet<Binding>>;
  /** What providers and agents declared here see. */
  readonly visible: ReadonlyMap<Token, ReadonlySet<Binding>>;
  /** Every module of the host, imported ones before those that import them, the host itself last. */
  readonly graph: readonly ModuleNode[];
}
