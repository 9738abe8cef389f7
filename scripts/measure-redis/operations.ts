import type { StoreOperation } from '@actguard/core';
import { RedisStore } from '@actguard/redis';
import { Redis } from 'ioredis';
import { infoOf } from '../../packages/redis/test-support/ask.js';
import type { RedisServer } from '../../packages/redis/test-support/redis-server.js';
import * as make from './operation-builders.js';
import type { Row } from './table.js';

/** Whatever else the machine does makes some of them slower and none faster: the best counts. */
const ROUNDS = 5;
const ALONE = 500;
const TOGETHER = 4_000;
const AT_ONCE = 64;
const USERS = 1_000;

interface Measured {
  /** What one of many does, by its number. */
  readonly operations: (index: number) => readonly StoreOperation[];
  /** What has to be there before, by user. */
  readonly before?: (user: string) => readonly StoreOperation[];
}

const user = (index: number): string => `user-${index % USERS}`;

/** What is measured, by its name. Each list is one script. */
const OPERATIONS: Readonly<Record<string, Measured>> = {
  'a place in a rate window': { operations: (index) => [make.rate(user(index), 1_000_000)] },
  'a refusal by a full window of 1,000 places': {
    before: (name) => Array.from({ length: name === 'user-0' ? 1_000 : 0 }, () => make.rate(name, 1_000)),
    operations: () => [make.rate('user-0', 1_000)],
  },
  'into a closed breaker, and out of it': { operations: () => make.trip('payments', 'success') },
  'an attempt': { operations: (index) => [make.attempt(`run-${index % USERS}`, 0)] },
  'an execution begun, and finished with a result of 100 characters': {
    operations: (index) => [
      make.begin(`user:${user(index)}`, `k${index}`),
      make.finish(`user:${user(index)}`, `k${index}`),
    ],
  },
  'a fact minted, in a session of 1,000': {
    before: (name) => [make.facts(name, name === 'user-0' ? 1_000 : 1)],
    operations: () => [make.facts('user-0', 1)],
  },
  '100 facts minted at once': { operations: (index) => [make.facts(user(index), 100)] },
  'a fact asked for, in a session of 1,000': {
    before: (name) => [make.facts(name, name === 'user-0' ? 1_000 : 1)],
    operations: () => [make.fact('user-0')],
  },
  'an amount held of a shared budget, and settled': {
    operations: (index) => [make.hold('acme', `call-${index}`), make.settle('acme', `call-${index}`)],
  },
  'all that admits a call: key, attempt, fact, breaker, place': {
    before: (name) => [make.facts(name, 10)],
    operations: (index) => [
      make.begin(`user:${user(index)}`, `k${index}`),
      make.attempt(`run-${index % USERS}`, 0),
      make.fact(user(index)),
      make.enter('payments', `call-${index}`),
      make.rate(user(index), 1_000_000),
    ],
  },
};

/** How long each takes, alone and among others, and how long the server works for it: the best of some rounds. */
export async function measureOperations(server: RedisServer): Promise<Row[]> {
  const client = new Redis(server.url);
  const rows: Row[] = [await measure('PING, to compare with', client, 'ping', () => client.ping())];
  for (const [name, { operations, before }] of Object.entries(OPERATIONS)) {
    await client.flushall();
    const store = new RedisStore(client, { timeout: '30s' });
    for (let index = 0; before !== undefined && index < USERS; index++) await store.apply(before(user(index)), 0);
    rows.push(await measure(name, client, 'evalsha', (index) => store.apply(operations(index), 0)));
    store.close();
  }
  client.disconnect();
  return rows;
}

async function measure(
  name: string,
  client: Redis,
  command: string,
  act: (index: number) => Promise<unknown>,
): Promise<Row> {
  let index = 0;
  const next = (): Promise<unknown> => act(index++);
  for (let warm = 0; warm < ALONE; warm++) await next();
  const rounds: { alone: number; perSecond: number; ofServer: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await client.config('RESETSTAT');
    const alone = await medianMicros(next);
    const perSecond = await throughput(next);
    const stats = infoOf(await client.info('commandstats')).get(`cmdstat_${command}`) ?? '';
    rounds.push({ alone, perSecond, ofServer: Number(/usec_per_call=([\d.]+)/.exec(stats)?.[1]) });
  }
  return [
    name,
    Math.min(...rounds.map(({ alone }) => alone)),
    Math.round(Math.max(...rounds.map(({ perSecond }) => perSecond)) / 100) * 100,
    Math.max(1, Math.min(...rounds.map(({ ofServer }) => ofServer))),
  ];
}

async function medianMicros(act: () => Promise<unknown>): Promise<number> {
  const each: number[] = [];
  for (let count = 0; count < ALONE; count++) {
    const start = performance.now();
    await act();
    each.push((performance.now() - start) * 1_000);
  }
  return each.sort((a, b) => a - b)[ALONE / 2] ?? 0;
}

async function throughput(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let left = TOGETHER;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await act();
    }),
  );
  return TOGETHER / ((performance.now() - start) / 1_000);
}
