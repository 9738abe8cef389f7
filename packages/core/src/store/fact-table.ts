import { foldLoosely } from '../facts/loose-match.js';
import { isSameSource, type Mint } from './mint.js';
import type { FactSources } from './operations.js';

/** The facts of one kind. */
interface Kind {
  readonly values: Map<string, Mint | Mint[]>;
  /** Spellings by folded text, made once somebody looks one up loosely. */
  folded: Map<string, Set<string>> | undefined;
}

/** The facts of one session: kind, value, and where each came from. Never joined texts, so no value can pose as a kind. */
export class FactTable {
  readonly #kinds = new Map<string, Kind>();
  #size = 0;

  /** Facts held; one value proven by two sources counts twice. */
  get size(): number {
    return this.#size;
  }

  /** Adds a fact. The same fact from the same source takes the place of the older one. */
  add(kind: string, value: string, mint: Mint): void {
    let facts = this.#kinds.get(kind);
    if (facts === undefined) this.#kinds.set(kind, (facts = { values: new Map(), folded: undefined }));
    const { values, folded } = facts;
    const held = values.get(value);
    if (held === undefined) {
      values.set(value, mint);
      this.#size++;
      if (folded !== undefined) index(folded, value);
    } else if (Array.isArray(held)) {
      const same = held.findIndex((each) => isSameSource(each, mint));
      if (same >= 0) held[same] = mint;
      else {
        held.push(mint);
        this.#size++;
      }
    } else if (isSameSource(held, mint)) {
      values.set(value, mint);
    } else {
      values.set(value, [held, mint]);
      this.#size++;
    }
  }

  /** Whether the same fact from the same source is held and live. */
  holds(kind: string, value: string, mint: Mint, now: number): boolean {
    const held = this.#kinds.get(kind)?.values.get(value);
    if (held === undefined) return false;
    const isRenewed = (each: Mint): boolean => each.expiresAt > now && isSameSource(each, mint);
    return Array.isArray(held) ? held.some(isRenewed) : isRenewed(held);
  }

  /** Takes one mint of a value out, if it is there. */
  remove(kind: string, value: string, mint: Mint): void {
    const held = this.#kinds.get(kind)?.values.get(value);
    if (held === mint) this.forget(kind, value);
    else if (Array.isArray(held) && held.includes(mint)) {
      const others = held.filter((each) => each !== mint);
      this.#size--;
      this.#kinds.get(kind)?.values.set(value, others.length === 1 ? (others[0] as Mint) : others);
    }
  }

  /** Forgets a value whatever its origin, or a whole kind. */
  forget(kind: string, value?: string): void {
    const facts = this.#kinds.get(kind);
    if (facts === undefined) return;
    const { values, folded } = facts;
    for (const each of value === undefined ? [...values.keys()] : [value]) {
      const held = values.get(each);
      if (held === undefined) continue;
      values.delete(each);
      this.#size -= Array.isArray(held) ? held.length : 1;
      if (folded !== undefined) unindex(folded, each);
    }
    if (values.size === 0) this.#kinds.delete(kind);
  }

  /** Forgets all. */
  clear(): void {
    this.#kinds.clear();
    this.#size = 0;
  }

  /** The first live mint of a value whose origin counts. */
  first(kind: string, value: string, sources: FactSources, about: string | undefined, now: number): Mint | undefined {
    const held = this.#kinds.get(kind)?.values.get(value);
    if (Array.isArray(held)) return held.find((each) => counts(each, sources, about, now));
    return held !== undefined && counts(held, sources, about, now) ? held : undefined;
  }

  /** The live mints of a value whose origin counts. */
  find(kind: string, value: string, sources: FactSources, about: string | undefined, now: number): readonly Mint[] {
    const held = this.#kinds.get(kind)?.values.get(value);
    if (held === undefined) return NONE;
    if (!Array.isArray(held)) return counts(held, sources, about, now) ? [held] : NONE;
    return held.filter((each) => counts(each, sources, about, now));
  }

  /** Spellings that are the same as a text when compared loosely. */
  spellings(kind: string, text: string): Iterable<string> {
    const facts = this.#kinds.get(kind);
    if (facts === undefined) return NONE;
    if (facts.folded === undefined) {
      facts.folded = new Map();
      for (const value of facts.values.keys()) index(facts.folded, value);
    }
    return facts.folded.get(foldLoosely(text)) ?? NONE;
  }

  /** All live facts, of one kind or of all. */
  *list(kind: string | undefined, now: number): Iterable<{ kind: string; value: string; mint: Mint }> {
    const only = kind === undefined ? undefined : this.#kinds.get(kind);
    const kinds = kind === undefined ? this.#kinds : only === undefined ? NONE : [[kind, only] as const];
    for (const [name, { values }] of kinds) {
      for (const [value, held] of values) {
        for (const mint of Array.isArray(held) ? held : [held])
          if (mint.expiresAt > now) yield { kind: name, value, mint };
      }
    }
  }
}

const NONE: readonly never[] = [];

function counts(mint: Mint, sources: FactSources, about: string | undefined, now: number): boolean {
  if (mint.expiresAt <= now || (about !== undefined && mint.about !== about)) return false;
  if (mint.source === 'app') return sources.app;
  return (
    sources.tool === true || (sources.tool !== false && mint.tool !== undefined && sources.tool.includes(mint.tool))
  );
}

function index(folded: Map<string, Set<string>>, value: string): void {
  const text = foldLoosely(value);
  const spellings = folded.get(text);
  if (spellings === undefined) folded.set(text, new Set([value]));
  else spellings.add(value);
}

function unindex(folded: Map<string, Set<string>>, value: string): void {
  const text = foldLoosely(value);
  const spellings = folded.get(text);
  spellings?.delete(value);
  if (spellings?.size === 0) folded.delete(text);
}
