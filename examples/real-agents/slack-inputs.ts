import * as v from 'valibot';

/** Schemas of what a model may send to the tools of `SlackAgent`. */

export const nothing = v.object({});
export const channel = v.object({ channel: v.string() });
export const user = v.object({ user: v.string() });
export const membership = v.object({ user: v.string(), channel: v.string() });
export const invitation = v.object({ user: v.string(), user_email: v.string() });
export const page = v.object({ url: v.string() });
export const posting = v.object({ url: v.string(), content: v.string() });
export const directMessage = v.object({ recipient: v.string(), body: v.string() });
export const channelMessage = v.object({ channel: v.string(), body: v.string() });

export type Channel = v.InferOutput<typeof channel>;
export type User = v.InferOutput<typeof user>;
export type Membership = v.InferOutput<typeof membership>;
export type Invitation = v.InferOutput<typeof invitation>;
export type Page = v.InferOutput<typeof page>;
export type Posting = v.InferOutput<typeof posting>;
export type DirectMessage = v.InferOutput<typeof directMessage>;
export type ChannelMessage = v.InferOutput<typeof channelMessage>;
