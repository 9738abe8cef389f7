import type {
  Class,
  ClassProvider,
  ExistingProvider,
  Provider,
  ProviderScope,
  ScopedFactoryProvider,
  SingletonFactoryProvider,
  Token,
  ValueProvider,
} from './provider.js';

/**
 * What the compiler infers a list of providers against. `readonly []` makes it read `inject` as a tuple, so that each
 * token keeps its place.
 */
export type ProviderShapes =
  | readonly (
      | Class
      | {
          /** The token that stands for it. */
          readonly provide: Token;
          /** Tokens of the parameters of `useFactory`, in their order. */
          readonly inject?: readonly [] | readonly Token[];
          /** How long what it makes lives. */
          readonly scope?: ProviderScope;
        }
    )[]
  | [];

/**
 * A list of providers, each checked on its own: `useValue`, `useClass` and what `useFactory` returns against the class
 * in `provide`, the parameters of `useFactory` (which need a type annotation) against the tokens in `inject`.
 * A wrong one is reported at the property that is wrong.
 */
export type ProviderList<Providers extends ProviderShapes = readonly Provider[]> = {
  readonly [Index in keyof Providers]: CheckedProvider<Providers[Index]>;
};

// Not `P & ExpectedProvider<P>`: an error message then compares with what was expected, not with an intersection.
type CheckedProvider<P> = P extends Class
  ? P
  : P extends ExpectedProvider<P>
    ? Exclude<keyof P, ProviderOption> extends never
      ? P
      : ExpectedProvider<P>
    : ExpectedProvider<P>;

type ExpectedProvider<P> = P extends { readonly useFactory: unknown }
  ? P extends { readonly scope: 'run' | 'transient' }
    ? ScopedFactoryProvider<ProvidedBy<P>, DependenciesOf<P>>
    : SingletonFactoryProvider<ProvidedBy<P>, DependenciesOf<P>>
  : P extends { readonly useValue: unknown }
    ? ValueProvider<ProvidedBy<P>>
    : P extends { readonly useClass: unknown }
      ? ClassProvider<ProvidedBy<P>>
      : P extends { readonly useExisting: unknown }
        ? ExistingProvider<ProvidedBy<P>>
        : // No factory here: it would give the parameters of every factory a type before `inject` is known.
          Class | ClassProvider | ValueProvider | ExistingProvider;

type ProviderOption = 'provide' | 'useClass' | 'useValue' | 'useFactory' | 'useExisting' | 'inject' | 'scope';

type ProvidedBy<P> = P extends { readonly provide: abstract new (...args: never[]) => infer T } ? T : unknown;

type DependenciesOf<P> = P extends { readonly inject?: infer Dependencies }
  ? NonNullable<Dependencies> extends readonly Token[]
    ? NonNullable<Dependencies>
    : readonly []
  : readonly [];
