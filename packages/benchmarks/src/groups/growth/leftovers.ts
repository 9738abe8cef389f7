import { getEventListeners, once } from 'node:events';
import { Agent, AgentHost, currentCall, MaxAttempts, type Run, Timeout, Tool } from '@actguard/core';
import { AsyncCensus } from '../../measure/async-census.js';
import { heapInUse } from '../../measure/heap.js';
import { loopOf } from '../../measure/loop.js';
import type { Case, Readings } from '../../measure/readings.js';
import { inShop, KNOWN_ORDER, newOrder, QUERY, Shop } from '../shop.js';

/** Far fewer in a quick run. */
const QUICK_SHARE = 10;

function heapAfter(
  name: string,
  title: string,
  count: number,
  prepare: (shop: Shop) => (index: number) => unknown,
): Case {
  return {
    name,
    title,
    table: 'After many calls',
    rounds: 1,
    measure: ({ measureMs }) =>
      inShop(async (shop): Promise<Readings> => {
        const calls = measureMs < 100 ? count / QUICK_SHARE : count;
        const loop = loopOf(prepare(shop));
        // What is there once: compiled code, tables that have grown to their size.
        await loop(calls / 10);
        const before = heapInUse();
        await loop(calls);
        return { calls, grown: heapInUse() - before };
      }),
  };
}

/** Calls that end in another way than well. */
@Agent()
class Trouble {
  @Tool()
  @MaxAttempts(1)
  async refused(_: object): Promise<void> {}

  @Tool()
  async failing(_: object): Promise<void> {
    throw new Error('down');
  }

  @Tool()
  @Timeout(1)
  async slow(_: object, call = currentCall()): Promise<void> {
    await once(call.signal, 'abort');
  }

  @Tool()
  async endless(_: object, call = currentCall()): Promise<void> {
    await once(call.signal, 'abort');
  }
}

async function goWrong(run: Run): Promise<void> {
  const trouble = run.get(Trouble);
  for (let index = 0; index < 100; index++)
    await Promise.allSettled([trouble.refused({}), trouble.failing({}), trouble.slow({})]);
}

async function killedOnTheWay(run: Run): Promise<void> {
  const cut = run.get(Trouble).endless({});
  run.kill('enough');
  await cut.catch(() => {});
}

const leftBehind: Case = {
  name: 'left-behind',
  title: 'after 20,000 calls, some refused, timed out and killed, the run and its host ended',
  table: 'After many calls',
  async measure() {
    const resources = process.getActiveResourcesInfo().length;
    const processListeners = countListeners();
    const { signal } = new AbortController();
    let whileOpen = { pending: 0, timers: 0 };
    const all = await AsyncCensus.of(async () => {
      const host = await AgentHost.create({ agents: [Shop, Trouble] });
      await host.run({ userId: 'alice', signal }, async (run) => {
        run.facts.add('order_id', KNOWN_ORDER);
        const shop = run.get(Shop);
        whileOpen = await AsyncCensus.of(async () => {
          for (let index = 0; index < 10_000; index++) {
            await shop.everything(newOrder(index));
            await shop.four(QUERY);
          }
        });
        await goWrong(run);
      });
      await host.run({ userId: 'bob', signal }, killedOnTheWay);
      await host.close();
    });
    return {
      calls: 20_301,
      pending: all.pending,
      pendingInRun: whileOpen.pending,
      timersInRun: whileOpen.timers,
      resources: process.getActiveResourcesInfo().length - resources,
      listeners: getEventListeners(signal, 'abort').length + countListeners() - processListeners,
    };
  },
};

function countListeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

/** What is left after calls. */
export const leftovers: readonly Case[] = [
  heapAfter('heap-four', 'heap after ten million calls of four guards', 10_000_000, (shop) => () => shop.four(QUERY)),
  heapAfter(
    'heap-everything',
    'heap after a million calls of all guards',
    1_000_000,
    (shop) => (index) => shop.everything(newOrder(index)),
  ),
  leftBehind,
];
