import { type TokenUsage, tokenUsage } from '@actguard/core';
import { countOf, isCount, type JsonObject, recordsIn } from './record.js';

/**
 * Buckets of `usageMetadata`. Its prompt includes what came from a cache and excludes what tools of the provider put in; its
 * candidates exclude thoughts.
 */
export function contentUsage(raw: JsonObject): TokenUsage {
  return disjoint({
    prompt: countOf(raw['promptTokenCount']),
    toolUse: countOf(raw['toolUsePromptTokenCount']),
    cached: countOf(raw['cachedContentTokenCount']),
    candidates: countOf(raw['candidatesTokenCount']),
    thoughts: countOf(raw['thoughtsTokenCount']),
    total: countOf(raw['totalTokenCount']),
    audioInput: audioIn(raw['promptTokensDetails']) + audioIn(raw['toolUsePromptTokensDetails']),
    cachedAudio: audioIn(raw['cacheTokensDetails']),
    audioOutput: audioIn(raw['candidatesTokensDetails']),
  });
}

/** Buckets of the usage of an interaction. */
export function interactionUsage(raw: JsonObject): TokenUsage {
  const prompt = countOf(raw['total_input_tokens']);
  const toolUse = countOf(raw['total_tool_use_tokens']);
  const output = countOf(raw['total_output_tokens']);
  const thoughts = countOf(raw['total_thought_tokens']);
  const total = countOf(raw['total_tokens']);
  // It is not written down whether thoughts are part of the output: the total tells.
  const includesThoughts = thoughts <= output && total === prompt + toolUse + output;
  return disjoint({
    prompt,
    toolUse,
    cached: countOf(raw['total_cached_tokens']),
    candidates: includesThoughts ? output - thoughts : output,
    thoughts,
    total,
    audioInput: audioBy(raw['input_tokens_by_modality']) + audioBy(raw['tool_use_tokens_by_modality']),
    cachedAudio: audioBy(raw['cached_tokens_by_modality']),
    audioOutput: audioBy(raw['output_tokens_by_modality']),
  });
}

/** Names of the counts that both kinds of usage have. */
interface CountNames {
  readonly prompt: string;
  readonly output: string;
  readonly thoughts: string;
  readonly toolUse: string;
  readonly cached: string;
  readonly total: string;
}

export const CONTENT_COUNTS: CountNames = {
  prompt: 'promptTokenCount',
  output: 'candidatesTokenCount',
  thoughts: 'thoughtsTokenCount',
  toolUse: 'toolUsePromptTokenCount',
  cached: 'cachedContentTokenCount',
  total: 'totalTokenCount',
};

export const INTERACTION_COUNTS: CountNames = {
  prompt: 'total_input_tokens',
  output: 'total_output_tokens',
  thoughts: 'total_thought_tokens',
  toolUse: 'total_tool_use_tokens',
  cached: 'total_cached_tokens',
  total: 'total_tokens',
};

/** Whether the prompt was counted: without that, a usage tells nothing. */
export function tellsPrompt(raw: JsonObject, names: CountNames): boolean {
  return isCount(raw[names.prompt]);
}

/**
 * Whether a usage tells all that is billed. The API leaves out counts of nothing, and sends usage without any count at times: so
 * what it did not count is taken for nothing only where nothing came.
 *
 * @param hasOutput whether the answer has more than thoughts
 */
export function tellsAll(raw: JsonObject, names: CountNames, hasOutput: boolean): boolean {
  const given = Object.values(names).filter((name) => raw[name] !== undefined && raw[name] !== null);
  if (!tellsPrompt(raw, names) || !given.every((name) => isCount(raw[name]))) return false;
  const explained = countOf(raw[names.prompt]) + countOf(raw[names.toolUse]) + countOf(raw[names.thoughts]);
  return !hasOutput || given.includes(names.output) || countOf(raw[names.total]) > explained;
}

interface Counts {
  readonly prompt: number;
  readonly toolUse: number;
  readonly cached: number;
  readonly candidates: number;
  readonly thoughts: number;
  readonly total: number;
  readonly audioInput: number;
  readonly cachedAudio: number;
  readonly audioOutput: number;
}

function disjoint({ prompt, toolUse, cached, candidates, thoughts, total, ...audio }: Counts): TokenUsage {
  const input = prompt + toolUse;
  const cachedInput = Math.min(cached, input);
  const audioInput = Math.min(Math.max(0, audio.audioInput - audio.cachedAudio), input - cachedInput);
  const audioOutput = Math.min(audio.audioOutput, candidates);
  return tokenUsage({
    input: input - cachedInput - audioInput,
    cachedInput,
    audioInput,
    output: candidates - audioOutput,
    // The total is what is billed: what no count explains was thought.
    reasoning: Math.max(thoughts, total - input - candidates),
    audioOutput,
  });
}

function audioIn(details: unknown): number {
  return sum(
    recordsIn(details).filter(({ modality }) => modality === 'AUDIO'),
    'tokenCount',
  );
}

function audioBy(details: unknown): number {
  return sum(
    recordsIn(details).filter(({ modality }) => modality === 'audio'),
    'tokens',
  );
}

function sum(records: readonly JsonObject[], field: string): number {
  return records.reduce((all, record) => all + countOf(record[field]), 0);
}
