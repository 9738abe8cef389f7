import { tokensOf } from '@actguard/core';
import type { BetaUsage } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { MessageDeltaUsage, Usage } from '@anthropic-ai/sdk/resources/messages/messages';
import { describe, expect, it } from '@jest/globals';
import { MessageReader } from './message-reader.js';
import { usageFrom } from './usage.js';

const NOTHING: Usage = {
  ...{ input_tokens: 0, output_tokens: 0, output_tokens_details: null, server_tool_use: null },
  ...{ cache_creation: null, cache_creation_input_tokens: null, cache_read_input_tokens: null },
  ...{ inference_geo: null, service_tier: 'standard', speed: null },
};
const EMPTY = {
  ...{
    input: 0,
    cachedInput: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    audioInput: 0,
    output: 0,
    reasoning: 0,
    audioOutput: 0,
  },
};

describe('usage of a message, bucket by bucket', () => {
  it.each<[string, Partial<Usage>, Partial<typeof EMPTY>]>([
    ['input', { input_tokens: 9 }, { input: 9 }],
    [
      'input read from a cache, which input leaves out',
      { input_tokens: 9, cache_read_input_tokens: 40 },
      { input: 9, cachedInput: 40 },
    ],
    [
      'input written to a cache, which input leaves out',
      {
        input_tokens: 9,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      },
      { input: 9, cacheWrite5m: 10, cacheWrite1h: 20 },
    ],
    [
      'input written to a cache of which only the sum is told',
      { cache_creation_input_tokens: 30 },
      { cacheWrite5m: 30 },
    ],
    ['output', { output_tokens: 5 }, { output: 5 }],
    [
      'thinking, which output includes',
      { output_tokens: 50, output_tokens_details: { thinking_tokens: 20 } },
      { output: 30, reasoning: 20 },
    ],
    [
      'thinking that is more than all output',
      { output_tokens: 5, output_tokens_details: { thinking_tokens: 6 } },
      { output: 0, reasoning: 5 },
    ],
  ])('%s', (_, given, expected) => {
    expect(usageFrom({ ...NOTHING, ...given })).toEqual({ ...EMPTY, ...expected });
  });

  it('adds up to what is billed', () => {
    const usage: Usage = {
      ...NOTHING,
      ...{ input_tokens: 1, cache_read_input_tokens: 20, cache_creation_input_tokens: 300, output_tokens: 4_000 },
      ...{ output_tokens_details: { thinking_tokens: 1_000 } },
    };
    expect(tokensOf(usageFrom({ ...usage }))).toBe(4_321);
  });

  it('takes all rounds of the server where it tells them: those of a compaction are missing at the top', () => {
    const round = { cache_creation: null, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
    const usage: BetaUsage = {
      ...NOTHING,
      ...{ input_tokens: 23, output_tokens: 10, fallback_credit: null, output_tokens_details: { thinking_tokens: 4 } },
      iterations: [
        { ...round, type: 'compaction', input_tokens: 180, output_tokens: 35 },
        {
          ...{ type: 'message', model: null, input_tokens: 23, output_tokens: 10, cache_read_input_tokens: 7 },
          ...{
            cache_creation_input_tokens: 5,
            cache_creation: { ephemeral_1h_input_tokens: 5, ephemeral_5m_input_tokens: 0 },
          },
        },
      ],
    };
    expect(usageFrom({ ...usage })).toEqual({
      ...EMPTY,
      input: 203,
      cachedInput: 7,
      cacheWrite1h: 5,
      output: 41,
      reasoning: 4,
    });
  });

  it.each([
    [{}],
    [{ input_tokens: -4, output_tokens: '9' }],
    [{ iterations: 'many', cache_creation: [] }],
    [{ iterations: [null, 4] }],
  ])('believes no nonsense: %j', (given) => {
    expect(usageFrom(given)).toEqual(EMPTY);
  });
});

describe('a reader of events', () => {
  const start = {
    type: 'message_start',
    message: { model: 'claude-a', usage: { ...NOTHING, input_tokens: 9, output_tokens: 1 } },
  };
  const delta = (usage: Partial<MessageDeltaUsage>, stop: string | null = 'end_turn') => ({
    type: 'message_delta',
    delta: { stop_reason: stop },
    usage,
  });

  it('takes running totals as they are, and keeps what they leave out', () => {
    const reader = new MessageReader(false);
    reader.read(start);
    expect(reader).toMatchObject({ isFinal: false, model: 'claude-a', usage: { input: 9, output: 1 } });
    reader.read(delta({ output_tokens: 4, input_tokens: null }, null));
    expect(reader).toMatchObject({ isFinal: false, usage: { input: 9, output: 4 } });
    reader.read(delta({ output_tokens: 6 }));
    expect(reader).toMatchObject({ isFinal: true, usage: { input: 9, output: 6 } });
  });

  it('keeps the split of cache writes, of which the end tells the sum alone', () => {
    const reader = new MessageReader(false);
    const cache = { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 };
    reader.read({
      type: 'message_start',
      message: { usage: { ...NOTHING, cache_creation_input_tokens: 30, cache_creation: cache } },
    });
    reader.read(delta({ cache_creation_input_tokens: 30, output_tokens: 1 }));
    expect(reader.usage).toMatchObject({ cacheWrite5m: 10, cacheWrite1h: 20 });
  });

  it('names the model that took over', () => {
    const reader = new MessageReader(false);
    reader.read(start);
    reader.read({ type: 'content_block_start', content_block: { type: 'fallback', to: { model: 'claude-b' } } });
    expect(reader.model).toBe('claude-b');
  });

  it.each([
    [null],
    ['text'],
    [[]],
    [{ type: 'message' }],
    [{ type: 'message_delta', usage: 4 }],
    [{ type: 'content_block_delta' }],
  ])('passes on what it does not know: %j', (event) => {
    const reader = new MessageReader(false);
    expect(reader.read(event)).toBe(true);
    expect(reader).toMatchObject({ usage: undefined, isFinal: false, outputLength: 0 });
  });
});
