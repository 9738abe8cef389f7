import { AgentHost, type Run } from '@actguard/core';
import { bytesPerOne } from '../../measure/heap.js';
import type { Call } from '../../measure/loop.js';
import { measurePairs } from '../../measure/pairs.js';
import type { Case } from '../../measure/readings.js';
import { QUERY, Shop } from '../shop.js';
import { numbered } from './numbered.js';
import { randomBelow } from './stepping-clock.js';

/** Calls of four guards in random runs, of `used` out of those that are open. */
async function withRuns(count: number, used = count): Promise<Call> {
  const host = await AgentHost.create({ agents: [Shop] });
  const calls: (() => Promise<string>)[] = [];
  for (let index = 0; index < count; index++) {
    const run = host.open({ userId: `user-${index}` });
    const shop = run.get(Shop);
    calls.push(run.bind(() => shop.four(QUERY)));
  }
  const next = randomBelow(used);
  return () => (calls[next()] as () => Promise<string>)();
}

function openRuns(name: string, title: string, count: number, used = count): Case {
  return {
    name,
    title,
    table: 'Calls of four guards by number of open runs, in multiples of the same call with one run',
    measure: async (budget) => measurePairs(await withRuns(count, used), await withRuns(1), budget),
  };
}

const FEW = 100;

/** Open runs. Those that all make calls take part in what the caches of the processor can hold, those that rest do not. */
export const runs: readonly Case[] = [
  ...[1, FEW, 10_000].map((count) => openRuns(`runs-${count}`, numbered(count, 'run'), count)),
  openRuns('runs-resting', `${numbered(10_000, 'run')}, ${FEW} of which make calls`, 10_000, FEW),
];

function bytesPerRun(name: string, title: string, use: (run: Run) => unknown): Case {
  return {
    name,
    title,
    table: 'Memory',
    async measure() {
      const most = 12_000;
      const host = await AgentHost.create({ agents: [Shop] });
      const users = Array.from({ length: most }, (_, index) => `user-${index}`);
      const open: Run[] = new Array(most);
      const bytes = await bytesPerOne(async (index) => {
        const run = host.open({ userId: users[index] as string });
        open[index] = run;
        await use(run);
      }, most);
      return { bytes };
    },
  };
}

export const runBytes: readonly Case[] = [
  bytesPerRun('bytes-run', 'open run, idle', () => {}),
  bytesPerRun('bytes-run-used', 'open run with an agent, after a call of four guards', (run) =>
    run.get(Shop).four(QUERY),
  ),
];
