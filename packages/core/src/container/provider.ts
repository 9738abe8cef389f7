/** A class that can be constructed. */
export type Class<T = unknown> = new (...args: never[]) => T;

/** What a provider is found by: its class (abstract too), a symbol or a text. */
export type Token<T = unknown> = (abstract new (...args: never[]) => T) | symbol | string;

/**
 * How long what a provider makes lives: one for the host (`'singleton'`), one for each run (`'run'`), or a new one
 * wherever it is injected (`'transient'`).
 */
export type ProviderScope = 'singleton' | 'run' | 'transient';

/**
 * What is injected for a token: an instance of the class. Symbols and texts say nothing about it, so they fit a
 * parameter of any type (`never` is assignable to all).
 */
export type Injected<T> = T extends abstract new (...args: never[]) => infer Instance ? Instance : never;

/** The parameters that a list of tokens fills, in its order. */
export type InjectedAll<Tokens extends readonly Token[]> = number extends Tokens['length']
  ? never[]
  : { -readonly [Index in keyof Tokens]: Injected<Tokens[Index]> };

/** Constructs `useClass` wherever `provide` is asked for. */
export interface ClassProvider<T = unknown> {
  /** The token that stands for it. */
  readonly provide: Token<T>;
  /** What is constructed; its `@Injectable({ inject })` says with what. */
  readonly useClass: Class<T>;
  /** @default the scope of its `@Injectable`, or `'singleton'` */
  readonly scope?: ProviderScope;
  readonly useValue?: never;
  readonly useFactory?: never;
  readonly useExisting?: never;
  readonly inject?: never;
}

/**
 * Gives a value that the application made. The host calls its `onHostInit` and `onHostClose`, but never disposes it:
 * who made it closes it.
 */
export interface ValueProvider<T = unknown> {
  /** The token that stands for it. */
  readonly provide: Token<T>;
  /** Handed out as it is, whatever it is. */
  readonly useValue: T;
  readonly scope?: never;
  readonly useClass?: never;
  readonly useFactory?: never;
  readonly useExisting?: never;
  readonly inject?: never;
}

interface AnyFactoryProvider<T, Dependencies extends readonly Token[]> {
  /** The token that stands for it. */
  readonly provide: Token<T>;
  /** Tokens of the parameters of `useFactory`, in their order. @default none */
  readonly inject?: Dependencies;
  readonly useClass?: never;
  readonly useValue?: never;
  readonly useExisting?: never;
}

/** Calls `useFactory` once for the host. An asynchronous one is awaited before the host is handed out. */
export interface SingletonFactoryProvider<T = unknown, Dependencies extends readonly Token[] = readonly Token[]>
  extends AnyFactoryProvider<T, Dependencies> {
  /** Makes it, from what the tokens in `inject` stand for. A promise is awaited before the host is handed out. */
  readonly useFactory: (...dependencies: InjectedAll<Dependencies>) => T | PromiseLike<T>;
  /** @default 'singleton' */
  readonly scope?: 'singleton';
}

/** Calls `useFactory` once for each run, or for each injection. It must be synchronous: constructing is. */
export interface ScopedFactoryProvider<T = unknown, Dependencies extends readonly Token[] = readonly Token[]>
  extends AnyFactoryProvider<T, Dependencies> {
  /** Makes it, from what the tokens in `inject` stand for. No promise: whoever injects it gets what this returns. */
  readonly useFactory: (...dependencies: InjectedAll<Dependencies>) => T;
  /** `'run'`: once for each run; `'transient'`: wherever it is injected. */
  readonly scope: 'run' | 'transient';
}

/**
 * Calls a function for what `provide` stands for. What it returns belongs to the host, which disposes it, unless
 * another provider already gave that very object.
 */
export type FactoryProvider<T = unknown, Dependencies extends readonly Token[] = readonly Token[]> =
  | SingletonFactoryProvider<T, Dependencies>
  | ScopedFactoryProvider<T, Dependencies>;

/** Another name for what is provided under `useExisting`: the same instance, of the same scope. */
export interface ExistingProvider<T = unknown> {
  /** The token that stands for it, too. */
  readonly provide: Token<T>;
  /** The token that it is already provided under. */
  readonly useExisting: Token<T>;
  readonly scope?: never;
  readonly useClass?: never;
  readonly useValue?: never;
  readonly useFactory?: never;
  readonly inject?: never;
}

/**
 * How a token gets its value: a class (its own token), or an object with `provide` and one of `useClass`, `useValue`,
 * `useFactory`, `useExisting`.
 *
 * @example
 * const providers: Provider[] = [
 *   OrderRepository,
 *   { provide: Clock, useClass: SystemClock },
 *   { provide: DATABASE_URL, useValue: 'postgres://…' },
 *   { provide: Pool, inject: [DATABASE_URL], useFactory: async (url: string) => Pool.connect(url) },
 * ];
 */
export type Provider<T = unknown> =
  | Class<T>
  | ClassProvider<T>
  | ValueProvider<T>
  | FactoryProvider<T>
  | ExistingProvider<T>;
