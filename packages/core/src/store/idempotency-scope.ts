/** Scope of the idempotency keys of one run. */
export function runScope(runId: string): string {
  return `run:${runId}`;
}

/** Scope of the idempotency keys of one session. */
export function sessionScope(sessionKey: string): string {
  return `session:${sessionKey}`;
}
