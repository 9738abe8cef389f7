import type { Case, Group } from '../measure/readings.js';
import type { SharedCall } from './redis/cases.js';

function shared(name: SharedCall, title: string): Case {
  return {
    name,
    title,
    skip: async () => (await import('./redis/cases.js')).obstacle(),
    measure: async (budget) => (await import('./redis/cases.js')).measureShared(name, budget),
  };
}

/** Guards whose state several processes share. */
export const sharedStore: Group = {
  name: 'redis',
  title: 'State on a server on loopback, in multiples of a `PING`',
  rounds: 3,
  cases: [
    shared('ping', '`PING` (the noise)'),
    shared('rate', '`@RateLimit`'),
    shared('four', 'four: attempts, breaker, rate limit, timeout'),
    shared('four-64', 'four, 64 calls at once: each of them, against 64 `PING`s at once'),
    shared('everything', 'everything: four, idempotency, a fact checked, a fact proven'),
    shared('rlf', 'rate-limiter-flexible `RateLimiterRedis`: a fixed window'),
  ],
};
