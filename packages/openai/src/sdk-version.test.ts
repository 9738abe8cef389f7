import { UsageError } from '@actguard/core';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import OpenAI from 'openai';
import { VERSION } from 'openai/version';
import { meter } from './meter.js';
import { SUPPORTED_SDK } from './sdk-version.js';

const warnings: unknown[] = [];
let emit: { mockRestore(): void };
beforeEach(() => {
  warnings.length = 0;
  emit = jest.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(warning));
});
afterEach(() => emit.mockRestore());

const client = (): OpenAI => new OpenAI({ apiKey: 'test', baseURL: 'http://127.0.0.1:9' });

test('the installed SDK is supported, and can be metered without a warning', () => {
  expect(VERSION).toMatch(/^7\./);
  expect(meter(client())).toBeInstanceOf(OpenAI);
  expect(warnings).toEqual([]);
});

test('a version that it was not made for is warned about once', () => {
  const newer = Object.assign(client(), { getUserAgent: () => 'OpenAI/JS 8.1.0' });
  meter(newer);
  meter(newer);
  expect(warnings).toEqual([expect.stringContaining(`openai 8.1.0 was not tested`)]);
  expect(warnings[0]).toContain(SUPPORTED_SDK);
});

function passing(): Promise<unknown> {
  const nothing = (): void => {};
  return Object.assign(new Promise(() => {}), { _thenUnwrap: nothing, asResponse: nothing, parse: nothing });
}

test.each<[string, (given: OpenAI) => unknown]>([
  ['nothing', () => undefined],
  ['an object', () => ({})],
  ['a client without request()', (given) => Object.assign(Object.create(given) as object, { request: undefined })],
  ['a client without fetch', (given) => Object.assign(Object.create(given) as object, { fetch: undefined })],
  ['other promises', (given) => Object.assign(given, { request: () => Promise.resolve({}) })],
  ['promises whose data does not pass parse()', (given) => Object.assign(given, { request: () => passing() })],
])('what cannot be metered is refused: %s', (_, change) => {
  const changed = change(client()) as OpenAI;
  expect(() => meter(changed)).toThrow(UsageError);
  expect(() => meter(changed)).toThrow(SUPPORTED_SDK);
});
