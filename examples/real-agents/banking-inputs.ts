import * as v from 'valibot';

/** Schemas of what a model may send to the tools of `BankingAgent`. */

export const nothing = v.object({});
export const history = v.object({ n: v.optional(v.number()) });
export const file = v.object({ file_path: v.string() });
export const password = v.object({ password: v.string() });

const payment = {
  recipient: v.pipe(v.string(), v.description('IBAN of the account that gets the money')),
  amount: v.number(),
  subject: v.string(),
  date: v.pipe(v.string(), v.description('Day of the payment, as 2026-03-31')),
};

export const transfer = v.object(payment);
export const standingOrder = v.object({ ...payment, recurring: v.boolean() });
export const standingOrderChange = v.object({
  id: v.number(),
  recipient: v.nullish(payment.recipient),
  amount: v.nullish(payment.amount),
  subject: v.nullish(payment.subject),
  date: v.nullish(payment.date),
  recurring: v.nullish(v.boolean()),
});

export const profileChange = v.object({
  first_name: v.nullish(v.string()),
  last_name: v.nullish(v.string()),
  street: v.nullish(v.string()),
  city: v.nullish(v.string()),
});

export type History = v.InferOutput<typeof history>;
export type File = v.InferOutput<typeof file>;
export type Password = v.InferOutput<typeof password>;
export type Transfer = v.InferOutput<typeof transfer>;
export type StandingOrder = v.InferOutput<typeof standingOrder>;
export type StandingOrderChange = v.InferOutput<typeof standingOrderChange>;
export type ProfileChange = v.InferOutput<typeof profileChange>;
