import { Agent, Enforce, Idempotent, inject, Prove, requireFact, Tool } from '@actguard/core';
import * as v from 'valibot';
import { Shop } from './world.js';

const Customer = v.object({ customerId: v.string() });
const CustomersOrder = v.object({ customerId: v.string(), orderId: v.string() });

/** The support desk of a shop. One conversation may be about several customers, and their orders must not mix. */
@Agent()
export class SupportAgent {
  readonly #shop: Shop;

  constructor(shop = inject(Shop)) {
    this.#shop = shop;
  }

  // Only customers that the user named can be looked at. Each order is remembered with the customer whose it is (`about`).
  @Tool({ description: 'List the orders of a customer.', input: Customer })
  @Enforce(requireFact('customerId', 'customer_id', { from: ['user'] }))
  @Prove({ kind: 'order_id', extract: 'orderId', about: 'customerId' })
  async listOrders({ customerId }: v.InferOutput<typeof Customer>) {
    return this.#shop.ordersOf(customerId).map(({ orderId, item, status }) => ({ orderId, item, status }));
  }

  @Tool({ description: 'Show an order of a customer, with its price.', input: CustomersOrder })
  @Enforce(requireFact('orderId', 'order_id', { about: 'customerId' }))
  async getOrder({ orderId }: v.InferOutput<typeof CustomersOrder>) {
    return this.#shop.order(orderId);
  }

  // Both ids may be real and still be a mix-up. `about` asks for more: an order that was listed for this very customer.
  @Tool({ description: 'Pay an order back to the card of its customer.', input: CustomersOrder })
  @Enforce(
    requireFact('orderId', 'order_id', {
      about: 'customerId',
      hint: 'List the orders of this customer again, and take the id from there.',
    }),
  )
  @Idempotent({ key: 'orderId' })
  async refundOrder({ customerId, orderId }: v.InferOutput<typeof CustomersOrder>) {
    return this.#shop.refund(customerId, orderId);
  }
}
