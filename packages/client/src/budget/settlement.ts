import { createHash } from 'node:crypto';
import type { SettleRequest, UsageEntry } from '@actguard/core';

/** Names what a request does: the same for every attempt, in every process, and for no other request. */
export function idempotencyKey(operation: string, ...names: readonly string[]): string {
  // A hash: ids of applications may hold what a header cannot.
  return createHash('sha256')
    .update(JSON.stringify([operation, ...names]))
    .digest('hex');
}

/** The body of a settlement. */
export function settleBody(request: SettleRequest): string {
  const entries = request.usage.map(wireEntry);
  const sum = (name: keyof WireTokens): number => entries.reduce((total, entry) => total + (entry[name] ?? 0), 0);
  return JSON.stringify({
    reserve_id: request.reserveId,
    input_tokens: sum('input_tokens'),
    cached_input_tokens: sum('cached_input_tokens'),
    output_tokens: sum('output_tokens'),
    usage_breakdown: entries,
  });
}

interface WireTokens {
  readonly input_tokens?: number;
  readonly cached_input_tokens?: number;
  readonly output_tokens?: number;
}

function wireEntry(entry: UsageEntry): WireTokens & Readonly<Record<string, unknown>> {
  const place = {
    calls: entry.calls,
    ...(entry.scopeName === undefined ? {} : { scope_name: entry.scopeName }),
    ...(entry.tool === undefined ? {} : { tool_name: entry.tool }),
  };
  if (entry.type === 'custom')
    return { type: 'custom_cost', name: entry.name, cost_cu: entry.costUnits, usd_micros: entry.usdMicros, ...place };
  const { input, cachedInput, cacheWrite5m, cacheWrite1h, audioInput, output, reasoning, audioOutput } = entry.usage;
  return {
    provider: entry.provider,
    provider_model_id: entry.model,
    // A gateway adds the parts up: what came from a cache must not be in both.
    input_tokens: input + cacheWrite5m + cacheWrite1h + audioInput,
    cached_input_tokens: cachedInput,
    output_tokens: output + reasoning + audioOutput,
    ...(entry.estimatedCalls > 0 ? { estimated_calls: entry.estimatedCalls } : {}),
    ...place,
  };
}
