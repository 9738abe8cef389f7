import { budget } from './budget.js';
import { circuitBreaker } from './circuit-breaker.js';
import { enforce } from './enforce.js';
import { idempotent } from './idempotent.js';
import { maxAttempts } from './max-attempts.js';
import { prove } from './prove.js';
import { rateLimit } from './rate-limit.js';
import { timeout } from './timeout.js';

/** Where guards made with `defineGuard` stand: behind policy, before capacity. */
const CUSTOM = 'custom';

/**
 * The order in which guards act, whatever the order of decorators; run state and input come before all of them. Policy comes
 * before capacity: a call that may not be made must not use up a place, and an open breaker never eats the rate window.
 */
export const ORDER: readonly string[] = [
  idempotent.kind,
  maxAttempts.kind,
  enforce.kind,
  CUSTOM,
  circuitBreaker.kind,
  rateLimit.kind,
  budget.kind,
  timeout.kind,
  prove.kind,
];

/** Position of a kind of guard. */
export function positionOf(kind: string): number {
  const position = ORDER.indexOf(kind);
  return position >= 0 ? position : ORDER.indexOf(CUSTOM);
}

/** Whether a kind is one of `defineGuard`. */
export function isCustom(kind: string): boolean {
  return !ORDER.includes(kind);
}
