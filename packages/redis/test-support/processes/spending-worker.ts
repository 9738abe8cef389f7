import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentHost, admitModelCall, BudgetExceededError, tokenUsage } from '@actguard/core';
import { hear, say } from '../worker-side.js';
import { ACME, nanosOf, PRICES, RAW_BUDGETS, type RawBudget } from './budgets.js';
import { Connections } from './connections.js';
import { readSetting } from './setting.js';

// A worker of ../../src/processes/budgets.test.ts: spends until nothing is left, and notes on the server what it really spends.

const LANES = 8;
const MOST = 50;
const INPUT = 10;
const MOST_OUTPUT = 40;

const connections = await Connections.open(readSetting());
const { store, world } = connections;
const spent = connections.key('spent');

const upTo = (most: number): number => 1 + Math.floor(Math.random() * most);
const aMoment = (): Promise<void> => sleep(Math.random() * 4);

async function spend({ key, limit, lapse }: RawBudget): Promise<void> {
  const budgets = [{ key, limit }];
  for (let most = MOST; ; ) {
    const [owner, amount] = [randomUUID(), upTo(most)];
    const hold = { op: 'budget.hold', budgets, owner, amount, lapse, observe: false } as const;
    const [answer] = await store.apply([hold], performance.now());
    if (answer.admitted) {
      const used = upTo(amount);
      await aMoment();
      await world.hincrby(spent, key, used);
      await aMoment();
      await store.apply([{ op: 'budget.settle', budgets: [{ key }], owner, used }], performance.now());
      say('spent');
    } else if ('full' in answer) throw new Error('the store is full');
    else if (answer.used >= limit) return;
    else {
      most = Math.min(MOST, Math.max(1, limit - answer.used - answer.held));
      await sleep(20);
    }
  }
}

async function callModel(): Promise<void> {
  for (;;) {
    try {
      const bound = () => ({ inputTokens: INPUT, outputTokens: MOST_OUTPUT });
      const call = await admitModelCall({ provider: 'lab', model: 'm', operation: 'chat', bound });
      const output = upTo(call.outputCap ?? MOST_OUTPUT);
      await aMoment();
      const nanos = nanosOf(INPUT, output);
      await world
        .multi()
        .hincrby(spent, 'tokens', INPUT + output)
        .hincrby(spent, 'nanos', nanos)
        .exec();
      await aMoment();
      call.settle({ outcome: 'success', usage: tokenUsage({ input: INPUT, output }) });
      say('called');
    } catch (error) {
      if (!(error instanceof BudgetExceededError)) throw error;
      if (await isUsedUp()) return;
      await sleep(20);
    }
  }
}

/** Nobody holds anything, and not even the smallest call fits into what is left. */
async function isUsedUp(): Promise<boolean> {
  const { tokensHeld, tokensRemaining = 0, usdHeld, usdRemaining = 0 } = await host.sharedBudget(ACME);
  if (tokensHeld !== 0 || usdHeld !== 0) return false;
  return tokensRemaining < INPUT + 1 || Math.round(usdRemaining * 1e9) < nanosOf(INPUT, 1);
}

const host = await AgentHost.create({ store, sharedBudgets: [ACME], prices: PRICES, drain: '30s' });
const inLanes = async (act: () => Promise<void>): Promise<unknown> =>
  await Promise.all(Array.from({ length: LANES }, act));

say('ready');
await hear();
await Promise.all([
  ...RAW_BUDGETS.map((budget) => inLanes(() => spend(budget))),
  host.run(async () => await inLanes(callModel)),
]);
await host.close();
// It ends by itself: nothing that it held keeps it.
connections.close();
