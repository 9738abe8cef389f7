import type { Candidate, GenerateContentResponse, GenerateContentResponseUsageMetadata, Part } from '@google/genai';
import { FinishReason, MediaModality } from '@google/genai';
import type { Reply, Seen } from './loopback-server.js';

export const MODEL = 'gemini-2.5-flash';

/** 1000 of prompt with 400 cached, 50 of it audio; 30 more by tools; 70 shown and 20 thought. */
export const USAGE: GenerateContentResponseUsageMetadata = {
  promptTokenCount: 1000,
  cachedContentTokenCount: 400,
  toolUsePromptTokenCount: 30,
  candidatesTokenCount: 70,
  thoughtsTokenCount: 20,
  totalTokenCount: 1120,
  promptTokensDetails: [
    { modality: MediaModality.TEXT, tokenCount: 950 },
    { modality: MediaModality.AUDIO, tokenCount: 50 },
  ],
};

export const USAGE_TOKENS = 1120;

/** {@link USAGE} in buckets. */
export const BUCKETS = {
  ...{ input: 580, cachedInput: 400, cacheWrite5m: 0, cacheWrite1h: 0, audioInput: 50 },
  ...{ output: 70, reasoning: 20, audioOutput: 0 },
};

/** An answer on the wire. */
export type Answer = Partial<
  Pick<GenerateContentResponse, 'candidates' | 'usageMetadata' | 'modelVersion' | 'promptFeedback'>
>;

export function said(text: string, more: Partial<Candidate> = {}): Candidate {
  return { content: { role: 'model', parts: [{ text }] }, index: 0, ...more };
}

/** A whole answer. */
export function answerOf(changes: Answer & { readonly parts?: Part[] } = {}): Answer {
  const { parts = [{ text: 'hello' }], ...rest } = changes;
  const candidate: Candidate = { content: { role: 'model', parts }, finishReason: FinishReason.STOP, index: 0 };
  return { candidates: [candidate], usageMetadata: USAGE, modelVersion: `${MODEL}-001`, ...rest };
}

/** The same in chunks. Each has the count so far, as the API sends it. */
export function chunks(usage: GenerateContentResponseUsageMetadata = USAGE): Answer[] {
  const { promptTokenCount = 0, thoughtsTokenCount = 0 } = usage;
  const soFar = { ...usage, candidatesTokenCount: 3, totalTokenCount: promptTokenCount + thoughtsTokenCount + 3 + 30 };
  return [
    { candidates: [said('hel')], usageMetadata: soFar, modelVersion: `${MODEL}-001` },
    {
      candidates: [said('lo', { finishReason: FinishReason.STOP })],
      usageMetadata: usage,
      modelVersion: `${MODEL}-001`,
    },
  ];
}

/** How the API words an error. */
export function apiError(code: number, status: string, message = 'no'): { readonly error: object } {
  return { error: { code, message, status } };
}

export const INTERACTION_USAGE = {
  ...{ total_input_tokens: 100, total_cached_tokens: 40, total_tool_use_tokens: 5, total_output_tokens: 60 },
  ...{ total_thought_tokens: 15, total_tokens: 180 },
};

export const INTERACTION_BUCKETS = {
  ...{ input: 65, cachedInput: 40, cacheWrite5m: 0, cacheWrite1h: 0, audioInput: 0 },
  ...{ output: 60, reasoning: 15, audioOutput: 0 },
};

export function interaction(changes: object = {}): object {
  const steps = [{ type: 'model_output', content: [{ type: 'text', text: 'hello' }] }];
  return { id: 'i1', status: 'completed', model: MODEL, steps, usage: INTERACTION_USAGE, ...changes };
}

/** The events of an interaction that is streamed. */
export function interactionEvents(): object[] {
  return [
    { event_type: 'interaction.created', interaction: { id: 'i1', status: 'in_progress', model: MODEL } },
    { event_type: 'step.start', index: 0, step: { type: 'model_output', content: [] } },
    { event_type: 'step.delta', index: 0, delta: { type: 'text', text: 'hello' } },
    { event_type: 'step.stop', index: 0 },
    {
      event_type: 'interaction.completed',
      interaction: { id: 'i1', status: 'completed', model: MODEL, usage: INTERACTION_USAGE },
    },
  ];
}

/** What a request is answered with where a test says nothing else. */
export function usualReply(path: string, body: Seen['body']): Reply {
  if (path.includes(':generateContent')) return { json: answerOf() };
  if (path.includes(':streamGenerateContent')) return { events: chunks() };
  if (path.includes(':countTokens')) return { json: { totalTokens: 7 } };
  if (path.includes(':batchEmbedContents')) return { json: { embeddings: [{ values: [0.1, 0.2] }] } };
  if (path.includes(':embedContent'))
    return { json: { embedding: { values: [0.1] }, usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 } } };
  if (path.includes(':predict')) {
    const embeddings = { values: [0.1], statistics: { token_count: 4, truncated: false } };
    return { json: { predictions: [{ embeddings }] } };
  }
  if (path.endsWith('/interactions'))
    return body['stream'] === true ? { events: interactionEvents() } : { json: interaction() };
  return { json: apiError(404, 'NOT_FOUND'), status: 404 };
}
