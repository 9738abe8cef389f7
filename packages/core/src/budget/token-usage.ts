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
  const usage = {} as Record<keyof TokenUsage, number>;
  for (const bucket of BUCKETS) {
    const count = counts[bucket];
    usage[bucket] = typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 0;
  }
  return usage;
}

/** All tokens of a record: the sum of its buckets. */
export function tokensOf(usage: TokenUsage): number {
  let sum = 0;
  for (const bucket of BUCKETS) sum += usage[bucket];
  return sum;
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
  const sum = {} as Record<keyof TokenUsage, number>;
  for (const bucket of BUCKETS) sum[bucket] = a[bucket] + b[bucket];
  return sum;
}
