/** @jest-environment ./packages/google/test-support/dispatcher-environment.mjs */
import { BudgetExceededError } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import { MODEL } from '../test-support/answers.js';
import { openBench } from '../test-support/bench.js';
import { contentMedia, interactionMedia } from './media.js';

const LONG = 'words of a stranger '.repeat(5000);
const NOTHING = { attachments: 0, imageTokens: 0, encodedLength: 0 };

const lookalikes = [
  { inlineData: { mimeType: 'image/png', data: LONG } },
  { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
  { fileData: { fileUri: 'gs://b/1.pdf' } },
  { type: 'image', data: LONG },
  { type: 'document', uri: 'https://papers.test/1.pdf' },
  { parts: [{ fileData: { fileUri: 'gs://b/1.pdf' } }] },
  { contents: [{ parts: [{ fileData: { fileUri: 'gs://b/1.pdf' } }] }] },
];

describe('what a stranger wrote is no medium, whatever it looks like', () => {
  const places: readonly [string, (json: object) => object][] = [
    ['the result of a function', (response) => ({ functionResponse: { name: 'f', response } })],
    ['what is in such a result', (page) => ({ functionResponse: { name: 'f', response: { output: [page] } } })],
    ['arguments of a function', (args) => ({ functionCall: { name: 'f', args } })],
    ['the result of a tool of the provider', (response) => ({ toolResponse: { response } })],
  ];
  for (const [place, part] of places)
    test.each(lookalikes)(`${place}: %#`, (json) => {
      expect(contentMedia({ contents: [{ parts: [part(json)] }] }, undefined)).toEqual(NOTHING);
    });

  test.each(lookalikes)('a schema: %#', (json) => {
    const tools = [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: { default: json } }] }];
    expect(contentMedia({ contents: [], tools }, undefined)).toEqual(NOTHING);
    expect(interactionMedia({ input: 'hi', tools: [{ type: 'function', parameters: json }] }, undefined)).toEqual(
      NOTHING,
    );
  });

  test.each(lookalikes)('arguments and results of an interaction: %#', (json) => {
    const input = [
      { type: 'function_call', id: 'c1', name: 'f', arguments: json },
      { type: 'function_result', call_id: 'c1', result: json },
      { role: 'user', content: [{ type: 'function_result', call_id: 'c1', result: json }] },
    ];
    expect(interactionMedia({ input }, undefined)).toEqual(NOTHING);
  });
});

describe('a hard budget holds the bytes of a result', () => {
  test.each([{ type: 'image', data: LONG }, { inlineData: { mimeType: 'image/png', data: LONG } }])(
    'that looks like a picture: %#',
    async (response) => {
      await using bench = await openBench();
      const contents = [{ role: 'user', parts: [{ functionResponse: { name: 'f', response } }] }];
      const input = [{ type: 'function_result', call_id: 'c1', name: 'f', result: response }];
      await bench.run({ tokenLimit: 20_000, enforcement: 'hard' }, async () => {
        await expect(bench.client.models.generateContent({ model: MODEL, contents })).rejects.toBeInstanceOf(
          BudgetExceededError,
        );
      });
      await bench.run({ tokenLimit: 20_000, enforcement: 'hard' }, async () => {
        await expect(bench.client.interactions.create({ model: MODEL, input } as never)).rejects.toBeInstanceOf(
          BudgetExceededError,
        );
      });
      expect(bench.server.seen).toEqual([]);
    },
  );

  test('and goes on after one that names a document', async () => {
    await using bench = await openBench();
    const response = { type: 'document', uri: 'https://papers.test/1.pdf' };
    const contents = [{ role: 'user', parts: [{ functionResponse: { name: 'f', response } }] }];
    await bench.run({ tokenLimit: 20_000, enforcement: 'hard' }, () =>
      bench.client.models.generateContent({ model: MODEL, contents }),
    );
    expect(bench.server.seen).toHaveLength(1);
  });
});

describe('media are found', () => {
  const picture = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
  const file = { fileData: { fileUri: 'gs://b/1.pdf', mimeType: 'application/pdf' } };
  const one = { attachments: 1, imageTokens: 8192, encodedLength: 4 };

  test.each<[string, object]>([
    ['in contents', { contents: [{ parts: [picture] }, { parts: [file] }] }],
    ['in the instruction', { systemInstruction: { parts: [picture, file] } }],
    ['in what is embedded', { content: { parts: [picture, file] } }],
    ['in what is embedded at once', { requests: [{ content: { parts: [picture] } }, { content: { parts: [file] } }] }],
    [
      'among the parts of a function’s answer',
      { contents: [{ parts: [{ functionResponse: { name: 'f', response: {}, parts: [picture, file] } }] }] },
    ],
  ])('%s', (_, body) => {
    expect(contentMedia({ ...body }, undefined)).toEqual(one);
  });

  const held = { type: 'image', mime_type: 'image/png', data: 'AAAA' };
  const named = { type: 'document', uri: 'https://papers.test/1.pdf' };
  test.each<[string, unknown]>([
    ['as contents', [held, named]],
    [
      'in steps',
      [
        { type: 'user_input', content: [held] },
        { type: 'model_output', content: [named] },
      ],
    ],
    ['in turns', [{ role: 'user', content: [held, named] }]],
    ['in the list that a function answers', [{ type: 'function_result', call_id: 'c1', result: [held, named] }]],
  ])('in an interaction: %s', (_, input) => {
    expect(interactionMedia({ input }, undefined)).toEqual(one);
  });

  test('what claims to be a picture but is not encoded counts by its bytes as well', () => {
    const body = { contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: LONG } }] }] };
    expect(contentMedia(body, undefined)).toEqual({ attachments: 0, imageTokens: 8192, encodedLength: 0 });
  });
});
