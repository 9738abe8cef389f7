/**
 * Tokens of one model call in disjoint buckets: their sum is what the provider bills. Providers count differently (some count
 * cached tokens into the input, some reasoning into the output); meters sort that out.
 */
export interface TokenUsage {
  /** Input that was neither read from a cache nor written to one, without audio. */
  readonly input: number;
  /** Input read from a prompt cache. */
  readonly cachedInput: number;
  /** Input written to a prompt cache that lives for about 5 minutes. */
  readonly cacheWrite5m: number;
  /** Input written to a prompt cache that lives for an hour or longer. */
  readonly cacheWrite1h: number;
  /** Input that is audio. */
  readonly audioInput: number;
  /** Output that the caller sees, without audio. */
  readonly output: number;
  /** Output that the model thought and did not show. */
  readonly reasoning: number;
  /** Output that is audio. */
  readonly audioOutput: number;
}

/** The buckets, in the order in which they are shown. */
export const BUCKETS = [
  'input',
  'cachedInput',
  'cacheWrite5m',
  'cacheWrite1h',
  'audioInput',
  'output',
  'reasoning',
  'audioOutput',
] as const satisfies readonly (keyof TokenUsage)[];

/**
 * A usage record; buckets that are not given are empty. What a provider sends is not trusted: a count that is no whole number
 * from 0 counts as 0.
 */
export function tokenUsage(counts: { readonly [Bucket in keyof TokenUsage]?: number | null | undefined }): TokenUsage {
  // Written out, as the sums below: a record that is filled name by name takes several times as long.
  return {
    input: countOf(counts.input),
    cachedInput: countOf(counts.cachedInput),
    cacheWrite5m: countOf(counts.cacheWrite5m),
    cacheWrite1h: countOf(counts.cacheWrite1h),
    audioInput: countOf(counts.audioInput),
    output: countOf(counts.output),
    reasoning: countOf(counts.reasoning),
    audioOutput: countOf(counts.audioOutput),
  };
}

function countOf(count: number | null | undefined): number {
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 0;
}

/** All tokens of a record: the sum of its buckets. */
export function tokensOf(usage: TokenUsage): number {
  return inputTokensOf(usage) + outputTokensOf(usage);
}

/** Tokens that went in. */
export function inputTokensOf({ input, cachedInput, cacheWrite5m, cacheWrite1h, audioInput }: TokenUsage): number {
  return input + cachedInput + cacheWrite5m + cacheWrite1h + audioInput;
}

/** Tokens that came out. */
export function outputTokensOf({ output, reasoning, audioOutput }: TokenUsage): number {
  return output + reasoning + audioOutput;
}

/** The sum of two records, bucket by bucket. */
export function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    input: a.input + b.input,
    cachedInput: a.cachedInput + b.cachedInput,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    audioInput: a.audioInput + b.audioInput,
    output: a.output + b.output,
    reasoning: a.reasoning + b.reasoning,
    audioOutput: a.audioOutput + b.audioOutput,
  };
}
