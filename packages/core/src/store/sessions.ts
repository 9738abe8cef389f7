import { idText } from '../facts/fact-value.js';
import { UserTextIndex } from '../facts/user-text.js';
import type { Alarm } from './alarm.js';
import { ExpiryQueue } from './expiry-queue.js';
import { FactTable } from './fact-table.js';
import { ExpiringMint, LastingMint, type Mint, mintOfOne, SingleMint } from './mint.js';
import type {
  Fact,
  FactAdd,
  FactGiveBack,
  FactOrigin,
  FactRead,
  FactRequire,
  FactRevoke,
  FactSources,
  FactsView,
  SessionKey,
  StepAdd,
  StepRequire,
  StoreAnswers,
  TakenFact,
  TurnAdd,
} from './operations.js';
import { type Session, SessionTable } from './session-table.js';

/** How much one session may hold, and how many sessions there may be. */
export interface SessionLimits {
  readonly maxSessions: number;
  readonly maxFactsPerSession: number;
  readonly maxUserTokensPerSession: number;
}

/** Facts, steps and user turns, by session. A session without id lives as long as its run, a named one until it was idle. */
export class Sessions extends SessionTable {
  readonly #mints: ExpiryQueue<ExpiringMint>;
  readonly #limits: SessionLimits;

  constructor(limits: SessionLimits, alarm?: Alarm) {
    super(limits.maxSessions, alarm);
    this.#limits = limits;
    this.#mints = new ExpiryQueue((mint) => mint.end(), alarm);
  }

