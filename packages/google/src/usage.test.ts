import { tokensOf } from '@actguard/core';
import type { GenerateContentResponseUsageMetadata } from '@google/genai';
import { describe, expect, test } from '@jest/globals';
import { BUCKETS, INTERACTION_BUCKETS, INTERACTION_USAGE, USAGE } from '../test-support/answers.js';
import { contentUsage, interactionUsage } from './usage.js';

const NOTHING = {
  ...{ input: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, audioInput: 0 },
  ...{ output: 0, reasoning: 0, audioOutput: 0 },
};

/** Name, what the API sends, what is billed. */
const fixtures: readonly [string, GenerateContentResponseUsageMetadata, Partial<typeof NOTHING>][] = [
  ['plain text', { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 }, { input: 10, output: 5 }],
  [
    'a cache: the prompt includes it',
    { promptTokenCount: 100, cachedContentTokenCount: 80, candidatesTokenCount: 5, totalTokenCount: 105 },
    { input: 20, cachedInput: 80, output: 5 },
  ],
  [
    'thoughts: the candidates exclude them',
    { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 7, totalTokenCount: 22 },
    { input: 10, output: 5, reasoning: 7 },
  ],
  [
    'thoughts that only the total knows of',
    { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 22 },
    { input: 10, output: 5, reasoning: 7 },
  ],
  [
    'results of tools of the provider: the prompt excludes them',
    { promptTokenCount: 10, toolUsePromptTokenCount: 40, candidatesTokenCount: 5, totalTokenCount: 55 },
    { input: 50, output: 5 },
  ],
  [
    'sound in and out',
    {
      ...{ promptTokenCount: 100, candidatesTokenCount: 60, totalTokenCount: 160 },
      promptTokensDetails: [modality('TEXT', 30), modality('AUDIO', 70)],
      candidatesTokensDetails: [modality('AUDIO', 55), modality('TEXT', 5)],
    },
    { input: 30, audioInput: 70, output: 5, audioOutput: 55 },
  ],
  [
    'sound of which a part came from a cache',
    {
      ...{ promptTokenCount: 100, cachedContentTokenCount: 60, candidatesTokenCount: 1, totalTokenCount: 101 },
      promptTokensDetails: [modality('TEXT', 30), modality('AUDIO', 70)],
      cacheTokensDetails: [modality('AUDIO', 50), modality('TEXT', 10)],
    },
    { input: 20, cachedInput: 60, audioInput: 20, output: 1 },
  ],
  [
    'an answer of thoughts alone',
    { promptTokenCount: 9, thoughtsTokenCount: 256, totalTokenCount: 265 },
    { input: 9, reasoning: 256 },
  ],
  ['a prompt that was blocked', { promptTokenCount: 9, totalTokenCount: 9 }, { input: 9 }],
  ['everything', USAGE, BUCKETS],
];

describe('the usage of generateContent', () => {
  test.each(fixtures)('%s', (_, raw, expected) => {
    const usage = contentUsage({ ...raw });
    expect(usage).toEqual({ ...NOTHING, ...expected });
    expect(tokensOf(usage)).toBe(raw.totalTokenCount);
  });

  test('what is no count counts as nothing', () => {
    expect(contentUsage({ promptTokenCount: '12', candidatesTokenCount: -3, promptTokensDetails: 'audio' })).toEqual(
      NOTHING,
    );
  });
});

describe('the usage of an interaction', () => {
  test('a cache is in the input, results of tools are not, thoughts are not in the output', () => {
    const usage = interactionUsage(INTERACTION_USAGE);
    expect(usage).toEqual(INTERACTION_BUCKETS);
    expect(tokensOf(usage)).toBe(INTERACTION_USAGE.total_tokens);
  });

  test('thoughts that the total shows to be in the output are not billed twice', () => {
    const usage = interactionUsage({
      ...{ total_input_tokens: 10, total_output_tokens: 60, total_thought_tokens: 15, total_tokens: 70 },
    });
    expect(usage).toEqual({ ...NOTHING, input: 10, output: 45, reasoning: 15 });
  });

  test('sound', () => {
    const usage = interactionUsage({
      ...{ total_input_tokens: 10, total_output_tokens: 6, total_tokens: 16 },
      input_tokens_by_modality: [{ modality: 'audio', tokens: 8 }],
      output_tokens_by_modality: [{ modality: 'audio', tokens: 6 }],
    });
    expect(usage).toEqual({ ...NOTHING, input: 2, audioInput: 8, audioOutput: 6 });
  });
});

function modality(name: string, tokenCount: number): { modality: never; tokenCount: number } {
  return { modality: name as never, tokenCount };
}
