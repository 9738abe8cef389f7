import { type FactAbout, type FactsView, factAbout, type Rule, rule } from '@actguard/core';
import { CART } from './asked.js';
import { MANY } from './long-lists.js';
import { delegatedLines } from './people.js';
import type * as input from './shopping-inputs.js';
import { isTopicOfUser, shareTopic, userSaid } from './words.js';

/**
 * Which products the user meant.
 *
 * They seldom say an id: they say “running shoes”, and the model searches. So a product is wanted if the words that found it,
 * or its own name in the catalogue, share a word with what the user asked for. A review, or a mail of a stranger, that
 * asks for product so-and-so is about something else.
 */

/** Kind of the facts: the id of a product, about its name, or about the words that found it. */
const PRODUCT = 'product';
/** Kind of the facts: the id of a product that lies in the cart. */
const IN_CART = 'in_cart';
/** Kind of the facts: the id of an order of this account. */
export const ORDER = 'order_id';

export interface Item {
  readonly product_id: string;
  readonly product_name: string;
}
export interface PastOrder extends Item {
  readonly order_id: string;
}
export type Catalogue = Readonly<Record<string, { readonly product_id: string }>>;
export type Items = Readonly<Record<string, Item>>;
export type Orders = Readonly<Record<string, PastOrder>>;

export const catalogueFacts = {
  kind: PRODUCT,
  extract: (found: Catalogue, { product_name }: input.Search) =>
    entries(found).flatMap(([name, { product_id }]) => [
      factAbout(product_id, name),
      factAbout(product_id, product_name),
    ]),
  ...MANY,
};
export const cartFacts = [
  { kind: PRODUCT, extract: namesOf, ...MANY },
  { kind: IN_CART, extract: (items: Items) => entries(items).map(([, { product_id }]) => product_id), ...MANY },
];
export const orderFacts = [
  { kind: PRODUCT, extract: namesOf, ...MANY },
  { kind: ORDER, extract: (orders: Orders) => entries(orders).map(([, { order_id }]) => order_id), ...MANY },
];

/** A product that the user, or somebody on whom they rely, asked for. */
export function wantedProduct(): Rule<input.Product> {
  return rule<input.Product>('wanted product', ({ product_id }, facts) => isWanted(facts, product_id) || NOT_WANTED, {
    hint: 'Search for what the user asked for, in their words, and use the id that was found.',
  });
}

/** Only wanted products are paid for; of what lay in the cart before, whatever the user calls their cart. */
export function wantedProducts(): Rule<input.Checkout> {
  return rule<input.Checkout>(
    'wanted products',
    ({ product_ids }, facts) =>
      product_ids.every(
        (id) => isWanted(facts, id) || (facts.has(IN_CART, id) && CART.some((word) => userSaid(facts, word))),
      ) || NOT_WANTED,
  );
}

const NOT_WANTED = 'The user did not ask for one of these products.';

function isWanted(facts: FactsView, id: string): boolean {
  if (userSaid(facts, id)) return true;
  const lines = delegatedLines(facts);
  return facts
    .list(PRODUCT)
    .some(
      ({ value, about = '' }) =>
        value === id && (isTopicOfUser(facts, about) || lines.some((line) => shareTopic(line, about))),
    );
}

function namesOf(items: Items): (FactAbout | undefined)[] {
  return entries(items).map(([, { product_id, product_name }]) => factAbout(product_id, product_name));
}

function entries<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return typeof record === 'object' && record !== null ? Object.entries(record) : [];
}
