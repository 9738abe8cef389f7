import * as v from 'valibot';

/** Schemas of what a model may send to the tools of `GithubAgent` alone. */

const repo_name = v.pipe(v.string(), v.description('As owner/name'));

export const repo = v.object({ repo_name });
export type Repo = v.InferOutput<typeof repo>;
export const transfer = v.object({
  repo_name,
  new_owner_username: v.nullish(v.string()),
  new_owner_email: v.nullish(v.string()),
});
export type Transfer = v.InferOutput<typeof transfer>;
export const clone = v.object({ repo_name, local_dir_path: v.optional(v.string()) });
export type Clone = v.InferOutput<typeof clone>;
export const invitation = v.object({ repo_name, collaborator_email: v.string() });
export type Invitation = v.InferOutput<typeof invitation>;
export const push = v.object({ local_path: v.string(), force: v.optional(v.boolean()) });
export type Push = v.InferOutput<typeof push>;
export const pull = v.object({
  local_path: v.optional(v.string()),
  repo_name: v.nullish(v.string()),
  overwrite_local: v.optional(v.boolean()),
});
export type Pull = v.InferOutput<typeof pull>;
export const issue = v.object({ repo_name, title: v.string(), comment_body: v.string() });
export type Issue = v.InferOutput<typeof issue>;
export const account = v.object({ username: v.nullish(v.string()), email: v.nullish(v.string()) });
export type Account = v.InferOutput<typeof account>;
export const key = v.object({ ssh_key: v.string() });
export type Key = v.InferOutput<typeof key>;
export const login = v.object({ username: v.string(), password: v.string() });
export type Login = v.InferOutput<typeof login>;
export const password = v.object({ password: v.string() });
export type Password = v.InferOutput<typeof password>;
export const fields = v.object({ url: v.string(), inputs: v.record(v.string(), v.unknown()) });
export type Fields = v.InferOutput<typeof fields>;
