import type { UserTextIndex } from '../facts/user-text.js';
import type { Alarm } from './alarm.js';
import { type Expiring, ExpiryQueue } from './expiry-queue.js';
import type { FactTable } from './fact-table.js';
import type { SingleMint } from './mint.js';
import type { SessionClose, SessionKey, SessionOpen, StoreAnswers } from './operations.js';

/** What is remembered of one session. Its parts are made when something is stored in them. */
export interface Session extends Expiring {
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

/** Which sessions there are, whose they are, and how long they live. */
export class SessionTable {
  readonly #sessions = new Map<SessionKey, Session>();
  readonly #owners = new Map<string, { userId: string | undefined; key: SessionKey }>();
  readonly #idle: ExpiryQueue<Session>;
  readonly #maxSessions: number;
  /** The last one that was looked up: calls of one session follow each other. */
  #last: Session | undefined;
  // Counts revocations, so that a fact which a call had consumed before one does not come back after it.
  #revision = 0;

  constructor(maxSessions: number, alarm?: Alarm) {
    this.#maxSessions = maxSessions;
    this.#idle = new ExpiryQueue((session) => this.#endIdle(session), alarm);
  }

  /** A run joins a named session, unless the id belongs to another user. */
  open({ session: key, sessionId, userId, idleMs }: SessionOpen, now: number): StoreAnswers['session.open'] {
    const owner = this.#owners.get(sessionId);
    if (owner !== undefined && this.#isOver(this.#sessions.get(owner.key), now)) this.end(owner.key);
    else if (owner !== undefined && owner.userId !== userId) return { admitted: false };
    const known = this.find(key);
    const session = this.write(key);
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
    const session = this.find(key);
    if (session === undefined || session.openRuns === 0) return;
    session.openRuns--;
    if (session.openRuns > 0) return;
    session.expiresAt = now + session.idleMs;
    this.#idle.add(session, session.idleMs);
  }

  /** As if the run had never joined. Only right in the step that it joined in. */
  takeBackOpen({ session: key }: SessionOpen): void {
    const session = this.find(key);
    if (session === undefined || --session.openRuns > 0) return;
    if (session.beforeOpen === undefined) return this.end(key);
    // It still has its place in the queue, as nothing was swept in between.
    Object.assign(session, session.beforeOpen);
  }

  /** Forgets what is in a session, and the session itself unless runs have it open. */
  end(key: SessionKey): void {
    const session = this.find(key);
    if (session === undefined) return;
    // Mints that expire hold the table until then.
    session.facts?.clear();
    session.facts = undefined;
    session.lastSingle = undefined;
    session.steps = undefined;
    session.turns = undefined;
    session.revokedAt = this.revise();
    // Those runs go on writing to it, and it has to be theirs and to become idle as ever.
    if (session.openRuns > 0) return;
    this.#sessions.delete(key);
    this.#last = undefined;
    if (session.sessionId !== undefined) this.#owners.delete(session.sessionId);
  }

  /** Drops idle sessions. */
  sweep(now: number): void {
    this.#idle.sweep(now);
  }

  /** Users by the ids of their sessions. */
  owners(): Record<string, string | null> {
    return Object.fromEntries([...this.#owners].map(([sessionId, { userId }]) => [sessionId, userId ?? null]));
  }

  protected all(): Iterable<readonly [SessionKey, Session]> {
    return this.#sessions;
  }

  protected get revision(): number {
    return this.#revision;
  }

  protected revise(): number {
    return ++this.#revision;
  }

  protected find(key: SessionKey): Session | undefined {
    if (this.#last?.key === key) return this.#last;
    const session = this.#sessions.get(key);
    if (session !== undefined) this.#last = session;
    return session;
  }

  protected live(key: SessionKey, now: number): Session | undefined {
    const session = this.find(key);
    return this.#isOver(session, now) ? undefined : session;
  }

  #isOver(session: Session | undefined, now: number): boolean {
    return session === undefined || session.expiresAt <= now;
  }

  /** The session, made where it is new; `undefined` where there is no room for one more. */
  protected write(key: SessionKey): Session | undefined {
    let session = this.find(key);
    if (session === undefined) {
      if (this.#sessions.size >= this.#maxSessions) return undefined;
      session = newSession(key, this.revise());
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
