import { UsageError } from '@actguard/core';
import { GoogleGenAI } from '@google/genai';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { meter } from './meter.js';

afterEach(() => {
  jest.restoreAllMocks();
});

function client(): GoogleGenAI {
  return new GoogleGenAI({ apiKey: 'test' });
}

/** A client whose SDK says that it has this version. */
function ofVersion(version: string): GoogleGenAI {
  const made = client();
  const { apiClient } = made as unknown as { apiClient: object };
  Object.assign(apiClient, { getDefaultHeaders: () => ({ 'User-Agent': `google-genai-sdk/${version} gl-node/24` }) });
  return made;
}

describe('a client that cannot be metered is refused', () => {
  test.each([
    ['none at all', undefined],
    ['something else', { models: { generateContent() {} } }],
  ])('%s', (_, given) => {
    expect(() => meter(given as never)).toThrow(UsageError);
    expect(() => meter(given as never)).toThrow('>=3.1.0 <4.0.0');
  });

  test('one whose inner client has another shape', () => {
    const changed = client();
    Object.assign(Reflect.get(changed, 'apiClient'), { apiCall: undefined });
    expect(() => meter(changed)).toThrow('apiClient.apiCall()');
  });

  test('one whose models send in another way', () => {
    const changed = client();
    Object.assign(changed.models, { apiClient: {} });
    expect(() => meter(changed)).toThrow('models.apiClient');
  });

  test('one that does not send where the meter looks: its answer is not handed on', async () => {
    const changed = client();
    const request = async () => ({ json: async () => ({ candidates: [] }), headers: {} });
    Object.assign(Reflect.get(changed, 'apiClient'), { request });
    const metered = meter(changed);
    await expect(metered.models.generateContent({ model: 'gemini-2.5-flash', contents: 'x' })).rejects.toThrow(
      'a request was sent in a way that the meter does not see',
    );
    await metered.models.countTokens({ model: 'gemini-2.5-flash', contents: 'x' });
  });
});

describe('a version that the meter was not made for', () => {
  test('is told, once each', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    for (const version of ['4.0.0', '4.0.0', '3.0.9', '3.1.0', '3.9.2']) meter(ofVersion(version));
    expect(warn.mock.calls.map(([text]) => /genai (\S+)/.exec(String(text))?.[1])).toEqual(['4.0.0', '3.0.9']);
    expect(warn.mock.calls[0]?.[0]).toContain('>=3.1.0 <4.0.0');
  });

  test('the installed one is supported', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    meter(client());
    expect(warn).not.toHaveBeenCalled();
  });
});
