import type { EventBase } from './event.js';

/** A run, as events speak of it. */
export interface EventRun {
  readonly id: string;
  readonly sessionId: string;
  readonly userId: string | undefined;
  readonly core: { readonly clock: { wall(): number } };
}

/** What every event of a run says. */
export function aboutRun(
  { id: runId, sessionId, userId, core }: EventRun,
  category: EventBase['category'],
  severity: EventBase['severity'],
  outcome: EventBase['outcome'],
): EventBase {
  return { category, severity, outcome, time: core.clock.wall(), runId, sessionId, userId };
}
