import type { SessionKey } from '../store/operations.js';

/** Key of a named session. Written as JSON, so that no user or session id can pose as another pair. */
export function namedSessionKey(userId: string | undefined, sessionId: string): SessionKey {
  return JSON.stringify([userId ?? null, sessionId]);
}

/** Key of the session that a run has to itself. */
export function ownSessionKey(runId: string): SessionKey {
  return `run:${runId}`;
}
