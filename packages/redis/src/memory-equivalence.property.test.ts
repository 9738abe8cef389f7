import { setTimeout as sleep } from 'node:timers/promises';
import { type FactsView, MemoryStore, type StateStore, type StoreOperation, type TakenFact } from '@actguard/core';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Cluster, Redis } from 'ioredis';
import { AnyRedis } from '../test-support/any-redis.js';
import { describeWithOwnRedis, describeWithRedis } from '../test-support/describe-with-redis.js';
import { type Handed, NASTY, type Step, steps } from '../test-support/random-operations.js';
import { RedisCluster } from '../test-support/redis-cluster.js';
import { RedisStore } from './index.js';

const CAPS = { maxFactsPerSession: 8, maxUserTokensPerSession: 20 };
const AN_INSTANT_IS_OVER = 5;
// The same cases every time; others by another number.
const SEED = 20_261_122;

function handedOut(): Handed {
  return { tickets: [], generations: [], taken: [] };
}

// Times and generations are each store's own; everything else has to be the same.
function plainAnswer(operation: StoreOperation, answer: unknown, handed: Handed): unknown {
  if (answer === undefined || answer === null) return undefined;
  if (operation.op === 'fact.read') return readAll(answer as FactsView);
  const { ticket, generation, retryAfterMs, taken, ...rest } = answer as Record<string, unknown>;
  const isAdmitted = rest['admitted'] === true;
  if (operation.op === 'rate.take' && isAdmitted) handed.tickets.push({ key: operation.key, ticket: ticket as number });
  if (operation.op === 'breaker.enter' && isAdmitted) {
    const { name: of, owner: by } = operation;
    handed.generations.push({ name: of, owner: by, generation: generation as number });
  }
  if (operation.op === 'fact.require' && isAdmitted && taken !== undefined)
    handed.taken.push({ session: operation.session, taken: taken as readonly TakenFact[] });
  const facts = (taken as readonly TakenFact[] | undefined)?.map(({ kind: of, value: text, origin }) => ({
    of,
    text,
    origin,
  }));
  const wait = retryAfterMs === undefined ? undefined : Math.round((retryAfterMs as number) / 600_000);
  return { ...rest, facts, wait };
}

function readAll(view: FactsView): unknown {
  const facts = view.list().map((fact) =>
    JSON.stringify(
      Object.entries(fact)
        .filter(([, each]) => each !== undefined)
        .sort(),
    ),
  );
  return { facts: facts.sort(), said: NASTY.filter((text) => view.mentioned(text, { minLength: 1 })) };
}

async function answersOf(
  store: StateStore,
  list: readonly Step[],
  handed: Handed,
): Promise<{ readonly operations: readonly StoreOperation[]; readonly answers: readonly unknown[] }> {
  const operations = list.map((step) => step(handed));
  const answers = (await store.apply(operations, performance.now())) as readonly unknown[];
  const isThrough = answers.length === operations.length;
  const kept = handedOut();
  const plain = answers.map((answer, index) => plainAnswer(operations[index] as StoreOperation, answer, kept));
  // What a refused list had taken is taken back.
  if (isThrough)
    for (const [of, things] of Object.entries(kept)) (handed[of as keyof Handed] as unknown[]).push(...things);
  return { operations, answers: plain };
}

// Only what could be sent twice by a client is told apart from it by its list: one list has each owner once.
function isOfOneCall(operations: readonly StoreOperation[]): boolean {
  const begun = operations
    .filter(({ op }) => op === 'idempotency.begin' || op === 'breaker.enter')
    .map((operation) => JSON.stringify([operation.op, (operation as { owner: string }).owner]));
  return new Set(begun).size === begun.length;
}

// What is read is to be asked at once: in memory it is a view, which what follows in the list would change.
function upToItsRead(list: readonly Step[], handed: Handed): readonly Step[] {
  const at = list.findIndex((step) => step(handed).op === 'fact.read');
  return at < 0 ? list : list.slice(0, at + 1);
}

