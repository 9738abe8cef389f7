import { idText } from '../facts/fact-value.js';
import { UserTextIndex } from '../facts/user-text.js';
import type { Alarm } from './alarm.js';
import { type Expiring, ExpiryQueue } from './expiry-queue.js';
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
  SessionClose,
  SessionKey,
  SessionOpen,
  StepAdd,
  StepRequire,
  StoreAnswers,
  TakenFact,
  TurnAdd,
} from './operations.js';

/** What is remembered of one session. Its parts are made when something is stored in them. */
interface Session extends Expiring {
  readonly key: SessionKey;
  sessionId: string | undefined;
  openRuns: number;
  idleMs: number;
  /** How it stood before the run that has it open for the longest time joined; absent where that made it. */
  beforeOpen: { readonly expiresAt: number; readonly idleMs: number } | undefined;
  /** The revocations that count: of the whole session, which is also when it was made, and by kind. */
  revokedAt: number;
  revokedKinds: Map<string, number> | undefined;
  facts: FactTable | undefined;
  /** The last mint of a single value. */
  lastSingle: SingleMint | undefined;
  steps: Map<string, number> | undefined;
  turns: UserTextIndex | undefined;
}

/** How much one session may hold, and how many sessions there may be. */
export interface SessionLimits {
  readonly maxSessions: number;
  readonly maxFactsPerSession: number;
  readonly maxUserTokensPerSession: number;
}

/** Facts, steps and user turns, by session. A session without id lives as long as its run, a named one until it was idle. */
export class Sessions {
  readonly #sessions = new Map<SessionKey, Session>();
  readonly #owners = new Map<string, { userId: string | undefined; key: SessionKey }>();
  readonly #idle: ExpiryQueue<Session>;
  readonly #mints: ExpiryQueue<ExpiringMint>;
  readonly #limits: SessionLimits;
  /** The last one that was looked up: calls of one session follow each other. */
  #last: Session | undefined;
  // Counts revocations, so that a fact which a call had consumed before one does not come back after it.
  #revision = 0;

  constructor(limits: SessionLimits, alarm?: Alarm) {
    this.#limits = limits;
    this.#idle = new ExpiryQueue((session) => this.#endIdle(session), alarm);
    this.#mints = new ExpiryQueue((mint) => mint.end(), alarm);
  }

  /** A run joins a named session, unless the id belongs to another user. */
  open({ session: key, sessionId, userId, idleMs }: SessionOpen, now: number): StoreAnswers['session.open'] {
    const owner = this.#owners.get(sessionId);
    if (owner !== undefined && this.#isOver(this.#sessions.get(owner.key), now)) this.end(owner.key);
    else if (owner !== undefined && owner.userId !== userId) return { admitted: false };
    const known = this.#find(key);
    const session = this.#write(key);
    if (session === undefined) return { admitted: false, full: true };
    if (session.openRuns === 0) session.beforeOpen = known && { expiresAt: known.expiresAt, idleMs: known.idleMs };
    session.sessionId = sessionId;
    session.idleMs = idleMs;
    session.openRuns++;
    session.expiresAt = Number.POSITIVE_INFINITY;
    this.#owners.set(sessionId, { userId, key });
    return { admitted: true };
  }

  /** A run leaves; the last one starts the idle time. */
  close({ session: key }: SessionClose, now: number): void {
    const session = this.#find(key);
    if (session === undefined || session.openRuns === 0) return;
    session.openRuns--;
    if (session.openRuns > 0) return;
    session.expiresAt = now + session.idleMs;
    this.#idle.add(session, session.idleMs);
  }

  /** As if the run had never joined. Only right in the step that it joined in. */
  takeBackOpen({ session: key }: SessionOpen): void {
    const session = this.#find(key);
    if (session === undefined || --session.openRuns > 0) return;
    if (session.beforeOpen === undefined) return this.end(key);
    // It still has its place in the queue, as nothing was swept in between.
    Object.assign(session, session.beforeOpen);
  }

  /** Forgets what is in a session, and the session itself unless runs have it open. */
  end(key: SessionKey): void {
    const session = this.#find(key);
    if (session === undefined) return;
    // Mints that expire hold the table until then.
    session.facts?.clear();
    session.facts = undefined;
    session.lastSingle = undefined;
    session.steps = undefined;
    session.turns = undefined;
    session.revokedAt = ++this.#revision;
    // Those runs go on writing to it, and it has to be theirs and to become idle as ever.
    if (session.openRuns > 0) return;
    this.#sessions.delete(key);
    this.#last = undefined;
    if (session.sessionId !== undefined) this.#owners.delete(session.sessionId);
  }

  /** Mints as many of the values as find room. */
  addFacts({ session: key, kind, values, origin, ttlMs }: FactAdd, now: number): StoreAnswers['fact.add'] {
    const session = this.#write(key);
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
    const session = this.#write(key);
    if (session === undefined) return false;
    const facts = (session.facts ??= new FactTable());
    if (facts.size >= this.#limits.maxFactsPerSession) return false;
    facts.add(kind, value, mint);
    return true;
  }

  /** Whether every value is a live fact; consumes them where asked to. */
  requireFacts(operation: FactRequire, now: number): StoreAnswers['fact.require'] {
    const session = this.#live(operation.session, now);
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
    const session = this.#find(key);
    if (session === undefined || session.expiresAt !== Number.POSITIVE_INFINITY) return undefined;
    const mint = session.facts?.first(kind, value, sources, about, Number.NEGATIVE_INFINITY);
    return mint?.expiresAt === Number.POSITIVE_INFINITY ? mint : undefined;
  }

  /** Puts consumed facts back. */
  giveBackFacts({ session: key, taken }: FactGiveBack, now: number): void {
    const session = this.#find(key);
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
        const facts = this.#live(key, now)?.facts;
        return text !== undefined && facts !== undefined && facts.find(kind, text, all, undefined, now).length > 0;
      },
      list: (kind) => {
        const facts = this.#live(key, now)?.facts?.list(kind, now) ?? [];
        return Array.from(facts, ({ kind: name, value, mint }): Fact => ({ ...mint.origin, kind: name, value }));
      },
      mentioned: (text, options) =>
        typeof text === 'string' && this.#live(key, now)?.turns?.says(text, options) === true,
    };
  }

