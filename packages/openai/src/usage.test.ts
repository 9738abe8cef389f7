import { tokensOf, tokenUsage } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import type { TranscriptionTextDoneEvent } from 'openai/resources/audio/transcriptions';
import type { CompletionUsage } from 'openai/resources/completions';
import type { CreateEmbeddingResponse } from 'openai/resources/embeddings';
import type { ImagesResponse } from 'openai/resources/images';
import type { ResponseUsage } from 'openai/resources/responses/responses';
import { CHAT_USAGE, RESPONSE_USAGE } from '../test-support/answers.js';
import { usageFrom } from './usage.js';

const chat = (changes: Partial<CompletionUsage>): CompletionUsage => ({
  prompt_tokens: 100,
  completion_tokens: 30,
  total_tokens: 130,
  ...changes,
});
const respond = (changes: Partial<ResponseUsage>): ResponseUsage => ({
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 130,
  ...changes,
});
const image: ImagesResponse.Usage = {
  input_tokens: 60,
  input_tokens_details: { image_tokens: 50, text_tokens: 10 },
  output_tokens: 1000,
  total_tokens: 1060,
};
const transcript: NonNullable<TranscriptionTextDoneEvent['usage']> = {
  type: 'tokens',
  input_tokens: 14,
  input_token_details: { audio_tokens: 13, text_tokens: 1 },
  output_tokens: 2,
  total_tokens: 16,
};
const embedding: CreateEmbeddingResponse['usage'] = { prompt_tokens: 9, total_tokens: 9 };

describe('each count goes into one bucket', () => {
  test.each<[string, unknown, Parameters<typeof tokenUsage>[0]]>([
    ['chat: nothing but totals', chat({}), { input: 100, output: 30 }],
    [
      'chat: cached',
      chat({ prompt_tokens_details: { cached_tokens: 40 } }),
      { input: 60, cachedInput: 40, output: 30 },
    ],
    [
      'chat: written to the cache',
      chat({ prompt_tokens_details: { cache_write_tokens: 8 } }),
      { input: 92, cacheWrite5m: 8, output: 30 },
    ],
    ['chat: heard', chat({ prompt_tokens_details: { audio_tokens: 2 } }), { input: 98, audioInput: 2, output: 30 }],
    [
      'chat: thought',
      chat({ completion_tokens_details: { reasoning_tokens: 12 } }),
      { input: 100, output: 18, reasoning: 12 },
    ],
    [
      'chat: spoken',
      chat({ completion_tokens_details: { audio_tokens: 3 } }),
      { input: 100, output: 27, audioOutput: 3 },
    ],
    [
      'chat: predicted in vain is output',
      chat({ completion_tokens_details: { accepted_prediction_tokens: 4, rejected_prediction_tokens: 6 } }),
      { input: 100, output: 30 },
    ],
    [
      'chat: all of it',
      CHAT_USAGE,
      { input: 50, cachedInput: 40, cacheWrite5m: 8, audioInput: 2, output: 15, reasoning: 12, audioOutput: 3 },
    ],
    [
      'chat: null where there is nothing',
      chat({ prompt_tokens_details: null as never, completion_tokens_details: null as never }),
      { input: 100, output: 30 },
    ],
    ['responses: nothing but totals', respond({}), { input: 100, output: 30 }],
    [
      'responses: cached',
      respond({ input_tokens_details: { cached_tokens: 64, cache_write_tokens: 0 } }),
      { input: 36, cachedInput: 64, output: 30 },
    ],
    [
      'responses: written, kept short and long',
      respond({
        input_tokens_details: {
          cached_tokens: 0,
          cache_write_tokens: 16,
          cache_write_tokens_details: { ttl_12h_tokens: 6, ttl_30m_tokens: 10 },
        },
      }),
      { input: 84, cacheWrite5m: 10, cacheWrite1h: 6, output: 30 },
    ],
    [
      'responses: thought',
      respond({ output_tokens_details: { reasoning_tokens: 20 } }),
      { input: 100, output: 10, reasoning: 20 },
    ],
    [
      'responses: all of it',
      RESPONSE_USAGE,
      { input: 120, cachedInput: 64, cacheWrite5m: 10, cacheWrite1h: 6, output: 30, reasoning: 20 },
    ],
    ['embeddings', embedding, { input: 9 }],
    ['images', image, { input: 60, output: 1000 }],
    ['transcriptions', transcript, { input: 1, audioInput: 13, output: 2 }],
    [
      'a compatible server with its own name for cached input',
      {
        prompt_tokens: 100,
        completion_tokens: 30,
        total_tokens: 130,
        prompt_cache_hit_tokens: 70,
        prompt_cache_miss_tokens: 30,
      },
      { input: 30, cachedInput: 70, output: 30 },
    ],
    [
      'a compatible server that leaves thoughts out of the output',
      {
        prompt_tokens: 100,
        completion_tokens: 30,
        total_tokens: 150,
        completion_tokens_details: { reasoning_tokens: 20 },
      },
      { input: 100, output: 30, reasoning: 20 },
    ],
    [
      'a compatible server that has thoughts in the total alone',
      { prompt_tokens: 100, completion_tokens: 30, total_tokens: 150 },
      { input: 100, output: 30, reasoning: 20 },
    ],
  ])('%s', (_, reported, expected) => {
    const usage = usageFrom(reported);
    expect(usage).toEqual(tokenUsage(expected));
    expect(tokensOf(usage!)).toBe((reported as { total_tokens: number }).total_tokens);
  });
});

test('parts that come to more than the whole do not make it more', () => {
  const usage = usageFrom({
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    prompt_tokens_details: { cached_tokens: 8, cache_write_tokens: 8, audio_tokens: 8 },
    completion_tokens_details: { reasoning_tokens: 9, audio_tokens: 9 },
  });
  expect(usage).toEqual(tokenUsage({ cachedInput: 8, cacheWrite5m: 2, reasoning: 5 }));
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', '12'],
  ['a list', [1]],
  ['a duration', { type: 'duration', seconds: 12 }],
  ['negative counts', { prompt_tokens: -1, completion_tokens: -2 }],
  ['a count beside what is none', { prompt_tokens: 10, completion_tokens: 'many' }],
  ['half a token', { prompt_tokens: 1.5, completion_tokens: 3, total_tokens: 5 }],
  ['a count that is too large', { prompt_tokens: 1e300, completion_tokens: 1 }],
  ['a negative total', chat({ total_tokens: -1 })],
  ['a part that is none', chat({ prompt_tokens_details: { cached_tokens: -4 } })],
  ['a part of the output that is none', chat({ completion_tokens_details: { reasoning_tokens: 0.5 } })],
  ['texts', { input_tokens: '1', output_tokens: '2', total_tokens: '3' }],
])('%s is no usage', (_, reported) => {
  expect(usageFrom(reported)).toBeUndefined();
});
