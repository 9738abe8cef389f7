import { type Fact, type FactsView, idText, type SaidOptions, type UserTextIndex } from '@actguard/core';

/** A fact as a process has seen it. */
export interface MirroredFact extends Fact {
  /** In microseconds of the server's clock; `undefined` where it lives as long as its session. */
  readonly expiresAt: number | undefined;
}

/** The facts of a session and what its user said, as they were when the script read them. */
export class FactsSnapshot implements FactsView {
  readonly #live: readonly MirroredFact[];
  readonly #said: UserTextIndex;
  #texts: Set<string> | undefined;

  /** @param now the server's time in microseconds */
  constructor(facts: readonly MirroredFact[], said: UserTextIndex, now: number) {
    this.#live = facts.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
    this.#said = said;
  }

  has(kind: string, value: unknown): boolean {
    const text = idText(value);
    if (text === undefined) return false;
    this.#texts ??= new Set(this.#live.map((fact) => nameOf(fact.kind, fact.value)));
    return this.#texts.has(nameOf(kind, text));
  }

  list(kind?: string): readonly Fact[] {
    const facts = kind === undefined ? this.#live : this.#live.filter((fact) => fact.kind === kind);
    return facts.map(({ expiresAt: _, ...fact }) => fact);
  }

  mentioned(text: string, options?: SaidOptions): boolean {
    return typeof text === 'string' && this.#said.says(text, options);
  }
}

function nameOf(kind: string, value: string): string {
  return `${kind.length}:${kind}${value}`;
}