/** Two stores take turns, as two processes would. */
async function actTheSame(
  [one, other]: readonly [StateStore, StateStore],
  lists: readonly (readonly Step[])[],
): Promise<void> {
  const memory = new MemoryStore(CAPS);
  const [byMemory, byRedis] = [handedOut(), handedOut()];
  const done: (readonly StoreOperation[])[] = [];
  for (const [index, any] of lists.entries()) {
    const list = upToItsRead(any, byMemory);
    const planned = list.map((step) => step(byMemory));
    if (!isOfOneCall(planned)) continue;
    // A session that was closed, and what is put back, may have little time left.
    const hasInstant = JSON.stringify(planned, (_, each) => (typeof each === 'bigint' ? 0 : each)).match(
      /"(?:periodMs|resetTimeoutMs|ttlMs|withinMs|idleMs)":1\b|session\.close|giveBack/,
    );
    if (hasInstant) await sleep(AN_INSTANT_IS_OVER);
    const expected = await answersOf(memory, list, byMemory);
    const actual = await answersOf(index % 3 === 1 ? other : one, list, byRedis);
    done.push(planned);
    // All that was done is part of it, so that a failure says what led to it.
    expect({ answers: actual.answers, done }).toEqual({ answers: expected.answers, done });
    if (hasInstant) await sleep(AN_INSTANT_IS_OVER);
  }
}

function closeAll(stores: readonly RedisStore[]): void {
  for (const store of stores) store.close();
}

function twoOf<T>(make: () => T): readonly [T, T] {
  return [make(), make()];
}

const listsOf = (withInstants: boolean) =>
  fc.array(fc.array(steps(withInstants), { minLength: 1, maxLength: 4, size: 'max' }), { maxLength: 30, size: 'max' });

describeWithRedis('RedisStore and MemoryStore', () => {
  let redis: AnyRedis;
  let client: Redis;
  beforeAll(async () => {
    redis = await AnyRedis.open();
    client = new Redis(redis.url);
  });
  afterAll(async () => {
    await client?.quit();
    await redis?.close();
  });

  it('answer any lists of operations the same', async () => {
    const property = fc.asyncProperty(listsOf(true), async (lists) => {
      const prefix = redis.newPrefix();
      const stores = twoOf(() => new RedisStore(client, { ...CAPS, prefix, timeout: '10s' }));
      await actTheSame(stores, lists).finally(() => closeAll(stores));
    });
    await fc.assert(property, { numRuns: 75, seed: SEED });
  }, 60_000);

  it('lets every key expire, whatever was done', async () => {
    const prefix = redis.newPrefix();
    const store = new RedisStore(client, { ...CAPS, prefix, timeout: '10s' });
    const handed = handedOut();
    const property = fc.asyncProperty(listsOf(true), async (lists) => {
      for (const list of lists) await answersOf(store, list, handed).catch(() => {});
      for (const key of await redis.keys(prefix)) expect([key, await client.pttl(key)]).not.toEqual([key, -1]);
    });
    await fc.assert(property, { numRuns: 20, seed: SEED });
    store.close();
  }, 60_000);
});

describeWithOwnRedis('RedisStore on a cluster and MemoryStore', () => {
  let cluster: RedisCluster;
  let client: Cluster;
  let runs = 0;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    client = new Cluster([...cluster.nodes]);
  }, 60_000);
  afterAll(async () => {
    client?.disconnect();
    await cluster?.close();
  });

  it('answer any lists of operations the same', async () => {
    const property = fc.asyncProperty(listsOf(false), async (lists) => {
      const prefix = `test-${++runs}-`;
      const stores = twoOf(() => new RedisStore(client, { ...CAPS, prefix, timeout: '10s' }));
      await actTheSame(stores, lists).finally(() => closeAll(stores));
    });
    await fc.assert(property, { numRuns: 40, seed: SEED });
  }, 60_000);
});
