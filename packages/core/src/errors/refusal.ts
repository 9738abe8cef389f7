/**
 * A refusal as a model reads it: short, factual, without ids of runs. What the caller sent is shown only quoted, cut and without
 * control characters; a hint or a reason of the application's own is shown as it is.
 */
export interface Refusal {
  readonly refused: true;
  /** Stable identifier of the reason. */
  readonly code: string;
  /** What was wrong, in one sentence. */
  readonly because: string;
  /** What to do instead, in one sentence. */
  readonly tryInstead: string;
  /** Milliseconds after which the same call may pass. */
  readonly retryAfterMs?: number;
  /** How many more calls of this tool the run allows. */
  readonly attemptsLeft?: number;
}

/** What an error says to a model; `toPrompt()` adds code and limits. */
export interface PromptText {
  /** What was wrong, in one sentence. Put no text into it that a model or a tool could have chosen. */
  readonly because: string;
  /** What to do instead, in one sentence. */
  readonly tryInstead: string;
  /** Milliseconds after which the same call may pass; absent where waiting does not help, or nobody knows. */
  readonly retryAfterMs?: number | undefined;
}

/** Longest sentence of a refusal, in characters. Two of them stay under about 80 tokens. */
const MAX_SENTENCE_LENGTH = 150;
/** The same in UTF-8 bytes: of scripts beyond Latin a character is often a token or more. */
const MAX_SENTENCE_BYTES = 240;
const MAX_QUOTED_LENGTH = 40;

// Control, format (zero-width, bidirectional), surrogate, private-use and separator characters.
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

// Most texts: what follows for others would leave them as they are. The second is without quotes, `<>{}` and backslashes.
const ASCII = /^[ -~]*$/;
const HARMLESS = /^[ !#-;=?-[\]-_a-z|~]*$/;

/** A value that came from a model or a tool, made harmless: no control characters, no quotes of its own, cut, quoted. */
export function quoted(value: unknown, maxLength = MAX_QUOTED_LENGTH): string {
  const text = typeof value === 'string' ? value : describe(value);
  const start = text.slice(0, maxLength * 4);
  return `"${cut(HARMLESS.test(start) ? start : cleaned(start), maxLength)}"`;
}

function cleaned(text: string): string {
  return text
    .replace(INVISIBLE, '')
    .replace(/["\u201C-\u201F\u2033\u00AB\u00BB\uFF02]/g, "'")
    .replace(/[`<>{}\\]/g, '');
}

/** A text cut to a length, with an ellipsis where something was left out. Half a character is never left over. */
export function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).replace(HALF_AT_END, '')}…`;
}

const HALF_AT_END = /[\uD800-\uDBFF]$/;
const ELLIPSIS_BYTES = 3;

function cutBytes(text: string, maxBytes: number): string {
  const encoder = new TextEncoder();
  if (encoder.encode(text).length <= maxBytes) return text;
  const { read } = encoder.encodeInto(text, new Uint8Array(maxBytes - ELLIPSIS_BYTES));
  return `${text.slice(0, read)}…`;
}

/** Builds the refusal of an error from what it says. */
export function refusalOf(code: string, text: PromptText, attemptsLeft: number | undefined): Refusal {
  return {
    refused: true,
    code,
    because: sentence(text.because, 'The call was refused.'),
    tryInstead: sentence(text.tryInstead, 'Do the task in another way, or tell the user.'),
    ...(text.retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(text.retryAfterMs) }),
    ...(attemptsLeft === undefined ? {} : { attemptsLeft }),
  };
}

// A refusal must reach the model even where a guard of the user gave no text.
function sentence(text: unknown, fallback: string): string {
  if (typeof text !== 'string' || text.trim() === '') return fallback;
  if (ASCII.test(text)) return cut(text, MAX_SENTENCE_LENGTH);
  return cutBytes(cut(text.replace(INVISIBLE, ' '), MAX_SENTENCE_LENGTH), MAX_SENTENCE_BYTES);
}

function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'number')
    return String(value);
  if (typeof value === 'bigint') return value.toString();
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
