import { createHash } from 'node:crypto';
import type { UsageEntry } from '@actguard/core';
import type { SettleRequest } from '../gateway-contract.js';

/** Names what a request does: the same for every attempt, in every process, and for no other request. */
export function idempotencyKey(operation: string, ...names: readonly string[]): string {
  // A hash: ids of applications may hold what a header cannot.
  return createHash('sha256')
    .update(JSON.stringify([operation, ...names]))
    .digest('hex');
}

/** The body of a settlement. */
export function settleBody(request: SettleRequest): string {
  return JSON.stringify({
    reserve_id: request.reserveId,
    input_tokens: request.inputTokens,
    cached_input_tokens: request.cachedInputTokens,
    output_tokens: request.outputTokens,
    usage_breakdown: request.usageBreakdown.map(wireEntry),
  });
}

function wireEntry(entry: UsageEntry): Record<string, unknown> {
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
