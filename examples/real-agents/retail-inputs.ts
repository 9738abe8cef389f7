import * as v from 'valibot';

/** Schemas of what a model may send to the tools of `RetailAgent`. */

const address = {
  address1: v.string(),
  // Empty where there is no second line.
  address2: v.string(),
  city: v.string(),
  state: v.string(),
  country: v.string(),
  zip: v.string(),
};

export const nothing = v.object({});
export const expression = v.object({ expression: v.string() });
export const thought = v.object({ thought: v.string() });
export const summary = v.object({ summary: v.string() });

export const email = v.object({ email: v.string() });
export const nameAndZip = v.object({ first_name: v.string(), last_name: v.string(), zip: v.string() });
export const user = v.object({ user_id: v.string() });
export const order = v.object({ order_id: v.string() });
export const product = v.object({ product_id: v.string() });

export const cancellation = v.object({
  order_id: v.string(),
  reason: v.picklist(['no longer needed', 'ordered by mistake']),
});

/** Each new item takes the place of the item in the same position. */
export const exchange = v.object({
  order_id: v.string(),
  item_ids: v.array(v.string()),
  new_item_ids: v.array(v.string()),
  payment_method_id: v.string(),
});

export const returnOfItems = v.object({
  order_id: v.string(),
  item_ids: v.array(v.string()),
  payment_method_id: v.string(),
});

export const orderPayment = v.object({ order_id: v.string(), payment_method_id: v.string() });
export const orderAddress = v.object({ order_id: v.string(), ...address });
export const userAddress = v.object({ user_id: v.string(), ...address });

export type Expression = v.InferOutput<typeof expression>;
export type Thought = v.InferOutput<typeof thought>;
export type Summary = v.InferOutput<typeof summary>;
export type Email = v.InferOutput<typeof email>;
export type NameAndZip = v.InferOutput<typeof nameAndZip>;
export type User = v.InferOutput<typeof user>;
export type Order = v.InferOutput<typeof order>;
export type Product = v.InferOutput<typeof product>;
export type Cancellation = v.InferOutput<typeof cancellation>;
export type Exchange = v.InferOutput<typeof exchange>;
export type ReturnOfItems = v.InferOutput<typeof returnOfItems>;
export type OrderPayment = v.InferOutput<typeof orderPayment>;
export type OrderAddress = v.InferOutput<typeof orderAddress>;
export type UserAddress = v.InferOutput<typeof userAddress>;
