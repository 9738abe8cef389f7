/** An order of a customer. */
export interface Order {
  readonly orderId: string;
  readonly item: string;
  readonly priceCents: number;
  readonly status: string;
}

/** Money that went back to a customer. */
export interface Refund {
  readonly refundId: string;
  readonly orderId: string;
  readonly customerId: string;
  readonly amountCents: number;
}

const ORDERS: Readonly<Record<string, readonly Order[]>> = {
  cus_ada: [
    { orderId: 'ord_58213', item: 'headphones', priceCents: 5_900, status: 'delivered on 10 March' },
    { orderId: 'ord_57204', item: 'desk lamp', priceCents: 4_250, status: 'delivered on 2 February' },
  ],
  cus_ben: [{ orderId: 'ord_58231', item: 'headphones', priceCents: 34_900, status: 'due on Friday' }],
};

/** A shop in memory: orders of customers, and the money paid back. */
export class Shop {
  readonly refunds: Refund[] = [];

  ordersOf(customerId: string): readonly Order[] {
    return ORDERS[customerId] ?? [];
  }

  order(orderId: string): Order {
    const order = Object.values(ORDERS)
      .flat()
      .find((each) => each.orderId === orderId);
    if (order === undefined) throw new Error(`there is no order ${orderId}`);
    return order;
  }

  /** Pays what the order cost to the card of the customer. That the two belong together is left to the caller. */
  refund(customerId: string, orderId: string): Refund {
    const { priceCents: amountCents } = this.order(orderId);
    const refund = { refundId: `rf_${this.refunds.length + 1}`, orderId, customerId, amountCents };
    this.refunds.push(refund);
    return refund;
  }

  ownerOf(orderId: string): string | undefined {
    return Object.keys(ORDERS).find((customerId) => this.ordersOf(customerId).some((each) => each.orderId === orderId));
  }
}
