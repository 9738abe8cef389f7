import { type Fact, type FactsView, idText, type SaidOptions, type UserTextIndex } from '@actguard/core';

/** A fact as a process has seen it. */
export interface SeenFact {
  readonly fact: Fact;
  /** In microseconds of the server's clock; infinite where it lives as long as its session. */
  readonly expiresAt: number;
}

/** The facts of a session in one version. */
export class SeenFacts {
  readonly all: readonly SeenFact[];
  #expiries: Map<string, number> | undefined;

  constructor(all: readonly SeenFact[]) {
    this.all = all;
  }

  /** When the last of the facts with this kind and value expires; `undefined` where there is none. */
  expiryOf(kind: string, value: string): number | undefined {
    if (this.#expiries === undefined) {
      this.#expiries = new Map();
      for (const { fact, expiresAt } of this.all) {
        const name = nameOf(fact.kind, fact.value);
        this.#expiries.set(name, Math.max(expiresAt, this.#expiries.get(name) ?? 0));
      }
    }
    return this.#expiries.get(nameOf(kind, value));
  }
}

/** The facts of a session and what its user said, as they were when the script read them. */
export class FactsSnapshot implements FactsView {
  readonly #facts: SeenFacts;
  readonly #said: UserTextIndex;
  readonly #now: number;

  /** @param now the server's time in microseconds */
  constructor(facts: SeenFacts, said: UserTextIndex, now: number) {
    this.#facts = facts;
    this.#said = said;
    this.#now = now;
  }

  has(kind: string, value: unknown): boolean {
    const text = idText(value);
    return text !== undefined && (this.#facts.expiryOf(kind, text) ?? 0) > this.#now;
  }

  list(kind?: string): readonly Fact[] {
    const isMeant = ({ fact, expiresAt }: SeenFact): boolean =>
      expiresAt > this.#now && (kind === undefined || fact.kind === kind);
    return this.#facts.all.filter(isMeant).map(({ fact }) => fact);
  }

  mentioned(text: string, options?: SaidOptions): boolean {
    return typeof text === 'string' && this.#said.says(text, options);
  }
}

function nameOf(kind: string, value: string): string {
  return `${kind.length}:${kind}${value}`;
}
