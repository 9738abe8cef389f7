import { setTimeout as sleep } from 'node:timers/promises';
import {
  Agent,
  AgentHost,
  type Answers,
  IdempotencyInProgressError,
  IdempotencyOutcomeUnknownError,
  Idempotent,
  type Reconciliation,
  type StateStore,
  type StoreOperation,
  Tool,
} from '@actguard/core';
import { hear, say } from '../worker-side.js';
import { Connections } from './connections.js';
import { readSetting } from './setting.js';

// A worker of ../../src/processes/idempotency.test.ts: pays, and counts each payment on the server, beside the store.

/** Where a worker may end itself. */
export type Point =
  | 'before the record is sent'
  | 'behind the sending of the record'
  | 'before the method'
  | 'in the method'
  | 'behind the sending of the effect'
  | 'behind the effect'
  | 'before the result is sent'
  | 'behind the sending of the result'
  | 'before the answer';

export type ToolName = 'pay' | 'transfer';

export interface Payment {
  readonly tool: ToolName;
  readonly key: string;
}

export type PaymentTask =
  /** Makes payments with new keys, so many at once, until it is killed; says each before and after. */
  | { readonly storm: number }
  /** Makes payments, and ends itself as soon as all of them have come to a point. */
  | { readonly payments: readonly Payment[]; readonly dieAt: Point }
  /** Asks for each payment until it is no longer under way, and says what became of them. */
  | { readonly payments: readonly Payment[] };

export type StormNews = { readonly asked: Payment } | { readonly answered: string };

/** A receipt, or that nobody knows. */
export type Outcome = 'receipt' | 'unknown';

const setting = readSetting();
const connections = await Connections.open(setting);
const { world } = connections;
const effects = connections.key('effects');
const lookUps = connections.key('look-ups');

let dieAt: Point | undefined;
let expected = 0;
let isStorming = false;
const arrived = new Set<string>();

/** Goes no further than to the point where this process ends. */
async function come(point: Point, key: string): Promise<void> {
  if (point !== dieAt) return;
  arrived.add(key);
  // One turn later, so that what was sent before is on its way.
  if (arrived.size === expected) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
  await new Promise(() => {});
}

/** The store, with a look at what goes in and out. */
const store: StateStore = {
  async apply<const Operations extends readonly StoreOperation[]>(operations: Operations, now: number) {
    const record = operations.find((each) => each.op === 'idempotency.begin' || each.op === 'idempotency.finish');
    const key = record?.key ?? '';
    const isBegin = record?.op === 'idempotency.begin';
    if (record) await come(isBegin ? 'before the record is sent' : 'before the result is sent', key);
    const answering: Promise<Answers<Operations>> = connections.store.apply(operations, now);
    if (record) await come(isBegin ? 'behind the sending of the record' : 'behind the sending of the result', key);
    const answers = await answering;
    if (record) await come(isBegin ? 'before the method' : 'before the answer', key);
    return answers;
  },
};

async function lookUp({ key }: { readonly key: string }): Promise<Reconciliation<string>> {
  await world.hincrby(lookUps, key, 1);
  const isPaid = (await world.hget(effects, key)) !== null;
  return isPaid ? { outcome: 'done', result: receiptOf(key) } : { outcome: 'not_done' };
}

const receiptOf = (key: string): string => `receipt of ${key}`;

async function payFor(key: string): Promise<string> {
  await come('in the method', key);
  if (isStorming) await sleep(Math.random() * 6);
  const paying = world.hincrby(effects, key, 1);
  await come('behind the sending of the effect', key);
  await paying;
  await come('behind the effect', key);
  if (isStorming) await sleep(Math.random() * 6);
  return receiptOf(key);
}

@Agent()
class Bank {
  @Tool()
  @Idempotent({ key: 'key', within: 'host' })
  async pay({ key }: { readonly key: string }): Promise<string> {
    return await payFor(key);
  }

  @Tool()
  @Idempotent({ key: 'key', within: 'host', reconcile: lookUp })
  async transfer({ key }: { readonly key: string }): Promise<string> {
    return await payFor(key);
  }
}

const host = await AgentHost.create({ agents: [Bank], store });
const bank = host.open({ userId: 'alice' }).get(Bank);
async function storm(lane: number): Promise<void> {
  for (let count = 0; ; count++) {
    const key = `${setting.index}-${lane}-${count}`;
    const tool = (lane + count) % 2 === 0 ? 'pay' : 'transfer';
    say({ asked: { tool, key } } satisfies StormNews);
    if ((await bank[tool]({ key })) !== receiptOf(key)) throw new Error(`the receipt of ${key} is wrong`);
    say({ answered: key } satisfies StormNews);
  }
}

async function outcomeOf({ tool, key }: Payment): Promise<Outcome> {
  for (;;) {
    try {
      if ((await bank[tool]({ key })) !== receiptOf(key)) throw new Error(`the receipt of ${key} is wrong`);
      return 'receipt';
    } catch (error) {
      if (error instanceof IdempotencyOutcomeUnknownError) return 'unknown';
      if (!(error instanceof IdempotencyInProgressError)) throw error;
      await sleep(50);
    }
  }
}

say('ready');
for (;;) {
  const task = (await hear()) as PaymentTask;
  if ('storm' in task) {
    isStorming = true;
    for (let lane = 0; lane < task.storm; lane++) void storm(lane);
  } else {
    dieAt = 'dieAt' in task ? task.dieAt : undefined;
    expected = task.payments.length;
    say(await Promise.all(task.payments.map(outcomeOf)));
  }
}
