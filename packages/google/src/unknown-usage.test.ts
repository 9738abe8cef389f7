/** @jest-environment ./packages/google/test-support/dispatcher-environment.mjs */
import { FinishReason } from '@google/genai';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answerOf, interaction, said } from '../test-support/answers.js';
import { ASK, type Bench, openBench } from '../test-support/bench.js';
import { meter } from './meter.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const LONG = 'x'.repeat(300);

describe('usage that tells nothing is no usage: the call is estimated', () => {
  test.each<[object]>([
    [{}],
    [{ trafficType: 'ON_DEMAND' }],
    [{ promptTokenCount: '12', candidatesTokenCount: '30', totalTokenCount: '42' }],
    [{ promptTokenCount: -5, candidatesTokenCount: 30 }],
    [{ promptTokenCount: 12, candidatesTokenCount: '30' }],
    [{ promptTokenCount: 12, candidatesTokenCount: 1e300 }],
    [{ promptTokenCount: 12, candidatesTokenCount: 30, cachedContentTokenCount: -1 }],
    [{ candidatesTokenCount: 30, totalTokenCount: 42 }],
    [{ promptTokenCount: 12 }],
    [{ promptTokenCount: 12, totalTokenCount: 12 }],
    [{ promptTokenCount: 12, thoughtsTokenCount: 5, totalTokenCount: 17 }],
  ])('%j', async (usageMetadata) => {
    const answer = answerOf({ parts: [{ text: LONG }], usageMetadata });
    bench.server.next({ json: answer }, { events: [answer] });
    const scope = await bench.run({}, async () => {
      await bench.client.models.generateContent(ASK);
      for await (const _ of await bench.client.models.generateContentStream(ASK));
    });
    expect(bench.usage).toHaveLength(2);
    for (const { isEstimated, usage } of bench.usage) {
      expect(isEstimated).toBe(true);
      expect(usage.input).toBeGreaterThan(0);
      expect(usage.output + usage.reasoning).toBeGreaterThanOrEqual(30);
    }
    expect(scope.tokensUsed).toBeGreaterThan(200);
  });

  test('and a hard budget keeps all that it held', async () => {
    bench.server.next({ json: answerOf({ usageMetadata: { trafficType: 'ON_DEMAND' } as never }) });
    const scope = await bench.run({ tokenLimit: 1000, enforcement: 'hard' }, () =>
      bench.client.models.generateContent(ASK),
    );
    expect(scope.tokensUsed).toBeGreaterThan(900);
  });
});

describe('what the API leaves out because nothing came is exact', () => {
  const finishReason = FinishReason.MAX_TOKENS;
  test.each<[string, object[], object, number]>([
    ['no part at all', [], { promptTokenCount: 12, totalTokenCount: 12 }, 12],
    ['an empty text', [{ text: '' }], { promptTokenCount: 12, totalTokenCount: 12 }, 12],
    ['thoughts alone', [], { promptTokenCount: 12, thoughtsTokenCount: 30, totalTokenCount: 42 }, 42],
    [
      'thoughts that are shown',
      [{ text: 'hm', thought: true }],
      { promptTokenCount: 12, thoughtsTokenCount: 30, totalTokenCount: 42 },
      42,
    ],
    ['an answer of which only the total tells', [{ text: 'yes' }], { promptTokenCount: 12, totalTokenCount: 15 }, 15],
  ])('%s', async (_, parts, usageMetadata, tokens) => {
    bench.server.next({ json: { candidates: [said('', { content: { parts }, finishReason })], usageMetadata } });
    await bench.run({}, () => bench.client.models.generateContent(ASK));
    expect(bench.usage).toMatchObject([{ isEstimated: false, tokens }]);
  });
});

describe('the same of interactions', () => {
  const steps = [{ type: 'model_output', content: [{ type: 'text', text: LONG }] }];
  test.each<[object]>([
    [{}],
    [{ total_input_tokens: '12', total_output_tokens: 30 }],
    [{ total_input_tokens: 12, total_output_tokens: -30 }],
    [{ total_input_tokens: 12, total_tokens: 12 }],
    [{ total_output_tokens: 30 }],
  ])('%j', async (usage) => {
    const event = { event_type: 'interaction.completed', interaction: { id: 'i1', usage } };
    const delta = { event_type: 'step.delta', index: 0, delta: { type: 'text', text: LONG } };
    bench.server.next({ json: interaction({ steps, usage }) }, { events: [delta, event] });
    await bench.run({}, async () => {
      await bench.client.interactions.create({ model: 'gemini-2.5-flash', input: 'hi' });
      const stream = await bench.client.interactions.create({ model: 'gemini-2.5-flash', input: 'hi', stream: true });
      for await (const _ of stream);
    });
    expect(bench.usage).toHaveLength(2);
    for (const { isEstimated, usage: charged } of bench.usage) {
      expect(isEstimated).toBe(true);
      expect(charged.input).toBeGreaterThan(0);
      expect(charged.output).toBeGreaterThanOrEqual(100);
    }
  });
});

describe('the same of embeddings', () => {
  const embed = { model: 'text-embedding-005', contents: 'x'.repeat(30) };
  test.each<[object]>([[{}], [{ trafficType: 'ON_DEMAND' }], [{ promptTokenCount: '9' }], [{ promptTokenCount: -1 }]])(
    '%j',
    async (usageMetadata) => {
      bench.server.next({ json: { embeddings: [{ values: [0.1] }], usageMetadata } });
      await bench.run({}, () => bench.client.models.embedContent(embed));
      expect(bench.usage).toMatchObject([{ isEstimated: true, tokens: 10 }]);
    },
  );

  test('predictions of which one was not counted', async () => {
    const vertex = meter(bench.connect({ vertexai: true, apiKey: 'test' }));
    const counted = { embeddings: { values: [0.1], statistics: { token_count: 4 } } };
    bench.server.next({ json: { predictions: [counted, { embeddings: { values: [0.2] } }] } });
    await bench.run({}, () => vertex.models.embedContent({ ...embed, contents: ['x'.repeat(30), 'y'.repeat(30)] }));
    expect(bench.usage).toMatchObject([{ isEstimated: true, tokens: 20 }]);
  });
});
