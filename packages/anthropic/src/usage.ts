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
  const sum = { input: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };
  for (const counts of roundsOf(usage)) {
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

/** Whether the input was counted: without that, a usage tells nothing. */
export function tellsInput(usage: RawUsage): boolean {
  return roundsOf(usage).every((counts) => isCount(counts['input_tokens']));
}

/** Whether a usage tells all that is billed: input and output, and nothing that is no count. */
export function tellsAll(usage: RawUsage): boolean {
  return roundsOf(usage).every(
    (counts) =>
      isCount(counts['input_tokens']) &&
      isCount(counts['output_tokens']) &&
      [counts['cache_read_input_tokens'], counts['cache_creation_input_tokens']].every(
        (count) => count === undefined || count === null || isCount(count),
      ),
  );
}

/** Web searches that the server made; `undefined` where that is no count. */
export function searchesIn(usage: RawUsage): number | undefined {
  const { web_search_requests: searches = 0 } = recordOf(usage['server_tool_use']);
  return isCount(searches) ? searches : undefined;
}

// A round that is no object counts as one that tells nothing.
function roundsOf(usage: RawUsage): readonly RawUsage[] {
  const { iterations } = usage;
  return Array.isArray(iterations) && iterations.length > 0 ? iterations.map(recordOf) : [usage];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function countOf(value: unknown): number {
  return isCount(value) ? value : 0;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
