import { getEventListeners } from 'node:events';
import { AgentHost } from '@actguard/core';
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

const leftBehind: Case = {
  name: 'left-behind',
  title: 'after 10,000 calls of all guards, the run and its host ended',
  table: 'After many calls',
  async measure() {
    const resources = process.getActiveResourcesInfo().length;
    const processListeners = countListeners();
    const { signal } = new AbortController();
    let whileOpen = { pending: 0, timers: 0 };
    const all = await AsyncCensus.of(async () => {
      const host = await AgentHost.create({ agents: [Shop] });
      await host.run({ userId: 'alice', signal }, async (run) => {
        run.facts.add('order_id', KNOWN_ORDER);
        const shop = run.get(Shop);
        whileOpen = await AsyncCensus.of(async () => {
          for (let index = 0; index < 10_000; index++) {
            await shop.everything(newOrder(index));
            await shop.four(QUERY);
          }
        });
      });
      await host.close();
    });
    return {
      calls: 20_000,
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
