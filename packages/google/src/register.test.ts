/** @jest-environment ./packages/google/test-support/dispatcher-environment.mjs */
import { createRequire } from 'node:module';
import { BudgetExceededError } from '@actguard/core';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MODEL, USAGE_TOKENS } from '../test-support/answers.js';
import { ASK, type Bench, openBench } from '../test-support/bench.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
  await import('./register.js');
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

test('every client is metered, also one that was there before', async () => {
  const scope = await bench.run({}, async () => {
    await bench.plain.models.generateContent(ASK);
    for await (const _ of await bench.connect().models.generateContentStream(ASK));
    await bench.connect().interactions.create({ model: MODEL, input: 'hi' });
  });
  expect(scope.tokensUsed).toBe(2 * USAGE_TOKENS + 180);
});

test('one that is metered besides is charged once', async () => {
  const scope = await bench.run({}, () => bench.client.models.generateContent(ASK));
  expect(scope.tokensUsed).toBe(USAGE_TOKENS);
});

test('refusals come as they are', async () => {
  await bench.run({ tokenLimit: 1 }, async () => {
    await bench.plain.models.generateContent(ASK);
    await expect(bench.plain.models.generateContent(ASK)).rejects.toBeInstanceOf(BudgetExceededError);
    await expect(bench.plain.interactions.create({ model: MODEL, input: 'hi' })).rejects.toBeInstanceOf(
      BudgetExceededError,
    );
  });
});

test('so are clients of the copy for require, and on Vertex', async () => {
  const { GoogleGenAI } = createRequire(import.meta.url)('@google/genai') as typeof import('@google/genai');
  expect(bench.plain).not.toBeInstanceOf(GoogleGenAI);
  const httpOptions = { baseUrl: bench.server.url };
  const seen = bench.usage.length;
  await bench.run({}, async () => {
    await new GoogleGenAI({ apiKey: 'test', httpOptions }).models.generateContent(ASK);
    await bench.connect({ vertexai: true }).models.generateContent(ASK);
  });
  expect(bench.usage.slice(seen).map(({ provider, tokens }) => [provider, tokens])).toEqual([
    ['google', USAGE_TOKENS],
    ['vertex', USAGE_TOKENS],
  ]);
});
