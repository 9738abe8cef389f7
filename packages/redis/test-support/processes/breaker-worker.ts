import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, AgentHost, CircuitBreaker, CircuitOpenError, Tool } from '@actguard/core';
import { hear, say } from '../worker-side.js';
import { Connections } from './connections.js';
import { readSetting } from './setting.js';

// A worker of ../../src/processes/circuit-breaker.test.ts: asks a bank that answers what the test says.

export type BankTask =
  /** Makes so many calls at once. */
  | { readonly ask: number }
  /** Makes one call after the other, and says nothing of those that are refused. */
  | { readonly keepAsking: boolean }
  /** How calls in the bank end: those that wait there, and those that follow. */
  | { readonly bank: 'answers' | 'fails' | 'waits' };

export type BankNews = 'in the bank' | 'refused' | 'paid' | 'failed';

let bank: 'answers' | 'fails' | 'waits' = 'waits';
let isAsking = false;
const waiting = new Set<() => void>();

@Agent()
class Payments {
  @Tool()
  @CircuitBreaker({ name: 'bank', maxFails: 1, resetTimeout: '300ms' })
  async pay(): Promise<void> {
    say('in the bank' satisfies BankNews);
    if (bank === 'waits') await new Promise<void>((resolve) => waiting.add(resolve));
    if (bank === 'fails') throw Object.assign(new Error('the bank is down'), { code: 'ECONNREFUSED' });
  }
}

const connections = await Connections.open(readSetting());
const host = await AgentHost.create({ agents: [Payments], store: connections.store });
const payments = host.open().get(Payments);

async function call(): Promise<BankNews> {
  try {
    await payments.pay();
    return 'paid';
  } catch (error) {
    if (error instanceof CircuitOpenError) return 'refused';
    if (error instanceof Error && error.message.includes('the bank is down')) return 'failed';
    throw error;
  }
}

async function keepAsking(): Promise<void> {
  while (isAsking) {
    const one = call().then((news) => void (news === 'refused' || say(news)));
    // One that is let through may wait in the bank.
    await Promise.race([one, sleep(50)]);
  }
}

say('ready');
for (;;) {
  const task = (await hear()) as BankTask;
  if ('bank' in task) {
    bank = task.bank;
    for (const go of waiting) go();
    waiting.clear();
  } else if ('keepAsking' in task) {
    isAsking = task.keepAsking;
    if (isAsking) void keepAsking();
  } else for (let count = 0; count < task.ask; count++) void call().then(say);
}
