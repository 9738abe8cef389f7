import type { SessionKey } from '../store/operations.js';

/** Key of a named session. Written as JSON, so that no user or session id can pose as another pair. */
export function namedSessionKey(userId: string | undefined, sessionId: string): SessionKey {
  return JSON.stringify([userId ?? null, sessionId]);
}

/** Key of a run in a store. The user is part of it: run ids are the application's to choose. */
export function runKeyOf(userId: string | undefined, runId: string): string {
  return namedSessionKey(userId, runId);
}

/** Key of the session that a run has to itself. The user is part of it: run ids are the application's to choose. */
export function ownSessionKey(userId: string | undefined, runId: string): SessionKey {
  return `run:${namedSessionKey(userId, runId)}`;
}
