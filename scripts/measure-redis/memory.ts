import type { StoreOperation } from '@actguard/core';
import { RedisStore } from '@actguard/redis';
import { Redis } from 'ioredis';
import { infoOf } from '../../packages/redis/test-support/ask.js';
import type { RedisServer } from '../../packages/redis/test-support/redis-server.js';
import {
  attempt,
  begin,
  facts,
  finish,
  hold,
  openSession,
  rate,
  settle,
  trip as tripOf,
  turn,
} from './operation-builders.js';
import type { Row } from './table.js';

const USERS = 10_000;
const AT_ONCE = 100;

const times = (count: number, make: (index: number) => StoreOperation): StoreOperation[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** What is measured, by its name: lists of operations, one after the other. */
const ENTRIES: Readonly<Record<string, readonly (readonly StoreOperation[])[]>> = {
  'rate window, 1 place taken': [[rate('alice', 1)]],
  'rate window, 10 places taken': [times(10, () => rate('alice', 10))],
  'rate window, 100 places taken': [times(100, () => rate('alice', 100))],
  'breaker that nothing has failed at': [tripOf('closed', 'success')],
  'breaker, open': [tripOf('open', 'failure')],
  'run: attempts of 1 tool': [times(1, (index) => attempt('r1', index))],
  'run: attempts of 10 tools': [times(10, (index) => attempt('r1', index))],
  'idempotency record of a user, under way': [[begin('user:alice', 'k1')]],
  'idempotency record of a user, with a result of 100 characters': [
    [begin('user:alice', 'k1'), finish('user:alice', 'k1')],
  ],
  'idempotency record of a run, with its index': [[begin('run:r1', 'k1'), finish('run:r1', 'k1')]],
  'named session without facts': [[openSession('alice')]],
  'named session with 1 fact': [[openSession('alice'), facts('alice', 1)]],
  'named session with 100 facts of one call': [[openSession('alice'), facts('alice', 100)]],
  'what the user said: 1 turn of 100 characters': [[turn('alice')]],
  'what the user said: 10 turns of 100 characters': [times(10, () => turn('alice'))],
  'shared budget, used': [[hold('acme', 'c1'), settle('acme', 'c1')]],
  'shared budget, held by 10 calls': [times(10, (index) => hold('acme', `c${index}`))],
};

/** Bytes and keys of each kind of state, by MEMORY USAGE. */
export async function measureEntries(server: RedisServer): Promise<Row[]> {
  // Answers that are kept for a client that sends commands again are not counted.
  const client = new Redis(server.url, { autoResendUnfulfilledCommands: false });
  const store = new RedisStore(client, { timeout: '10s' });
  const rows: Row[] = [];
  for (const [name, lists] of Object.entries(ENTRIES)) {
    await client.flushall();
    for (const operations of lists) {
      const answers = await store.apply(operations, 0);
      if (answers.length < operations.length) throw new Error(`${name}: refused`);
    }
    const keys = await client.keys('*');
    const sizes = await Promise.all(keys.map((key) => client.memory('USAGE', key, 'SAMPLES', 0)));
    rows.push([name, keys.length, sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)]);
  }
  store.close();
  client.disconnect();
  return rows;
}

/** What a user comes to with everything around it, such as the tables of the server, by the growth of `used_memory`. */
export async function measureUsers(
  server: RedisServer,
): Promise<{ readonly count: number; readonly bytesEach: number; readonly keysEach: number }> {
  // Answers that are kept for a client that sends commands again are not counted.
  const client = new Redis(server.url, { autoResendUnfulfilledCommands: false });
  const store = new RedisStore(client, { timeout: '10s' });
  const used = async (): Promise<number> => Number(infoOf(await client.info('memory')).get('used_memory'));
  await client.flushall();
  const before = await used();
  for (let from = 0; from < USERS; from += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => addUser(store, `user-${from + index}`)));
  const [after, keys] = [await used(), await client.dbsize()];
  store.close();
  client.disconnect();
  return { count: USERS, bytesEach: Math.round((after - before) / USERS), keysEach: Math.round(keys / USERS) };
}

/** A window with 10 places, a session with 10 facts and 5 turns, a record, a budget. */
async function addUser(store: RedisStore, user: string): Promise<void> {
  const answers = await store.apply(
    [
      ...times(10, () => rate(user, 10)),
      openSession(user),
      facts(user, 10),
      ...times(5, () => turn(user)),
      begin(`user:${user}`, 'k1'),
      finish(`user:${user}`, 'k1'),
      hold(`user:${user}`, `call of ${user}`),
      settle(`user:${user}`, `call of ${user}`),
    ],
    0,
  );
  if (answers.length < 21) throw new Error(`refused: ${JSON.stringify(answers.at(-1))}`);
}
