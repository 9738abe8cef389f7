import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from '@actguard/core';

/** What really happens outside. */
export type Effect = 'mail' | 'payment' | 'courier asked';

/** Sees what really happens, apart from what any store counts. */
export abstract class Witness {
  abstract saw(effect: Effect): void;
}

export class Mailer {
  readonly #witness = inject(Witness);

  async send(text: string): Promise<string> {
    this.#witness.saw('mail');
    return `sent "${text}"`;
  }
}

/** Takes its time, so that the other worker comes while it pays. */
export class Bank {
  readonly #witness = inject(Witness);

  async pay(orderId: string): Promise<string> {
    this.#witness.saw('payment');
    await sleep(500);
    return `receipt for ${orderId}, by process ${process.pid}`;
  }
}

/** A service that is down until it is repaired, and takes its time as well. */
export class Courier {
  readonly #witness = inject(Witness);
  isDown = true;

  async order(orderId: string): Promise<string> {
    this.#witness.saw('courier asked');
    if (this.isDown) throw Object.assign(new Error('the courier is down'), { code: 'ECONNREFUSED' });
    await sleep(500);
    return `a courier comes for ${orderId}`;
  }
}
