import { describe } from '@jest/globals';
import { surroundings, whyNoOwnRedis, whyNoRedis } from './availability.js';

type Describe = (title: string, body: () => void) => void;

const unless =
  (reason: string | undefined): Describe =>
  (title, body) =>
    reason === undefined ? describe(title, body) : describe.skip(`${title} (skipped: ${reason})`, body);

/**
 * A suite that opens an `AnyRedis`. Where there is none it is skipped, and says why; with `ACTGUARD_REDIS=required` in the
 * environment it runs, and fails.
 */
export const describeWithRedis: Describe = unless(whyNoRedis(surroundings()));

/** The same for a suite that starts servers of its own: a `RedisServer`, `RedisCluster` or `RedisSentinel`. */
export const describeWithOwnRedis: Describe = unless(whyNoOwnRedis(surroundings()));
