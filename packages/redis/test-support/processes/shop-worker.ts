import './skewed-clocks.js';
import { randomUUID } from 'node:crypto';
import {
  Agent,
  AgentHost,
  admitModelCall,
  CircuitBreaker,
  Enforce,
  Idempotent,
  isActGuardError,
  MaxAttempts,
  Prove,
  RateLimit,
  type Run,
  type RunOptions,
  requireCall,
  requireFact,
  sharedBudget,
  Tool,
  tokenUsage,
} from '@actguard/core';
import { hear, say } from '../worker-side.js';
import { Connections } from './connections.js';
import { readSetting } from './setting.js';

// A worker of ../../src/processes/conversation.test.ts and clocks.test.ts: has one run at a time, in which it does what it is told.

export type ShopTask =
  | { readonly run: RunOptions }
  | { readonly call: keyof Shop; readonly with?: Readonly<Record<string, string>> }
  | { readonly userSaid: string }
  | { readonly vouchFor: string }
  | { readonly revoke: string }
  /** A call of a model that uses so many tokens. */
  | { readonly model: number }
  | { readonly tell: 'facts' | 'attempts' | 'budget' | 'time' }
  | { readonly endSession: string; readonly userId: string }
  | { readonly end: true };

/** What came of a task. */
export type ShopNews = { readonly value: unknown } | { readonly refused: string; readonly retryAfterMs?: number };

export interface ShopSetting {
  /** Time zone of the shared budget. */
  readonly timezone: string;
}

const setting = readSetting<ShopSetting>();
const connections = await Connections.open(setting);
const tenant = sharedBudget('tenant', {
  ...{ tokenLimit: 100, per: '1d', enforcement: 'hard' },
  timezone: setting.timezone,
});

@Agent()
class Shop {
  @Tool()
  @Prove({ kind: 'order_id', extract: '[].id', ttl: '1h' })
  async listOrders() {
    return [{ id: 'ord-1' }, { id: 'ord-2' }];
  }

  @Tool()
  @Prove({ kind: 'offer', extract: '[].id', ttl: '300ms' })
  async listOffers() {
    return [{ id: 'offer-1' }];
  }

  @Tool()
  @Enforce(requireFact('id', 'order_id', { from: ['tool', 'app', 'user'] }))
  async cancel({ id }: { readonly id: string }) {
    return `${id} is cancelled`;
  }

  @Tool()
  @Enforce(requireFact('id', 'offer'))
  async accept({ id }: { readonly id: string }) {
    return `${id} is accepted`;
  }

  @Tool()
  @Enforce(requireFact('id', 'order_id', { consume: true }))
  async refund({ id }: { readonly id: string }) {
    return `${id} is refunded`;
  }

  @Tool()
  async preview() {
    return 'looks good';
  }

  @Tool()
  @Enforce(requireCall('Shop.preview', { within: '1h' }))
  async ship() {
    return 'shipped';
  }

  @Tool()
  @MaxAttempts(2)
  async search() {
    return 'found';
  }

  @Tool()
  @RateLimit({ maxCalls: 3, period: '1h' })
  async order() {
    return 'ordered';
  }

  @Tool()
  @RateLimit({ maxCalls: 3, period: '300ms' })
  async browse() {
    return 'browsed';
  }

  @Tool()
  @CircuitBreaker({ name: 'mail', maxFails: 1, resetTimeout: '1h' })
  async mail({ fails }: { readonly fails: string }) {
    if (fails === 'yes') throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    return 'mailed';
  }

  @Tool()
  @CircuitBreaker({ name: 'fax', maxFails: 1, resetTimeout: '300ms' })
  async fax({ fails }: { readonly fails: string }) {
    if (fails === 'yes') throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    return 'faxed';
  }

  @Tool()
  @Idempotent({ key: 'key', within: 'host', ttl: '1h' })
  async pay(_: { readonly key: string }) {
    return `receipt ${randomUUID()}`;
  }
}

const host = await AgentHost.create({ agents: [Shop], store: connections.store, sharedBudgets: [tenant] });
let run: Run | undefined;
let running: Promise<void> | undefined;
let end: (() => void) | undefined;

/** Opens a run that takes tasks until it is told to end. */
async function open(options: RunOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const body = async (opened: Run): Promise<void> => {
      run = opened;
      const ended = new Promise<void>((ending) => (end = ending));
      resolve();
      await ended;
    };
    running = host.run(options, body);
    running.catch(reject);
  });
}

async function carryOut(task: ShopTask): Promise<unknown> {
  if ('run' in task) return await open(task.run);
  if ('endSession' in task) return await host.endSession(task.endSession, { userId: task.userId });
  if ('tell' in task && task.tell === 'budget') return await host.sharedBudget(tenant);
  if ('tell' in task && task.tell === 'time') return Date.now();
  if (run === undefined || end === undefined) throw new Error('there is no run');
  if ('call' in task) return await (run.get(Shop)[task.call] as (args: object) => Promise<unknown>)(task.with ?? {});
  if ('userSaid' in task) run.userSaid(task.userSaid);
  if ('vouchFor' in task) run.facts.add('order_id', task.vouchFor);
  if ('revoke' in task) run.facts.revoke('order_id', task.revoke);
  // Who reads facts waits for what the run has written.
  if ('userSaid' in task || 'vouchFor' in task || 'revoke' in task) return void (await run.facts.list());
  if ('model' in task) return await run.bind(callModel)(task.model);
  if ('tell' in task && task.tell === 'attempts') return run.attempts('Shop.search');
  if ('tell' in task) return (await run.facts.list()).map(({ kind, value }) => `${kind} ${value}`);
  end();
  return await running;
}

async function callModel(tokens: number): Promise<string> {
  const call = await admitModelCall({
    ...{ provider: 'lab', model: 'm', operation: 'chat' },
    bound: () => ({ inputTokens: tokens, outputTokens: 0 }),
  });
  call.settle({ outcome: 'success', usage: tokenUsage({ input: tokens }) });
  return 'answered';
}

async function newsOf(task: ShopTask): Promise<ShopNews> {
  try {
    return { value: (await carryOut(task)) ?? null };
  } catch (error) {
    if (!isActGuardError(error)) return { refused: error instanceof Error ? error.message : String(error) };
    const { code, retryAfterMs } = error as { code: string; retryAfterMs?: number };
    return { refused: code, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

say('ready');
for (;;) say(await newsOf((await hear()) as ShopTask));
