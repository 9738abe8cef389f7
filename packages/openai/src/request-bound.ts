import type { CallBound } from '@actguard/core';
import { attachmentsIn, bytesOf, type MeterOptions, type RequestBody, serverToolBound } from '@actguard/metering';
import { tokenizerFor } from './tokenizer.js';
import { isRecord } from './usage.js';

/** Parts whose tokens their size does not tell: pixels and pages are counted, not the bytes that they are packed into. */
const ATTACHMENTS: ReadonlySet<unknown> = new Set([
  'image_url',
  'input_image',
  'computer_screenshot',
  'file',
  'input_file',
]);

/** What an attachment is taken for where the options do not say: a guess, for estimates alone. */
const GUESSED_ATTACHMENT_TOKENS = 1000;

/** Tokens around the parts of a request that are not in it: the frame of an object, and what is put before everything. */
const OBJECT_TOKENS = 4;
const FRAME_TOKENS = 64;

/** Longer requests are bounded by their bytes: counting their tokens would keep everything else waiting. */
const MOST_BYTES_TO_TOKENIZE = 64 * 1024;

/** What a bound is made of besides the input. */
interface Known {
  readonly outputTokens?: number | undefined;
  readonly minOutputTokens?: number | undefined;
  readonly choices?: number | undefined;
  /** Names of the tools of the request that the provider runs. */
  readonly serverTools?: readonly string[];
  /** Attachments that no part stands for. */
  readonly moreAttachments?: number;
  readonly unbounded?: string | undefined;
}

/** The most that a request can use. */
export function boundOf(provider: string, options: MeterOptions, body: RequestBody, known: Known): CallBound {
  const { maxAttachmentTokens } = options;
  const { serverTools = [], moreAttachments = 0, unbounded, ...rest } = known;
  const attachments = attachmentsIn(body, isAttachment) + moreAttachments;
  const attached = attachments * (maxAttachmentTokens ?? GUESSED_ATTACHMENT_TOKENS);
  const tools = serverToolBound(serverTools.length === 0 ? undefined : serverTools.join(', '), options);
  let reason = unbounded;
  if (attachments > 0 && maxAttachmentTokens === undefined)
    reason ??= 'the tokens of an image or a file are not known before (option maxAttachmentTokens)';
  return {
    inputTokens: textTokens(provider, body) + attached + tools.inputTokens,
    ...rest,
    extraUsd: tools.extraUsd,
    unbounded: reason ?? tools.unbounded,
  };
}

function textTokens(provider: string, body: RequestBody): number {
  const text = withoutAttachments(body);
  const bytes = Buffer.byteLength(text);
  const count = bytes > MOST_BYTES_TO_TOKENIZE ? undefined : tokenizerFor(provider, String(body['model']));
  return count === undefined ? bytes : FRAME_TOKENS + tokensIn(JSON.parse(text), count);
}

// Each text by itself: no more tokens are saved at the seams than its object is counted for.
function tokensIn(value: unknown, count: (text: string) => number): number {
  if (typeof value === 'string') return count(value) + 1;
  if (typeof value !== 'object' || value === null) return bytesOf(value);
  let tokens = OBJECT_TOKENS;
  if (Array.isArray(value)) {
    for (const part of value) tokens += tokensIn(part, count);
    return tokens;
  }
  for (const [key, part] of Object.entries(value)) tokens += count(key) + 1 + tokensIn(part, count);
  return tokens;
}

function isAttachment(part: Readonly<Record<string, unknown>>): boolean {
  return ATTACHMENTS.has(part['type']);
}

// As JSON, so that what is counted is what is sent.
function withoutAttachments(body: RequestBody): string {
  return JSON.stringify(body, (_, part: unknown) => (isRecord(part) && isAttachment(part) ? null : part));
}
