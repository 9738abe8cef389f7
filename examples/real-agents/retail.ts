import { Agent, Enforce, inject, MaxAttempts, Prove, requireFact, Tool } from '@actguard/core';
import { Backend } from './backend.js';
import { onlyCustomer } from './customers.js';
import * as input from './retail-inputs.js';
import {
  addressParts,
  foundCustomer,
  givenAddress,
  itemsOfOrder,
  itemsOnOffer,
  listedOrder,
  openedOrder,
  ownPayment,
} from './retail-rules.js';

/** A customer may have forgotten which of their addresses it was. Nobody guesses a zip code that often. */
const LOOK_UPS = 10;

/**
 * Customer service of a shop. Nobody else writes into what its tools return, so the danger is the conversation itself: an id
 * that the model made up, mixed up, or was talked into. Its reads prove what they return, its writes enforce what they need.
 */
@Agent()
export class RetailAgent {
  readonly #backend = inject(Backend);

  // These say who the customer is. For name and zip code the look-up itself is the check: a wrong pair finds nobody.

  @Tool({ description: 'Find the user id that belongs to an e-mail address.', input: input.email })
  @MaxAttempts(LOOK_UPS)
  @Enforce(
    requireFact('email', 'email', {
      from: ['user'],
      match: 'loose',
      hint: 'Ask the customer for their e-mail address. Never guess one.',
    }),
  )
  @Prove({ kind: 'user_id', extract: (userId: string) => userId })
  async find_user_id_by_email(args: input.Email) {
    return this.#backend.call<string>('find_user_id_by_email', args);
  }

  @Tool({ description: 'Find the user id that belongs to a name and a zip code.', input: input.nameAndZip })
  @MaxAttempts(LOOK_UPS)
  @Prove({ kind: 'user_id', extract: (userId: string) => userId })
  async find_user_id_by_name_zip(args: input.NameAndZip) {
    return this.#backend.call<string>('find_user_id_by_name_zip', args);
  }

  // Reading is guarded too. Otherwise a model could prove anybody's orders, just by reading them.

  @Tool({ description: 'Read a customer’s profile, with their orders.', input: input.user })
  @Enforce(foundCustomer(), onlyCustomer())
  @Prove({ kind: 'profile', extract: 'email', about: 'user_id' })
  @Prove({ kind: 'order_id', extract: 'orders[]' })
  @Prove({ kind: 'payment_id', extract: 'payment_methods.$keys' })
  @Prove({ kind: 'address_part', extract: addressParts })
  async get_user_details(args: input.User) {
    return this.#backend.call<Profile>('get_user_details', args);
  }

  @Tool({ description: 'Read an order.', input: input.order })
  @Enforce(listedOrder())
  @Prove({ kind: 'opened_order', extract: 'order_id' })
  @Prove({ kind: 'ordered_item', extract: 'items[].item_id', about: 'order_id' })
  @Prove({ kind: 'payment_id', extract: 'payment_history[].payment_method_id' })
  @Prove({ kind: 'address_part', extract: addressParts })
  async get_order_details(args: input.Order) {
    return this.#backend.call<Order>('get_order_details', args);
  }

  @Tool({ description: 'Read a product, with the items that it comes in.', input: input.product })
  @Prove({ kind: 'offered_item', extract: 'variants.$keys' })
  async get_product_details(args: input.Product) {
    return this.#backend.call<Product>('get_product_details', args);
  }

  // A change needs an order of the customer that was read, and everything in it: items of that order, new items that exist,
  // money from and to the customer alone.

  @Tool({ description: 'Cancel a pending order.', input: input.cancellation })
  @Enforce(openedOrder())
  async cancel_pending_order(args: input.Cancellation) {
    return this.#backend.call<Order>('cancel_pending_order', args);
  }

  @Tool({ description: 'Change items of a pending order to other items of the same products.', input: input.exchange })
  @Enforce(openedOrder(), itemsOfOrder(), itemsOnOffer(), ownPayment())
  async modify_pending_order_items(args: input.Exchange) {
    return this.#backend.call<Order>('modify_pending_order_items', args);
  }

  @Tool({ description: 'Exchange items of a delivered order.', input: input.exchange })
  @Enforce(openedOrder(), itemsOfOrder(), itemsOnOffer(), ownPayment())
  async exchange_delivered_order_items(args: input.Exchange) {
    return this.#backend.call<Order>('exchange_delivered_order_items', args);
  }

  @Tool({ description: 'Return items of a delivered order.', input: input.returnOfItems })
  @Enforce(openedOrder(), itemsOfOrder(), ownPayment())
  async return_delivered_order_items(args: input.ReturnOfItems) {
    return this.#backend.call<Order>('return_delivered_order_items', args);
  }

  @Tool({ description: 'Change how a pending order is paid.', input: input.orderPayment })
  @Enforce(openedOrder(), ownPayment())
  async modify_pending_order_payment(args: input.OrderPayment) {
    return this.#backend.call<Order>('modify_pending_order_payment', args);
  }

  // Where goods are sent is where they are lost.

  @Tool({ description: 'Change where a pending order is sent.', input: input.orderAddress })
  @Enforce(openedOrder(), ...givenAddress())
  async modify_pending_order_address(args: input.OrderAddress) {
    return this.#backend.call<Order>('modify_pending_order_address', args);
  }

  @Tool({ description: 'Change the address of a customer.', input: input.userAddress })
  @Enforce(foundCustomer(), onlyCustomer(), ...givenAddress())
  async modify_user_address(args: input.UserAddress) {
    return this.#backend.call<Profile>('modify_user_address', args);
  }

  // What follows reads nobody's data and changes nothing.

  @Tool({ description: 'List all kinds of products.', input: input.nothing })
  async list_all_product_types(args: object) {
    return this.#backend.call<object>('list_all_product_types', args);
  }

  @Tool({ description: 'Calculate an expression.', input: input.expression })
  async calculate(args: input.Expression) {
    return this.#backend.call<string>('calculate', args);
  }

  @Tool({ description: 'Think about something.', input: input.thought })
  async think(args: input.Thought) {
    return this.#backend.call<string>('think', args);
  }

  @Tool({ description: 'Hand the customer over to a person.', input: input.summary })
  async transfer_to_human_agents(args: input.Summary) {
    return this.#backend.call<string>('transfer_to_human_agents', args);
  }
}

/** A customer's profile. It does not repeat the user id that it was asked for. */
interface Profile {
  readonly email: string;
  readonly address: Address;
  /** By payment id. */
  readonly payment_methods: Readonly<Record<string, unknown>>;
  /** Ids of the customer's orders. */
  readonly orders: readonly string[];
}

/** An order, as reading and changing it return it. */
interface Order {
  readonly order_id: string;
  readonly address: Address;
  readonly items: readonly { readonly item_id: string }[];
  readonly payment_history: readonly { readonly payment_method_id: string }[];
}

interface Product {
  /** By item id. */
  readonly variants: Readonly<Record<string, unknown>>;
}

interface Address {
  readonly address1: string;
  readonly address2: string;
  readonly city: string;
  readonly zip: string;
}
