import { readFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '@actguard/core';
import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { meter } from './meter.js';
import { SUPPORTED_SDK } from './sdk-version.js';

const client = () => new Anthropic({ apiKey: 'test' });
const changed = (changes: object): Anthropic => Object.assign(client(), changes);

let warnings: jest.SpiedFunction<typeof process.emitWarning>;
beforeEach(() => {
  warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => warnings.mockRestore());

const nothing = (): void => {};
/** Of a promise whose data does not pass `parse`. */
const METHODS = { _thenUnwrap: nothing, _responseProps: nothing, asResponse: nothing, parse: nothing };

describe('the SDK', () => {
  it('that is installed is one of those that are supported', () => {
    meter(client());
    expect(warnings).not.toHaveBeenCalled();
    const manifest = readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8');
    const { peerDependencies } = JSON.parse(manifest) as { readonly peerDependencies: Record<string, string> };
    expect([peerDependencies['@anthropic-ai/sdk'], SUPPORTED_SDK]).toEqual(['^1.12.0', '>=1.12.0 <2.0.0']);
  });

  it.each(['2.0.0', '1.11.9', '0.60.0'])('of version %s is warned of once, and metered', (version) => {
    const old = changed({ getUserAgent: () => `Anthropic/JS ${version}` });
    meter(old);
    meter(old);
    expect(warnings).toHaveBeenCalledTimes(1);
    expect(warnings).toHaveBeenCalledWith(expect.stringContaining(version), expect.anything());
    expect(warnings).toHaveBeenCalledWith(expect.stringContaining(SUPPORTED_SDK), expect.anything());
  });

  it.each<[string, object]>([
    ['request()', { request: undefined }],
    ['withOptions()', { withOptions: undefined }],
    ['fetch()', { fetch: undefined }],
    ['maxRetries', { maxRetries: undefined }],
    ['_thenUnwrap()', { request: () => new Promise(() => {}) }],
    ['awaits parse()', { request: () => Object.assign(new Promise(() => {}), METHODS) }],
  ])('whose insides have changed is refused, rather than not metered: no %s', (missing, changes) => {
    expect(() => meter(changed(changes))).toThrow(UsageError);
    expect(() => meter(changed(changes))).toThrow(missing);
  });

  it.each([[null], [undefined], ['client'], [{}]])('must be a client: %j', (given) => {
    expect(() => meter(given as unknown as Anthropic)).toThrow(UsageError);
  });
});

describe('options', () => {
  it.each([[{ outsid: 'pass' }], [{ outside: 'no' }], [{ maxAttachmentTokens: 0 }], [{ maxServerToolUsd: -1 }]])(
    'that mean nothing are refused: %j',
    (options) => {
      expect(() => meter(client(), options as object)).toThrow(UsageError);
    },
  );
});
