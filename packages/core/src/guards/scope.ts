import type { CallContext } from '../run/call-context.js';

/** `scope` of `@RateLimit`: calls of one user are counted together. Taken from the run, which a model cannot choose. */
export function byUser(_args: unknown, call: CallContext): string | undefined {
  return call.run.userId;
}

/** `scope` of `@RateLimit`: calls of one session are counted together. Taken from the run, which a model cannot choose. */
export function bySession(_args: unknown, call: CallContext): string {
  return call.run.sessionKey;
}
