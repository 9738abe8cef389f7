import type { FactRequire, StoreOperation } from '@actguard/core';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { AnyRedis } from '../test-support/any-redis.js';
import { describeWithRedis } from '../test-support/describe-with-redis.js';
import { RedisStore } from './index.js';

const ORIGIN = { source: 'tool', tool: 'A.list', at: 1 } as const;

function add(...values: readonly string[]): StoreOperation & { readonly op: 'fact.add' } {
  return { op: 'fact.add', session: 's', kind: 'order', values, origin: ORIGIN };
}
function require(value: string, given: Partial<FactRequire> = {}): FactRequire {
  const sources = { tool: true, app: true, user: { minLength: 3 } };
  const asked = { kind: 'order', values: [value], sources, consume: false, loose: false, observe: false };
  return { op: 'fact.require', session: 's', ...asked, ...given };
}
const say = (text: string) => ({ op: 'turn.add', session: 's', text }) as const;
const READ = { op: 'fact.read', session: 's' } as const;

describeWithRedis('a session that several processes use', () => {
  let redis: AnyRedis;
  let client: Redis;
  beforeAll(async () => {
    redis = await AnyRedis.open();
    client = new Redis(redis.url);
  });
  afterAll(async () => {
    client?.disconnect();
    await redis?.close();
  });
  const processes = () => {
    const options = { prefix: redis.newPrefix(), timeout: '10s' } as const;
    return [new RedisStore(client, options), new RedisStore(client, options)] as const;
  };

  test('is read whole by one that speaks and reads at once, while another spoke', async () => {
    const [here, there] = processes();
    await here.apply([add('o1'), say('about o1')], 0);
    await here.apply([READ], 0);
    await there.apply([say('and o2'), add('o3')], 0);
    const [, [facts]] = await Promise.all([here.apply([say('and o4')], 0), here.apply([READ], 0)]);
    for (const value of ['o1', 'o3']) expect(facts.has('order', value)).toBe(true);
    for (const word of ['about', 'o2', 'o4']) expect(facts.mentioned(word, { minLength: 2 })).toBe(true);
    expect((await here.apply([require('and o2')], 0))[0].admitted).toBe(true);
  });

  test('says nothing any more that was said before it began anew elsewhere', async () => {
    const [here, there] = processes();
    await here.apply([say('refund ord-77')], 0);
    expect((await here.apply([require('ord-77')], 0))[0].admitted).toBe(true);
    await there.apply([{ op: 'session.end', session: 's', scope: 'session:s' }, say('hello')], 0);
    expect((await here.apply([require('ord-77')], 0))[0].admitted).toBe(false);
    expect((await here.apply([READ], 0))[0].mentioned('ord-77')).toBe(false);
    expect((await here.apply([require('hello')], 0))[0].admitted).toBe(true);
  });

  test('tells apart a few spellings of an id; of too many none is meant, even when most are gone', async () => {
    const [store] = processes();
    const spellings = (count: number) => Array.from({ length: count }, (_, index) => caseOf('abcdefgh', index));
    await store.apply([add(...spellings(2))], 0);
    expect((await store.apply([require('#abcdefgh', { loose: true })], 0))[0]).toMatchObject({ why: 'ambiguous' });
    await store.apply([add(...spellings(100))], 0);
    for (const value of spellings(100)) expect((await store.apply([require(value)], 0))[0].admitted).toBe(true);
    const [left, ...others] = spellings(100);
    for (const value of others) await store.apply([{ op: 'fact.revoke', session: 's', kind: 'order', value }], 0);
    // Which are gone is not kept of so many.
    expect((await store.apply([require('#abcdefgh', { loose: true })], 0))[0]).toMatchObject({ why: 'ambiguous' });
    expect((await store.apply([require(left as string)], 0))[0].admitted).toBe(true);
  });

  test('takes no tool for one of its own properties', async () => {
    const [store] = processes();
    await store.apply([add('o1')], 0);
    for (const tool of ['ize', 'size', ':', 'epoch']) {
      const asked = { op: 'step.require', session: 's', tools: [tool], observe: false } as const;
      expect((await store.apply([asked], 0))[0].admitted).toBe(false);
    }
  });
});

/** One of the ways to write a word in capitals, by number. */
function caseOf(word: string, number: number): string {
  return [...word].map((char, index) => ((number >> index) & 1 ? char.toUpperCase() : char)).join('');
}
