import { describe, expect, test } from '@jest/globals';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { boundOf } from './request-bound.js';
import { tokenizerFor } from './tokenizer.js';

const TEXTS = [
  'hello world',
  'Wörter, 中文和日本語',
  '🙂🙂🙂',
  '{"a":"\\n\\n"}',
  '<|endoftext|>',
  ' \t\n'.repeat(50),
  'x'.repeat(3000),
];
const input = (provider: string, body: object): number => boundOf(provider, {}, body as never, {}).inputTokens;

describe('the bound of the input', () => {
  test.each(TEXTS)('is no fewer tokens than %j has', (text) => {
    const body = { model: 'gpt-5', messages: [{ role: 'user', content: text }] };
    // What is known of the frame of a chat: three tokens a message, and three before the answer.
    const least = countTokens(text, { disallowedSpecial: new Set() }) + 1 + 6;
    expect(input('openai', body)).toBeGreaterThanOrEqual(least);
    expect(input('groq', body)).toBeGreaterThanOrEqual(least);
  });

  test('is nearer with the tokenizer than in bytes', () => {
    const body = {
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'All that glitters is not gold. '.repeat(100) }],
    };
    expect(input('openai', body)).toBeLessThan(input('groq', body) / 3);
  });

  test('is in bytes where counting would take long', () => {
    const body = (repeated: number) => ({ model: 'gpt-5', input: 'some words '.repeat(repeated) });
    const [short, long] = [body(5000), body(6500)];
    expect(JSON.stringify(short).length).toBeLessThan(65_536);
    expect(input('openai', short)).toBeLessThan(JSON.stringify(short).length / 3);
    expect(input('openai', long)).toBe(JSON.stringify(long).length);
  });

  test('of an attachment that is not declared is a guess above nothing', () => {
    const body = {
      model: 'm',
      input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://x.example/a.png' }] }],
    };
    expect(input('openai', body)).toBeGreaterThan(1000);
  });
});

describe('the tokenizer', () => {
  test.each([
    'gpt-4o',
    'gpt-4o-mini-2024-07-18',
    'chatgpt-4o-latest',
    'gpt-4.1-nano',
    'gpt-4.5-preview',
    'gpt-5',
    'gpt-5.1',
    'o1',
    'o3-mini',
    'o4-mini',
  ])('is known for %s', (model) => expect(tokenizerFor('openai', model)?.('hello world')).toBe(2));

  test.each([
    'gpt-4',
    'gpt-4-turbo',
    'gpt-3.5-turbo',
    'gpt-6',
    'omni-moderation-latest',
    'text-embedding-3-small',
    'unknown',
  ])('is not known for %s', (model) => expect(tokenizerFor('openai', model)).toBeUndefined());

  test('of another provider is not known, whatever its model is called', () => {
    expect(tokenizerFor('azure', 'gpt-4o')).toBeUndefined();
  });
});
