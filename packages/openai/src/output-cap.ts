import type { RequestBody } from '@actguard/metering';

/** Puts a cap of output into a request. */
export type SetCap = (body: RequestBody, tokens: number) => RequestBody;

/** Providers whose models take `max_completion_tokens`; compatible servers mostly know `max_tokens` alone. */
const NEWER: ReadonlySet<string> = new Set(['openai', 'azure']);

/** The cap of a chat goes where the request has one; else where the provider takes it. */
export function chatCap(provider: string): SetCap {
  return (body, tokens) => {
    const fields = ['max_completion_tokens', 'max_tokens'].filter((name) => isGiven(body[name]));
    if (fields.length === 0) fields.push(NEWER.has(provider) ? 'max_completion_tokens' : 'max_tokens');
    return { ...body, ...Object.fromEntries(fields.map((name) => [name, tokens])) };
  };
}

export const completionCap: SetCap = (body, tokens) => ({ ...body, max_tokens: tokens });

export const responsesCap: SetCap = (body, tokens) => ({ ...body, max_output_tokens: tokens });

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
