import { foldLoosely } from '../facts/loose-match.js';
import type { FactOrigin, FactSources } from './operations.js';

/** What one call minted shares one of these, so that a fact costs little more than its place in a map. */
export interface Mint {
  readonly kind?: string;
  readonly values?: readonly string[];
  readonly origin: FactOrigin;
  readonly expiresAt: number;
}

/** The facts of one session: kind, value, and where each came from. Never joined texts, so no value can pose as a kind. */
export class FactTable {
  readonly #kinds = new Map<string, Map<string, Mint | Mint[]>>();
  // Spellings by folded text, made for a kind once somebody looks it up loosely.
  readonly #folded = new Map<string, Map<string, Set<string>>>();
  #size = 0;

  /** Facts held; one value proven by two sources counts twice. */
  get size(): number {
    return this.#size;
  }

  /** Adds a fact. The same fact from the same source takes the place of the older one. */
  add(kind: string, value: string, mint: Mint): void {
    let values = this.#kinds.get(kind);
    if (values === undefined) this.#kinds.set(kind, (values = new Map()));
    const held = values.get(value);
    if (held === undefined) {
      values.set(value, mint);
      this.#size++;
      this.#index(kind, value);
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
    const held = this.#kinds.get(kind)?.get(value);
    if (held === undefined) return false;
    const isRenewed = (each: Mint): boolean => each.expiresAt > now && isSameSource(each, mint);
    return Array.isArray(held) ? held.some(isRenewed) : isRenewed(held);
  }

  /** Takes one mint of a value out, if it is there. */
  remove(kind: string, value: string, mint: Mint): void {
    const held = this.#kinds.get(kind)?.get(value);
    if (held === mint) this.forget(kind, value);
    else if (Array.isArray(held) && held.includes(mint)) {
      const others = held.filter((each) => each !== mint);
      this.#size--;
      this.#kinds.get(kind)?.set(value, others.length === 1 ? (others[0] as Mint) : others);
    }
  }

  /** Forgets a value whatever its origin, or a whole kind. */
  forget(kind: string, value?: string): void {
    const values = this.#kinds.get(kind);
    if (values === undefined) return;
    for (const each of value === undefined ? [...values.keys()] : [value]) {
      const held = values.get(each);
      if (held === undefined) continue;
      values.delete(each);
      this.#size -= Array.isArray(held) ? held.length : 1;
      const fold = this.#folded.get(kind);
      const spellings = fold?.get(foldLoosely(each));
      spellings?.delete(each);
      if (spellings?.size === 0) fold?.delete(foldLoosely(each));
    }
    if (values.size === 0) {
      this.#kinds.delete(kind);
      this.#folded.delete(kind);
    }
  }

  /** The first live mint of a value whose origin counts. */
  first(kind: string, value: string, sources: FactSources, about: string | undefined, now: number): Mint | undefined {
    const held = this.#kinds.get(kind)?.get(value);
    if (Array.isArray(held)) return held.find((each) => counts(each, sources, about, now));
    return held !== undefined && counts(held, sources, about, now) ? held : undefined;
  }

  /** The live mints of a value whose origin counts. */
  find(kind: string, value: string, sources: FactSources, about: string | undefined, now: number): readonly Mint[] {
    const held = this.#kinds.get(kind)?.get(value);
    if (held === undefined) return NONE;
    if (!Array.isArray(held)) return counts(held, sources, about, now) ? [held] : NONE;
    return held.filter((each) => counts(each, sources, about, now));
  }

  /** Spellings that are the same as a text when compared loosely. */
  spellings(kind: string, text: string): Iterable<string> {
    const values = this.#kinds.get(kind);
    if (values === undefined) return NONE;
    let fold = this.#folded.get(kind);
    if (fold === undefined) {
      this.#folded.set(kind, (fold = new Map()));
      for (const value of values.keys()) this.#index(kind, value);
    }
    return fold.get(foldLoosely(text)) ?? NONE;
  }

  /** All live facts, of one kind or of all. */
  *list(kind: string | undefined, now: number): Iterable<{ kind: string; value: string; mint: Mint }> {
    const kinds = kind === undefined ? [...this.#kinds] : [[kind, this.#kinds.get(kind) ?? new Map()] as const];
    for (const [name, values] of kinds) {
      for (const [value, held] of values) {
        for (const mint of Array.isArray(held) ? held : [held])
          if (mint.expiresAt > now) yield { kind: name, value, mint };
      }
    }
  }

  #index(kind: string, value: string): void {
    const fold = this.#folded.get(kind);
    if (fold === undefined) return;
    const folded = foldLoosely(value);
    const spellings = fold.get(folded);
    if (spellings === undefined) fold.set(folded, new Set([value]));
    else spellings.add(value);
  }
}

const NONE: readonly never[] = [];

/** What one call minted from a result with one value: nothing that has to be made before somebody asks for it. */
export class SingleMint implements Mint {
  readonly tool: string;
  readonly about: string | undefined;
  readonly at: number;
  readonly runId: string;
  readonly callNumber: number;

  constructor(tool: string, about: string | undefined, at: number, runId: string, callNumber: number) {
    this.tool = tool;
    this.about = about;
    this.at = at;
    this.runId = runId;
    this.callNumber = callNumber;
  }

  get source(): 'tool' {
    return 'tool';
  }

  get origin(): FactOrigin {
    const { source, tool, about, at } = this;
    return { source, tool, callId: `${this.runId}:${this.callNumber}`, about, at };
  }

  /** It lives as long as the session. */
  get expiresAt(): number {
    return Number.POSITIVE_INFINITY;
  }
}

function originIn(mint: Mint): Pick<FactOrigin, 'source' | 'tool' | 'about'> {
  return mint instanceof SingleMint ? mint : mint.origin;
}

function isSameSource(one: Mint, other: Mint): boolean {
  const a = originIn(one);
  const b = originIn(other);
  return a.source === b.source && a.tool === b.tool && a.about === b.about;
}

function counts(mint: Mint, sources: FactSources, about: string | undefined, now: number): boolean {
  const origin = originIn(mint);
  if (mint.expiresAt <= now || (about !== undefined && origin.about !== about)) return false;
  if (origin.source === 'app') return sources.app;
  return (
    sources.tool === true || (sources.tool !== false && origin.tool !== undefined && sources.tool.includes(origin.tool))
  );
}
