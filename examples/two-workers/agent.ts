import { Agent, byUser, CircuitBreaker, Idempotent, inject, RateLimit, Tool } from '@actguard/core';
import { Bank, Courier, Mailer } from './world.js';

/** An agent whose limits hold for all processes together. Nothing in it says so: its host has a store that they share. */
@Agent()
export class OrderAgent {
  readonly #bank = inject(Bank);
  readonly #courier = inject(Courier);
  readonly #mailer = inject(Mailer);

  @Tool({ description: 'Send a notice to the customer.' })
  @RateLimit({ maxCalls: 5, period: '1m', scope: byUser })
  async notify(args: { text: string }): Promise<string> {
    return this.#mailer.send(args.text);
  }

  @Tool({ description: 'Pay an order.' })
  // Within the run, which is the default, each worker would pay: its run is its own.
  @Idempotent({ key: 'orderId', within: 'host', ttl: '1d' })
  async pay(args: { orderId: string }): Promise<string> {
    return this.#bank.pay(args.orderId);
  }

  @Tool({ description: 'Order a courier.' })
  @CircuitBreaker({ name: 'courier', maxFails: 2, resetTimeout: '2s' })
  async ship(args: { orderId: string }): Promise<string> {
    return this.#courier.order(args.orderId);
  }
}
