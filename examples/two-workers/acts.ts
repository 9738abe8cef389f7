import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './messages.js';
import type { WorkerProcess } from './worker-process.js';
import type { Effect } from './world.js';

/** A part of the demo. */
export interface Act {
  readonly title: string;
  /** @param tell prints how a call of a worker ended */
  play(workers: readonly WorkerProcess[], tell: (worker: WorkerProcess, answer: Answer) => void): Promise<void>;
  /** What must really have happened, all workers together. */
  readonly expected: { readonly effect: Effect; readonly count: number };
}

const ALL_AT_ONCE = 4;
/** A little longer than `resetTimeout` of the breaker. */
const UNTIL_PROBE_MS = 2_100;

export const ACTS: readonly Act[] = [
  {
    title: 'one limit: 5 notices a minute for alice, and each worker sends 4 at once',
    async play(workers, tell) {
      const calls = workers.flatMap((worker) =>
        Array.from({ length: ALL_AT_ONCE }, async (_, index) => {
          tell(worker, await worker.call('notify', { text: `notice ${index + 1}` }));
        }),
      );
      await Promise.all(calls);
    },
    expected: { effect: 'mail', count: 5 },
  },
  {
    title: 'one payment: both pay order ord-17 at once, and then once more',
    async play(workers, tell) {
      for (let again = 0; again < 2; again++)
        await Promise.all(workers.map(async (worker) => tell(worker, await worker.call('pay', { orderId: 'ord-17' }))));
    },
    expected: { effect: 'payment', count: 1 },
  },
  {
    title: 'one breaker: worker 1 finds the courier down; 2 s later one of both tries it',
    async play([first, second, ...others], tell) {
      if (first === undefined || second === undefined) throw new Error('two workers are needed');
      const ship = async (worker: WorkerProcess): Promise<void> =>
        tell(worker, await worker.call('ship', { orderId: 'ord-17' }));
      await ship(first);
      await ship(first);
      await ship(second);
      await sleep(UNTIL_PROBE_MS);
      const all = [first, second, ...others];
      for (const worker of all) worker.repair();
      await Promise.all(all.map(ship));
      await ship(second);
    },
    expected: { effect: 'courier asked', count: 4 },
  },
];
