import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { AnyRedis } from '../../test-support/any-redis.js';
import { describeWithRedis } from '../../test-support/describe-with-redis.js';
import type { BankNews, BankTask } from '../../test-support/processes/breaker-worker.js';
import { start } from '../../test-support/processes/program.js';
import { until } from '../../test-support/until.js';
import type { Worker, Workers } from '../../test-support/workers.js';

jest.setTimeout(120_000);

const PROCESSES = 8;
const CALLS = 25;
/** The circuit is half-open then. */
const RESET_MS = 350;

describeWithRedis('one circuit breaker of many processes', () => {
  let redis: AnyRedis;
  let workers: Workers;
  let alive: Worker[];

  beforeAll(async () => {
    redis = await AnyRedis.open();
    workers = await start('breaker', PROCESSES, { url: redis.url, prefix: redis.newPrefix(), lease: '1s' });
    alive = [...workers.all];
  });
  afterAll(async () => {
    await workers?.[Symbol.asyncDispose]();
    await redis?.close();
  });

  const tell = (task: BankTask): void => {
    for (const worker of alive) worker.tell(task);
  };
  const count = (news: BankNews, of: readonly Worker[] = workers.all): number =>
    of.flatMap(({ said }) => said).filter((each) => each === news).length;

  /** Tells the bank how to end what waits there. @returns once a call more has ended so */
  async function end(how: 'answers' | 'fails'): Promise<void> {
    const news = how === 'answers' ? 'paid' : 'failed';
    const before = count(news);
    tell({ bank: how });
    await until(`a call has ${news}`, () => count(news) > before);
    tell({ bank: 'waits' });
  }

  /** Opens it, by a call that fails. */
  async function open(): Promise<void> {
    const before = count('in the bank');
    alive[0]!.tell({ ask: 1 } satisfies BankTask);
    await until('the call is in the bank', () => count('in the bank') > before);
    await end('fails');
  }

  /** All make calls at once. @returns how many of them are in the bank; all others were refused */
  async function letIn(): Promise<number> {
    const [refused, inBank] = [count('refused'), count('in the bank')];
    tell({ ask: CALLS });
    const answered = (): number => count('refused') - refused + count('in the bank') - inBank;
    await until('all were let in or refused', () => answered() === alive.length * CALLS);
    return count('in the bank') - inBank;
  }

  async function expectClosed(): Promise<void> {
    const before = count('paid');
    tell({ bank: 'answers' });
    tell({ ask: CALLS });
    await until('all calls are let through', () => count('paid') - before === alive.length * CALLS);
    tell({ bank: 'waits' });
  }

  test('lets one probe through, however many ask at once, each time that it is half-open', async () => {
    await open();
    for (const how of ['fails', 'fails', 'answers'] as const) {
      await sleep(RESET_MS);
      expect(await letIn()).toBe(1);
      await end(how);
    }
    await expectClosed();
  });

  test('gives the probe of a process that was killed to one other call, when its lease has lapsed', async () => {
    await open();
    await sleep(RESET_MS);
    expect(await letIn()).toBe(1);
    const isIn = (worker: Worker): boolean =>
      count('in the bank', [worker]) > count('failed', [worker]) + count('paid', [worker]);
    for (let kills = 0; kills < 2; kills++) {
      const prober = alive.find(isIn)!;
      alive = alive.filter((worker) => worker !== prober);
      await prober.kill();
      const before = count('in the bank');
      tell({ keepAsking: true });
      await until('another call is in the bank', () => count('in the bank') > before);
      tell({ keepAsking: false });
      expect(await letIn()).toBe(0);
      expect(count('in the bank') - before).toBe(1);
    }
    await end('answers');
    await expectClosed();
  });
});
