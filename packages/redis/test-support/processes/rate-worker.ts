import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Agent,
  AgentHost,
  type Answers,
  RateLimit,
  RateLimitExceededError,
  type StateStore,
  type StoreAnswers,
  type StoreOperation,
  Tool,
} from '@actguard/core';
import { hear, say } from '../worker-side.js';
import { Connections } from './connections.js';
import { readSetting } from './setting.js';

// A worker of ../../src/processes/rate-limit.test.ts: calls a tool as often as it is told.

export interface RateTask {
  readonly tool: 'order' | 'search' | 'send';
  /** Calls until so many were made, or until so many were admitted. */
  readonly until: { readonly made: number } | { readonly admitted: number };
  /** How many of them at once. */
  readonly lanes: number;
  /** Notes when each was admitted. */
  readonly isTimed: boolean;
}

/** When a call was admitted, in microseconds of the server's clock: as the store says, and between two looks at that clock. */
export interface AdmittedAt {
  readonly before: number;
  readonly ticket: number;
  readonly after: number;
}

export interface RateReport {
  readonly admitted: number;
  readonly refused: number;
  readonly times: readonly AdmittedAt[];
}

@Agent()
class Shop {
  @Tool()
  @RateLimit({ maxCalls: 1_000, period: '1d' })
  async order(): Promise<void> {}

  @Tool()
  @RateLimit({ maxCalls: 20, period: '250ms' })
  async search(): Promise<void> {}

  @Tool()
  @RateLimit({ maxCalls: 15, period: '250ms', onLimit: 'wait', maxWait: '10m' })
  async send(): Promise<void> {}
}

const connections = await Connections.open(readSetting());
const ofCall = new AsyncLocalStorage<{ ticket: number }>();

/** Notes the ticket of each admission: the moment by which the store counts. */
const store: StateStore = {
  async apply<const Operations extends readonly StoreOperation[]>(operations: Operations, now: number) {
    const answers: Answers<Operations> = await connections.store.apply(operations, now);
    for (const [index, { op }] of operations.entries()) {
      const answer = answers[index] as unknown as StoreAnswers['rate.take'];
      const call = ofCall.getStore();
      if (op === 'rate.take' && answer?.admitted && call !== undefined) call.ticket = answer.ticket;
    }
    return answers;
  },
};

async function carryOut(shop: Shop, { tool, until, lanes, isTimed }: RateTask): Promise<RateReport> {
  const times: AdmittedAt[] = [];
  let made = 0;
  let admitted = 0;
  let refused = 0;

  const isDone = (): boolean => ('made' in until ? made >= until.made : admitted >= until.admitted);
  const call = async (): Promise<void> => {
    made++;
    const noted = { ticket: 0 };
    const before = isTimed ? await connections.serverTime() : 0;
    try {
      await ofCall.run(noted, () => shop[tool]());
      admitted++;
      if (isTimed) times.push({ before, ticket: noted.ticket, after: await connections.serverTime() });
    } catch (error) {
      if (!(error instanceof RateLimitExceededError)) throw error;
      refused++;
      if (isTimed) await sleep(1);
    }
  };
  const lane = async (): Promise<void> => {
    while (!isDone()) await call();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { admitted, refused, times };
}

const host = await AgentHost.create({ agents: [Shop], store });
say('ready');
for (;;) {
  const task = (await hear()) as RateTask;
  say(await host.run(async (run) => await carryOut(run.get(Shop), task)));
}
