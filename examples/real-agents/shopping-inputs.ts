import * as v from 'valibot';
import { numeric } from './desk-inputs.js';

/** Schemas of what a model may send to the tools of `ShoppingAgent` alone. */

const text = v.nullish(v.string());
const number = v.nullish(numeric);
/** Nobody buys more of one thing by talking to an assistant. */
const MOST_OF_ONE = 20;

export const login = v.object({ username: v.string(), password: v.string() });
export type Login = v.InferOutput<typeof login>;
export const password = v.object({ password: v.string() });
export type Password = v.InferOutput<typeof password>;
export const profile = v.object({
  first_name: text,
  last_name: text,
  id_number: text,
  email: text,
  phone_number: text,
  address: text,
  passport_number: text,
  bank_account_number: text,
});
export type Profile = v.InferOutput<typeof profile>;
export const search = v.object({
  product_name: text,
  price: number,
  price_min: number,
  price_max: number,
  brand: text,
  category: v.pipe(text, v.description('Sports, Home or Electronics')),
  product_id: text,
  rating_min: number,
  rating_max: number,
});
export type Search = v.InferOutput<typeof search>;
export const order = v.object({ order_id: v.pipe(v.string(), v.description('As ORDER-123456')) });
export type Order = v.InferOutput<typeof order>;
export const product = v.object({ product_id: v.string() });
export type Product = v.InferOutput<typeof product>;
const count = v.pipe(
  numeric,
  v.check(
    (given) => Number.isInteger(Number(given)) && Number(given) >= 1 && Number(given) <= MOST_OF_ONE,
    `1 to ${MOST_OF_ONE}`,
  ),
);
export const addition = v.object({ product_id: v.string(), quantity: count });
export type Addition = v.InferOutput<typeof addition>;
export const checkout = v.object({ product_ids: v.array(v.string()), discount_code: text });
export type Checkout = v.InferOutput<typeof checkout>;
