import { Agent, AgentHost, MemoryStore, RateLimit, type Run, Tool } from '@actguard/core';
import { bytesPerOne } from '../../measure/heap.js';
import type { Call } from '../../measure/loop.js';
import { measurePairs } from '../../measure/pairs.js';
import type { Case } from '../../measure/readings.js';
import { caught } from '../../measure/thrown.js';
import { measureGrowth } from './by-hand.js';
import { numbered } from './numbered.js';
import { randomBelow, SteppingClock } from './stepping-clock.js';

const CALLS_PER_KEY = 5;
const KEYS_TABLE = 'Calls with a rate limit by number of keys, in multiples of the same call with one key';
const LIMITS_TABLE = 'Calls with a rate limit by its size, window full, in multiples of a limit of 10';

interface Keyed {
  readonly user: string;
}

/** A class with the limit that is asked for; the decorator is applied as it would be in the source. */
function limited(maxCalls: number, period: number) {
  @Agent()
  class Limited {
    @Tool()
    @RateLimit({ maxCalls, period, scope: 'user' })
    async search(args: Keyed): Promise<string> {
      return args.user;
    }
  }
  return Limited;
}

interface Place {
  readonly clock: SteppingClock;
  readonly run: Run;
  readonly call: (args: Keyed) => Promise<string>;
}

async function open(maxCalls: number, period: number): Promise<Place> {
  const clock = new SteppingClock();
  const Limited = limited(maxCalls, period);
  const host = await AgentHost.create({ agents: [Limited], clock, store: new MemoryStore({ maxKeys: 2_000_000 }) });
  const run = host.open();
  const agent = run.get(Limited);
  return { clock, run, call: run.bind((args: Keyed) => agent.search(args)) };
}

/** Calls of random keys, each of which is called five times in its window. */
async function withKeys(count: number, objects = count): Promise<Call> {
  const { clock, call } = await open(50, CALLS_PER_KEY * count);
  // The caller's own objects are as many for one key, so that only what the store looks up differs.
  const texts = Array.from({ length: count }, (_, index) => `user-${index}`);
  const users = Array.from({ length: objects }, (_, index) => ({ user: texts[index % count] as string }));
  for (const user of users.slice(0, count)) {
    clock.time++;
    await call(user);
  }
  const next = randomBelow(objects);
  return () => {
    clock.time++;
    return call(users[next()] as Keyed);
  };
}

function keys(count: number): Case {
  return {
    name: `rate-keys-${count}`,
    title: numbered(count, 'key'),
    table: KEYS_TABLE,
    measure: async (budget) => measureGrowth(withKeys, count, budget),
  };
}

/** Every call comes at the moment at which the oldest one leaves a full window. */
async function admitted(limit: number): Promise<Call> {
  const { clock, call } = await open(limit, limit);
  const user = { user: 'alice' };
  const next: Call = () => {
    clock.time++;
    return call(user);
  };
  for (let index = 0; index < 2 * limit; index++) await next(index);
  return next;
}

async function refused(limit: number): Promise<Call> {
  const { clock, call } = await open(limit, 10 * limit);
  const user = { user: 'alice' };
  for (let index = 0; index < limit; index++) {
    clock.time++;
    await call(user);
  }
  return caught(() => call(user));
}

function limits(limit: number): readonly Case[] {
  const title = `limit of ${limit.toLocaleString('en-GB')}`;
  const table = LIMITS_TABLE;
  return [
    {
      name: `rate-limit-${limit}`,
      title: `${title}, admitted`,
      table,
      measure: async (budget) => measurePairs(await admitted(limit), await admitted(10), budget),
    },
    {
      name: `rate-limit-${limit}-refused`,
      title: `${title}, refused`,
      table,
      measure: async (budget) => measurePairs(await refused(limit), await refused(10), budget),
    },
  ];
}

/** What a rate limit costs when there is much of it. */
export const rates: readonly Case[] = [
  ...[1, 1000, 100_000, 1_000_000].map(keys),
  ...[10, 100, 1000, 10_000].flatMap(limits),
];

/** One call recorded per key; the texts of the keys are the caller's. */
export const bytesPerRateKey: Case = {
  name: 'bytes-rate-key',
  title: 'rate-limit key with one call',
  table: 'Memory',
  async measure() {
    const most = 200_000;
    const { clock, call } = await open(10, 10_000_000);
    const users = Array.from({ length: most }, (_, index) => ({ user: `user-${index}` }));
    return {
      bytes: await bytesPerOne((index) => {
        clock.time++;
        return call(users[index] as Keyed);
      }, most),
    };
  },
};
