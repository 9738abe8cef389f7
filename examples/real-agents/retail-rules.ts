import { type Rule, requireFact } from '@actguard/core';

/**
 * The rules that the tools of `RetailAgent` share. Together they are a chain of custody, each link of which is a fact that the
 * one before proved: the customer says who they are, the look-up gives the user id, the profile lists the orders, an order
 * lists its items.
 */

interface OfUser {
  readonly user_id: string;
}
interface OfOrder {
  readonly order_id: string;
}
interface WithItems extends OfOrder {
  readonly item_ids: readonly string[];
}
interface WithAddress {
  readonly address1: string;
  readonly address2: string;
  readonly city: string;
  readonly zip: string;
}

/**
 * The customer whom a look-up found, or the application signed in. A user id alone is no proof of who is asking, so it does not
 * count even if said.
 */
export function foundCustomer(): Rule<OfUser> {
  return requireFact<OfUser>('user_id', 'user_id', {
    hint: 'Find the customer by e-mail address, or by name and zip code, even if they gave a user id.',
  });
}

/** An order on the customer's profile, with or without the leading `#`. */
export function listedOrder(): Rule<OfOrder> {
  return requireFact<OfOrder>('order_id', 'order_id', {
    match: 'loose',
    hint: 'Read the customer’s profile first and use an order that it lists.',
  });
}

/** An order that was read: nobody changes what they have not looked at. Only listed orders can be, so it is the customer's. */
export function openedOrder(): Rule<OfOrder> {
  return requireFact<OfOrder>('order_id', 'opened_order', {
    match: 'loose',
    hint: 'Read the order first. It must be one of the customer’s profile.',
  });
}

/** Items of this very order. */
export function itemsOfOrder(): Rule<WithItems> {
  return requireFact<WithItems>('item_ids', 'ordered_item', {
    about: 'order_id',
    hint: 'Read the order and use ids of its items, not of products.',
  });
}

/** Items that a product of the catalogue comes in. */
export function itemsOnOffer(): Rule<{ readonly new_item_ids: readonly string[] }> {
  return requireFact<{ readonly new_item_ids: readonly string[] }>('new_item_ids', 'offered_item', {
    hint: 'Read the product and use ids of its variants.',
  });
}

/** Paid with, or paid back to, what is on the customer's profile or paid for one of their orders. */
export function ownPayment(): Rule<{ readonly payment_method_id: string }> {
  return requireFact<{ readonly payment_method_id: string }>('payment_method_id', 'payment_id', {
    hint: 'Read the customer’s profile and use a payment method that is there.',
  });
}

/**
 * A place that the customer said, or that one of their orders or their profile has. State and country are not asked for: who
 * says city and zip code seldom says them, and they send a parcel nowhere else.
 */
export function givenAddress(): Rule<WithAddress>[] {
  const hint = 'Write the address as the customer did, or read the order or the profile that has it.';
  return (['address1', 'address2', 'city', 'zip'] as const).map((part) =>
    requireFact<WithAddress>(part, 'address_part', {
      from: ['user', 'tool'],
      match: 'loose',
      optional: part === 'address2',
      hint,
    }),
  );
}

/** The parts of an address that `givenAddress` asks for. */
export function addressParts({ address }: { readonly address: WithAddress }): string[] {
  return [address.address1, address.address2, address.city, address.zip];
}
