import { spawnSync } from 'node:child_process';
import type { Group } from '../measure/readings.js';

/** What stands between here and a measurement against a server. */
async function obstacle(): Promise<string | undefined> {
  const redis: object = await import('@actguard/redis');
  if (!('RedisStore' in redis)) return '@actguard/redis exports no `RedisStore` yet';
  if (spawnSync('redis-server', ['--version']).status !== 0) return 'there is no `redis-server` on the PATH';
  return undefined;
}

/** Guards whose state several processes share. */
export const sharedStore: Group = {
  name: 'redis',
  title: 'A shared store: Redis on loopback',
  rounds: 1,
  cases: [
    {
      name: 'four',
      title: 'four guards, state in Redis',
      skip: obstacle,
      measure: async () => {
        throw new Error('not measured yet');
      },
    },
  ],
};