  /** Mints as many of the values as find room. */
  addFacts({ session: key, kind, values, origin, ttlMs }: FactAdd, now: number): StoreAnswers['fact.add'] {
    const session = this.write(key);
    if (session === undefined) return { added: 0 };
    const facts = (session.facts ??= new FactTable());
    const mint =
      ttlMs === undefined
        ? lastingMint(session, values, origin)
        : new ExpiringMint(kind, values, origin, now + ttlMs, facts);
    let added = 0;
    for (const value of values) {
      if (facts.size >= this.#limits.maxFactsPerSession) this.#mints.sweep(now, Number.POSITIVE_INFINITY);
      if (facts.size >= this.#limits.maxFactsPerSession && !facts.holds(kind, value, mint, now)) continue;
      facts.add(kind, value, mint);
      added++;
    }
    if (mint instanceof ExpiringMint && ttlMs !== undefined) this.#mints.add(mint, ttlMs);
    return { added };
  }

  /** Mints one fact; `false` where `addFacts` has to decide whether there is room. */
  tryAddFact(key: SessionKey, kind: string, value: string, mint: SingleMint): boolean {
    const session = this.write(key);
    if (session === undefined) return false;
    const facts = (session.facts ??= new FactTable());
    if (facts.size >= this.#limits.maxFactsPerSession) return false;
    facts.add(kind, value, mint);
    return true;
  }

  /** Whether every value is a live fact; consumes them where asked to. */
  requireFacts(operation: FactRequire, now: number): StoreAnswers['fact.require'] {
    const session = this.live(operation.session, now);
    const found: { value: string; mints: readonly Mint[] }[] = [];
    for (const value of operation.values) {
      const match = this.#match(session, operation, value, now);
      if (match === 'missing' || match === 'ambiguous') return { admitted: false, value, why: match };
      found.push(match);
    }
    const origins: (FactOrigin | undefined)[] = found.map(({ mints }) => mints[0]?.origin);
    const spellings = operation.loose ? found.map(({ value }) => value) : undefined;
    if (!operation.consume) return { admitted: true, origins, spellings };
    return { admitted: true, origins, spellings, taken: this.#take(session, operation.kind, found) };
  }

  /**
   * What made this very value a fact, where that holds as long as the session, which is in use: whatever the time is.
   * `undefined` does not say that there is none.
   */
  lastingMint(
    key: SessionKey,
    kind: string,
    value: string,
    sources: FactSources,
    about: string | undefined,
  ): Mint | undefined {
    const session = this.find(key);
    if (session === undefined || session.expiresAt !== Number.POSITIVE_INFINITY) return undefined;
    const mint = session.facts?.first(kind, value, sources, about, Number.NEGATIVE_INFINITY);
    return mint?.expiresAt === Number.POSITIVE_INFINITY ? mint : undefined;
  }

  /** Puts consumed facts back. */
  giveBackFacts({ session: key, taken }: FactGiveBack, now: number): void {
    const session = this.find(key);
    const facts = session?.facts;
    if (session === undefined || facts === undefined) return;
    for (const { kind, value, origin, expiresAt = Number.POSITIVE_INFINITY, revision } of taken) {
      const revokedAt = Math.max(session.revokedAt, session.revokedKinds?.get(kind) ?? 0);
      if (expiresAt <= now || revokedAt > revision) continue;
      const mint =
        expiresAt === Number.POSITIVE_INFINITY
          ? lastingMint(session, [value], origin)
          : new ExpiringMint(kind, [value], origin, expiresAt, facts);
      if (facts.holds(kind, value, mint, now)) continue;
      facts.add(kind, value, mint);
      if (mint instanceof ExpiringMint) this.#mints.add(mint, expiresAt - now);
    }
  }

  /** A live view of the facts. */
  readFacts({ session: key }: FactRead, now: number): FactsView {
    const all: FactSourcesOfAll = { tool: true, app: true };
    return {
      has: (kind, value) => {
        const text = idText(value);
        const facts = this.live(key, now)?.facts;
        return text !== undefined && facts !== undefined && facts.find(kind, text, all, undefined, now).length > 0;
      },
      list: (kind) => {
        const facts = this.live(key, now)?.facts?.list(kind, now) ?? [];
        return Array.from(facts, ({ kind: name, value, mint }): Fact => ({ ...mint.origin, kind: name, value }));
      },
      mentioned: (text, options) =>
        typeof text === 'string' && this.live(key, now)?.turns?.says(text, options) === true,
    };
  }

  /** Forgets a fact or a kind. */
  revokeFacts({ session: key, kind, value }: FactRevoke): void {
    const session = this.find(key);
    if (session === undefined) return;
    session.facts?.forget(kind, value);
    session.revokedKinds ??= new Map();
    session.revokedKinds.set(kind, this.revise());
  }

  /** Records the success of a tool. */
  addStep({ session: key, tool }: StepAdd, now: number): void {
    const session = this.write(key);
    if (session === undefined) return;
    session.steps ??= new Map();
    session.steps.set(tool, now);
  }

  /** Whether one of the tools succeeded, recently enough. */
  requireStep(
    { session: key, tools, withinMs = Number.POSITIVE_INFINITY }: StepRequire,
    now: number,
  ): StoreAnswers['step.require'] {
    const steps = this.live(key, now)?.steps;
    return {
      admitted: tools.some(
        (tool) => now - (steps?.get(tool) ?? Number.NEGATIVE_INFINITY) <= withinMs && steps?.has(tool),
      ),
    };
  }

  /** Records what the user said. */
  addTurn({ session: key, text }: TurnAdd): StoreAnswers['turn.add'] {
    const session = this.write(key);
    if (session === undefined) return { added: false };
    session.turns ??= new UserTextIndex({ maxTokens: this.#limits.maxUserTokensPerSession });
    return { added: session.turns.add(text) };
  }

  /** Drops idle sessions and expired facts. */
  override sweep(now: number): void {
    super.sweep(now);
    this.#mints.sweep(now);
  }

  /** What is held, by session. */
  snapshot(): Record<string, unknown> {
    const entries = Array.from(this.all(), ([key, session]) => {
      const facts = Array.from(
        session.facts?.list(undefined, Number.NEGATIVE_INFINITY) ?? [],
        ({ kind, value, mint }) => ({
          kind,
          value,
          ...mint.origin,
          expiresAt: String(mint.expiresAt),
        }),
      );
      facts.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      return [key, { openRuns: session.openRuns, facts, steps: Object.fromEntries(session.steps ?? []) }];
    });
    return Object.fromEntries(entries);
  }

  #match(
    session: Session | undefined,
    { kind, sources, about, loose }: FactRequire,
    value: string,
    now: number,
  ): { value: string; mints: readonly Mint[] } | 'missing' | 'ambiguous' {
    const exact = session?.facts?.find(kind, value, sources, about, now);
    if (exact !== undefined && exact.length > 0) return { value, mints: exact };
    if (loose && session?.facts !== undefined) {
      const candidates = Array.from(session.facts.spellings(kind, value), (spelling) => ({
        value: spelling,
        mints: session.facts?.find(kind, spelling, sources, about, now) ?? [],
      })).filter(({ mints }) => mints.length > 0);
      if (candidates.length > 1) return 'ambiguous';
      if (candidates[0] !== undefined) return candidates[0];
    }
    // What the user said is about nobody, so it cannot stand in where a fact has to be about a value.
    if (sources.user === undefined || about !== undefined) return 'missing';
    const mention = session?.turns?.mentions(value, { minLength: sources.user.minLength, loose });
    return mention === undefined ? 'missing' : { value: loose ? mention : value, mints: [] };
  }

  #take(
    session: Session | undefined,
    kind: string,
    found: readonly { value: string; mints: readonly Mint[] }[],
  ): TakenFact[] {
    const taken: TakenFact[] = [];
    for (const { value, mints } of found) {
      for (const mint of mints) {
        session?.facts?.remove(kind, value, mint);
        const expiresAt = Number.isFinite(mint.expiresAt) ? mint.expiresAt : undefined;
        taken.push({ kind, value, origin: mint.origin, expiresAt, revision: this.revision });
      }
    }
    return taken;
  }
}

function lastingMint(session: Session, values: readonly string[], origin: FactOrigin): Mint {
  if (values.length > 1) return new LastingMint(origin);
  const mint = mintOfOne(origin, session.lastSingle);
  if (mint instanceof SingleMint) session.lastSingle = mint;
  return mint;
}

interface FactSourcesOfAll {
  readonly tool: true;
  readonly app: true;
}