  /** Forgets a fact or a kind. */
  revokeFacts({ session: key, kind, value }: FactRevoke): void {
    const session = this.#find(key);
    if (session === undefined) return;
    session.facts?.forget(kind, value);
    session.revokedKinds ??= new Map();
    session.revokedKinds.set(kind, ++this.#revision);
  }

  /** Records the success of a tool. */
  addStep({ session: key, tool }: StepAdd, now: number): void {
    const session = this.#write(key);
    if (session === undefined) return;
    session.steps ??= new Map();
    session.steps.set(tool, now);
  }

  /** Whether one of the tools succeeded, recently enough. */
  requireStep(
    { session: key, tools, withinMs = Number.POSITIVE_INFINITY }: StepRequire,
    now: number,
  ): StoreAnswers['step.require'] {
    const steps = this.#live(key, now)?.steps;
    return {
      admitted: tools.some(
        (tool) => now - (steps?.get(tool) ?? Number.NEGATIVE_INFINITY) <= withinMs && steps?.has(tool),
      ),
    };
  }

  /** Records what the user said. */
  addTurn({ session: key, text }: TurnAdd): StoreAnswers['turn.add'] {
    const session = this.#write(key);
    if (session === undefined) return { added: false };
    session.turns ??= new UserTextIndex({ maxTokens: this.#limits.maxUserTokensPerSession });
    return { added: session.turns.add(text) };
  }

  /** Drops idle sessions and expired facts. */
  sweep(now: number): void {
    this.#idle.sweep(now);
    this.#mints.sweep(now);
  }

  /** What is held, by session. */
  snapshot(): Record<string, unknown> {
    const entries = [...this.#sessions].map(([key, session]) => {
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

  /** Users by the ids of their sessions. */
  owners(): Record<string, string | null> {
    return Object.fromEntries([...this.#owners].map(([sessionId, { userId }]) => [sessionId, userId ?? null]));
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
        taken.push({ kind, value, origin: mint.origin, expiresAt, revision: this.#revision });
      }
    }
    return taken;
  }

  #find(key: SessionKey): Session | undefined {
    if (this.#last?.key === key) return this.#last;
    const session = this.#sessions.get(key);
    if (session !== undefined) this.#last = session;
    return session;
  }

  #live(key: SessionKey, now: number): Session | undefined {
    const session = this.#find(key);
    return this.#isOver(session, now) ? undefined : session;
  }

  #isOver(session: Session | undefined, now: number): boolean {
    return session === undefined || session.expiresAt <= now;
  }

  /** The session, made where it is new; `undefined` where there is no room for one more. */
  #write(key: SessionKey): Session | undefined {
    let session = this.#find(key);
    if (session === undefined) {
      if (this.#sessions.size >= this.#limits.maxSessions) return undefined;
      session = newSession(key, ++this.#revision);
      this.#sessions.set(key, session);
    }
    return session;
  }

  #endIdle(session: Session): void {
    if (this.#sessions.get(session.key) === session) this.end(session.key);
  }
}

// In full, so that all sessions have one shape.
function newSession(key: SessionKey, revokedAt: number): Session {
  return {
    key,
    sessionId: undefined,
    openRuns: 0,
    idleMs: 0,
    beforeOpen: undefined,
    expiresAt: Number.POSITIVE_INFINITY,
    queuedFor: undefined,
    revokedAt,
    revokedKinds: undefined,
    facts: undefined,
    lastSingle: undefined,
    steps: undefined,
    turns: undefined,
  };
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
