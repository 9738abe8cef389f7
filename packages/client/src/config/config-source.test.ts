import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { optionsFromEnvironment, optionsFromFile } from './config-source.js';
import { readSettings } from './settings.js';

const folder = mkdtempSync(path.join(tmpdir(), 'actguard-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(content: unknown): string {
  const file = path.join(folder, `${Math.random()}.json`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}
const base64 = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64');
const settingsOf = (content: unknown) => readSettings(optionsFromFile(fileWith(content)));

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toMatchObject({ code: 'usage.client_configuration' });
    return (error as Error).message;
  }
  throw new Error('nothing is wrong with it');
}

describe('a file', () => {
  test('may use the names and units of the Python SDK', () => {
    const settings = settingsOf({
      api_key: 'k',
      gateway_url: 'https://g.example',
      debug: true,
      event_mode: 'significant',
      flush_interval_ms: 250,
      max_batch_events: 5,
      max_batch_bytes: 2048,
      max_queue_events: 7,
      budget_timeout_s: 0.75,
      budget_max_retries: 0,
      event_timeout_s: 9,
      event_max_retries: 0,
      backoff_base_ms: 10,
      backoff_max_ms: 20,
    });
    expect(settings).toMatchObject({
      apiKey: 'k',
      gatewayUrl: 'https://g.example',
      debug: true,
      eventMode: 'significant',
      flushInterval: 250,
      maxBatchEvents: 5,
      maxBatchBytes: 2048,
      maxQueueEvents: 7,
      budgetTimeout: 750,
      budgetMaxRetries: 0,
      eventTimeout: 9000,
      eventMaxRetries: 0,
      backoffBase: 10,
      backoffMax: 20,
    });
  });

  test('may use our names and durations', () => {
    const settings = settingsOf({ budgetTimeout: '2s', outbox: { path: '/x' }, onUnavailable: 'closed' });
    expect(settings).toMatchObject({ budgetTimeout: 2000, outbox: { path: '/x' }, onUnavailable: 'closed' });
  });

  test('may set both timeouts at once; the specific one wins', () => {
    expect(settingsOf({ timeout_s: 9, max_retries: 4, budget_timeout_s: 0.75, budget_max_retries: 1 })).toMatchObject({
      budgetTimeout: 750,
      budgetMaxRetries: 1,
      eventTimeout: 9000,
      eventMaxRetries: 4,
    });
    expect(settingsOf({ timeout_s: 2 })).toMatchObject({ budgetTimeout: 2000, eventTimeout: 2000, eventMaxRetries: 8 });
  });

  test('may say null for nothing', () => {
    expect(settingsOf({ gateway_url: null, api_key: null, event_mode: null }).eventMode).toBe('verbose');
  });

  test('is told about names that do not exist, values and doubles together', () => {
    const message = messageOf(() =>
      optionsFromFile(
        fileWith({ gateway_ur: 'x', event_mode: 'x', debug: true, budgetTimeout: 1, budget_timeout_s: 1 }),
      ),
    );
    expect(message).toContain('gateway_ur: is no option; did you mean gateway_url?');
    expect(message).toContain("eventMode: must be 'off', 'significant' or 'verbose'");
    expect(message).toContain('budgetTimeout: is given twice, also as budget_timeout_s');
  });

  test('takes no durations where the name says the unit', () => {
    expect(messageOf(() => optionsFromFile(fileWith({ timeout_s: '3s' })))).toContain(
      'timeout_s: must be a number of seconds',
    );
  });

  test.each(['{"api_key": "ag_live_secret"', '[]', '"ag_live_secret"', ''])(
    'must hold one JSON object: %s',
    (content) => {
      const message = messageOf(() => optionsFromFile(fileWith(content)));
      expect(message).toContain('must hold one JSON object');
      expect(message).not.toContain('secret');
    },
  );

  test('must be there', () => {
    expect(messageOf(() => optionsFromFile(path.join(folder, 'none.json')))).toContain('cannot be read (ENOENT)');
  });
});

describe('the environment', () => {
  const from = (value?: string) => optionsFromEnvironment(value === undefined ? {} : { ACTGUARD_CONFIG: value });

  test('means no gateway where it says nothing', () => {
    expect(from()).toEqual({});
    expect(from('')).toEqual({});
  });

  test('may hold base64, padded or not, of both alphabets', () => {
    const options = { apiKey: 'k?', gatewayUrl: 'https://g.example', eventMode: 'off' };
    const encoded = base64({ api_key: 'k?', gateway_url: 'https://g.example', event_mode: 'off' });
    expect(from(encoded)).toEqual(options);
    expect(from(encoded.replace(/=+$/, ''))).toEqual(options);
    expect(from(Buffer.from(encoded, 'base64').toString('base64url'))).toEqual(options);
    expect(from(` ${encoded}\n`)).toEqual(options);
  });

  test('may hold the path of a file', () => {
    expect(from(fileWith({ api_key: 'k' }).toString())).toEqual({ apiKey: 'k' });
  });

  test('never shows what it holds', () => {
    const broken = Buffer.from('{"api_key": "ag_live_secret"').toString('base64');
    for (const value of [broken, '{"api_key": "ag_live_secret"}', '/etc/ag_live_secret', fileWith('ag_live_secret')]) {
      const message = messageOf(() => from(value));
      expect(message).toContain('ACTGUARD_CONFIG');
      expect(message).not.toContain(value);
      expect(message).not.toContain('secret');
    }
  });
});
