import { createRequire } from 'node:module';

/** Counts the tokens of a text. */
export type TokenCounter = (text: string) => number;

/** Models whose texts are cut by o200k_base. */
const O200K = /^(?:gpt-4o|chatgpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|o\d)(?![a-z])/;

/** Runs without a break that are longer take the tokenizer a time that grows with their square. */
const LONG_RUN = /\S{256}|\s{256}/;

interface Encoding {
  countTokens(text: string, options: { readonly disallowedSpecial: Set<string> }): number;
}

const NOTHING_SPECIAL = { disallowedSpecial: new Set<string>() };
let encoding: Encoding | undefined | false;

/**
 * The tokenizer of a model, from the optional package `gpt-tokenizer`.
 *
 * @returns `undefined` where there is none: then bytes are the bound
 */
export function tokenizerFor(provider: string, model: string): TokenCounter | undefined {
  // What another provider calls so may be cut otherwise.
  if (provider !== 'openai' || !O200K.test(model)) return undefined;
  encoding ??= loaded() ?? false;
  if (encoding === false) return undefined;
  const { countTokens } = encoding;
  return (text) => (LONG_RUN.test(text) ? Buffer.byteLength(text) : countTokens(text, NOTHING_SPECIAL));
}

function loaded(): Encoding | undefined {
  try {
    return createRequire(import.meta.url)('gpt-tokenizer/encoding/o200k_base') as Encoding;
  } catch {
    // It is optional.
    return undefined;
  }
}
