import type { Guard } from './guard.js';
import type { GuardSite } from './guard-site.js';

/** Whether a guard stops a call or only reports that it would have. */
export type Mode = 'enforce' | 'observe';

/** A kind of guard: how its declarations become guards of a tool. */
export interface GuardDefinition<Options = unknown> {
  /** Name of the kind: `rateLimit`, `prove`. Two declarations of one kind on a method are an error unless they add up. */
  readonly kind: string;
  /** Declarations add up, also over inheritance, instead of the nearest one replacing the others. @default false */
  readonly repeatable?: boolean;
  /** Also asked before a stored result is delivered. @default false */
  readonly decidesReplays?: boolean;
  /** Why a kind cannot guard a method that yields (`async *`). */
  readonly refusesStreams?: string;
  /** Makes the guards of a tool from one declaration. What is wrong with the options goes to `site.problem`. */
  build(options: Options, site: GuardSite): readonly Guard[];
  /** What `host.explain` says about a declaration. */
  explain?(options: Options): string;
}

/** One use of a guard on a method: all that a decorator writes. */
export interface GuardDeclaration {
  readonly definition: GuardDefinition<never>;
  readonly options: unknown;
  readonly mode?: Mode | undefined;
}

/**
 * Makes a declaration. The decorator has checked the options against the method at compile time; at run time they are
 * checked by `build`, since JavaScript can pass anything.
 */
export function declareGuard(definition: GuardDefinition<never>, options: object): GuardDeclaration {
  // A copy: what is declared does not change with an object that somebody else holds.
  const declared = typeof options === 'object' && options !== null ? { ...options } : options;
  return { definition, options: declared, mode: (declared as { readonly mode?: Mode } | null)?.mode };
}
