/**
 * One limit for many processes: the state of guards on Redis or Valkey.
 *
 * @module
 */
export type { OnUnavailable } from './local-fallback.js';
export type { IoRedisClient, NodeRedisClient, NodeRedisScriptOptions, RedisClient } from './redis-client.js';
export { RedisStore } from './redis-store.js';
export type { RedisStoreOptions } from './store-options.js';
export { RedisUnavailableError } from './unavailable-error.js';
