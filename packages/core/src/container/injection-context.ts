import type { Token } from './provider.js';

/** What `inject()` asks while the host constructs something. */
export interface InjectionContext {
  /** What the token stands for here; `undefined` if nothing provides it and `optional` is true. */
  inject(token: Token, optional: boolean): unknown;
}

// A registered symbol, so that two copies of the package see each other's constructions.
const CURRENT = Symbol.for('actguard.injection.v1');

const slot = globalThis as { [CURRENT]?: InjectionContext | undefined };

/** The construction under way, if this code runs inside one. */
export function currentInjection(): InjectionContext | undefined {
  return slot[CURRENT];
}

/** Runs `construct`, which must be synchronous: what it leaves for later runs outside. */
export function withInjection<T>(context: InjectionContext, construct: () => T): T {
  const outer = slot[CURRENT];
  slot[CURRENT] = context;
  try {
    return construct();
  } finally {
    slot[CURRENT] = outer;
  }
}
