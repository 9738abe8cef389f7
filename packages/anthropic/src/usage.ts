import { type TokenUsage, tokenUsage } from '@actguard/core';

/** Counts as Anthropic sends them; anything may be missing, and nothing of it is trusted. */
export type RawUsage = Readonly<Record<string, unknown>>;

/**
 * The usage of a message in disjoint buckets. Anthropic's `input_tokens` leave out what was read from a cache and written to
 * one; its `output_tokens` include the thinking.
 *
 * Where the server made several rounds, each is an entry of `iterations`, and all of them are billed: those of a compaction or
 * of an advisor are missing from the counts at the top, which other beta features leave incomplete too.
 */
export function usageFrom(usage: RawUsage): TokenUsage {
  const rounds = Array.isArray(usage['iterations']) ? usage['iterations'].filter(isRecord) : [];
  const billed = rounds.length > 0 ? rounds : [usage];
  const sum = { input: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };
  for (const counts of billed) {
    const written = recordOf(counts['cache_creation']);
    const longLived = countOf(written['ephemeral_1h_input_tokens']);
    // Streams tell the sum alone at their end: what is not said to live longer lives for five minutes.
    const total = Math.max(
      countOf(counts['cache_creation_input_tokens']),
      longLived + countOf(written['ephemeral_5m_input_tokens']),
    );
    sum.input += countOf(counts['input_tokens']);
    sum.cachedInput += countOf(counts['cache_read_input_tokens']);
    sum.cacheWrite1h += longLived;
    sum.cacheWrite5m += total - longLived;
    sum.output += countOf(counts['output_tokens']);
  }
  const thought = countOf(recordOf(usage['output_tokens_details'])['thinking_tokens']);
  const reasoning = Math.min(thought, sum.output);
  return tokenUsage({ ...sum, output: sum.output - reasoning, reasoning });
}

/** Web searches that the server made. */
export function searchesIn(usage: RawUsage): number {
  return countOf(recordOf(usage['server_tool_use'])['web_search_requests']);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
