import * as v from 'valibot';

/** Schemas of what a model may send to the tools of a desk. */

const texts = v.array(v.string());
/** Some models write numbers as texts, and many services take them. */
export const numeric = v.union([v.number(), v.pipe(v.string(), v.maxLength(20), v.regex(/^\d+(?:\.\d+)?$/))]);

export const nothing = v.object({});

export const mail = v.object({
  recipients: texts,
  subject: v.string(),
  body: v.string(),
  attachments: v.nullish(v.array(v.record(v.string(), v.unknown()))),
  cc: v.nullish(texts),
  bcc: v.nullish(texts),
});
export type Mail = v.InferOutput<typeof mail>;
export const mailSearch = v.object({ query: v.string(), sender: v.nullish(v.string()) });
export type MailSearch = v.InferOutput<typeof mailSearch>;
export const mailById = v.object({ email_id: v.string() });
export type MailById = v.InferOutput<typeof mailById>;

const minute = v.pipe(v.string(), v.description('As 2026-03-31 17:30'));
const day = v.pipe(v.string(), v.description('As 2026-03-31'));
export const event = v.object({ event_id: v.string() });
export type Event = v.InferOutput<typeof event>;
export const invitation = v.object({ event_id: v.string(), participants: texts });
export type Invitation = v.InferOutput<typeof invitation>;
export const newEvent = v.object({
  title: v.string(),
  start_time: minute,
  end_time: minute,
  description: v.optional(v.string()),
  participants: v.nullish(texts),
  location: v.nullish(v.string()),
});
export type NewEvent = v.InferOutput<typeof newEvent>;
export const eventMove = v.object({ event_id: v.string(), new_start_time: minute, new_end_time: v.nullish(minute) });
export type EventMove = v.InferOutput<typeof eventMove>;
export const onDay = v.object({ day });
export type OnDay = v.InferOutput<typeof onDay>;
export const eventSearch = v.object({ query: v.string(), date: v.nullish(day) });
export type EventSearch = v.InferOutput<typeof eventSearch>;

export const page = v.object({ url: v.string() });
export type Page = v.InferOutput<typeof page>;
export const form = v.object({ url: v.string(), input_ids: texts, input_values: texts });
export type Form = v.InferOutput<typeof form>;

const folder = v.optional(v.pipe(v.string(), v.description('Folder to save to, /downloads unless said otherwise')));
export const downloadFrom = v.object({ url: v.string(), save_dir: folder });
export type DownloadFrom = v.InferOutput<typeof downloadFrom>;
export const downloadOf = v.object({ file_id: v.string(), save_dir: folder });
export type DownloadOf = v.InferOutput<typeof downloadOf>;

export const path = v.object({ path: v.string() });
export type Path = v.InferOutput<typeof path>;
export const newFile = v.object({ path: v.string(), content: v.optional(v.unknown()) });
export type NewFile = v.InferOutput<typeof newFile>;
export const fromTo = v.object({ source_path: v.string(), destination_path: v.string() });
export type FromTo = v.InferOutput<typeof fromTo>;

export const otp = v.object({ otp: v.pipe(v.string(), v.description('One-time password from a mail')) });
export type Otp = v.InferOutput<typeof otp>;
export const payment = v.object({
  recipient: v.pipe(v.string(), v.description('IBAN of the account that gets the money')),
  amount: numeric,
  subject: v.string(),
  date: day,
});
export type Payment = v.InferOutput<typeof payment>;
