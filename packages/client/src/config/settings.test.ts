import { describe, expect, test } from '@jest/globals';
import { gatewayOf, readSettings } from './settings.js';

const access = { apiKey: 'ag_live_secret', gatewayUrl: 'https://gateway.example/base/' };

function messageOf(options: unknown): string {
  try {
    readSettings(options);
  } catch (error) {
    expect(error).toMatchObject({ code: 'usage.client_configuration' });
    return (error as Error).message;
  }
  throw new Error('nothing is wrong with it');
}

describe('options of a client', () => {
  test('have the defaults of the wire, as milliseconds', () => {
    expect(readSettings({})).toMatchObject({
      onUnavailable: 'open',
      budgetTimeout: 3000,
      budgetMaxRetries: 1,
      eventMode: 'verbose',
      eventTimeout: 5000,
      eventMaxRetries: 8,
      flushInterval: 1000,
      maxBatchEvents: 100,
      maxBatchBytes: 256_000,
      maxQueueEvents: 10_000,
      backoffBase: 200,
      backoffMax: 10_000,
      debug: false,
      outbox: { maxEntries: 10_000 },
    });
  });

  test('name no gateway by themselves', () => {
    expect(gatewayOf(readSettings({}))).toBeUndefined();
    expect(gatewayOf(readSettings(access))).toEqual({ url: 'https://gateway.example/base', apiKey: 'ag_live_secret' });
  });

  test('may be undefined', () => {
    expect(readSettings({ budgetTimeout: undefined, apiKey: undefined }).budgetTimeout).toBe(3000);
  });

  test('take durations', () => {
    expect(readSettings({ budgetTimeout: '750ms', eventTimeout: '1m', flushInterval: 20 })).toMatchObject({
      budgetTimeout: 750,
      eventTimeout: 60_000,
      flushInterval: 20,
    });
  });

  test.each([
    [{ budgetTimeout: 0 }, 'budgetTimeout: must be milliseconds above 0'],
    [{ budgetTimeout: '11m' }, 'budgetTimeout: must be milliseconds above 0'],
    [{ budgetTimeout: 'soon' }, 'budgetTimeout: must be milliseconds above 0'],
    [{ eventTimeout: Number.NaN }, 'eventTimeout: must be milliseconds above 0'],
    [{ budgetMaxRetries: -1 }, 'budgetMaxRetries: must be an integer from 0 to 100'],
    [{ eventMaxRetries: 1.5 }, 'eventMaxRetries: must be an integer from 0 to 100'],
    [{ maxBatchEvents: '100' }, 'maxBatchEvents: must be an integer from 1 to 10000'],
    [{ maxBatchBytes: 10 }, 'maxBatchBytes: must be an integer from 1024 to 10000000'],
    [{ maxQueueEvents: 0 }, 'maxQueueEvents: must be an integer from 1 to 1000000'],
    [{ eventMode: 'all' }, "eventMode: must be 'off', 'significant' or 'verbose'"],
    [{ onUnavailable: 'local' }, "onUnavailable: must be 'open' or 'closed'"],
    [{ outbox: { path: '' } }, 'outbox.path: path must not be empty'],
    [{ outbox: { file: 'x' } }, 'outbox.file: is no option'],
    [{ eventContent: { arguments: 'yes' } }, 'eventContent.arguments: must be true or false'],
    [{ backoffBase: '20s' }, 'backoffMax: must not be below backoffBase'],
    [{ redact: { patterns: ['a'] } }, 'redact.patterns.0: patterns must be a list of regular expressions'],
    [{ clock: {} }, 'clock: must be a clock'],
    ['text', 'options: must be an object'],
    [{ apiKey: 'k' }, 'gatewayUrl: is needed with apiKey'],
    [{ gatewayUrl: 'https://g.example' }, 'apiKey: is needed with gatewayUrl'],
  ])('are checked: %j', (options, message) => {
    expect(messageOf(options)).toContain(message);
  });

  test('are all told when wrong, with what may have been meant', () => {
    const message = messageOf({ apiKeyy: 'ag_live_secret', event_mode: 'off', flushIntervall: 1, colour: 1 });
    expect(message).toContain('4 configuration problems');
    expect(message).toContain('apiKeyy: is no option; did you mean apiKey?');
    expect(message).toContain('event_mode: is no option; did you mean eventMode?');
    expect(message).toContain('flushIntervall: is no option; did you mean flushInterval?');
    expect(message).toContain('colour: is no option\n'.trim());
  });

  test('never show a value that may be a key', () => {
    const wrong = {
      apiKey: 'ag_live_secret key',
      gatewayUrl: 'https://user:ag_live_secret@g.example',
      ag_live_secret: 1,
    };
    const message = messageOf({ ...wrong, eventMode: 'ag_live_secret' });
    expect(message).toContain('4 configuration problems');
    expect(message).not.toContain('secret');
  });
});

describe('the address of a gateway', () => {
  test.each(['https://g.example', 'http://localhost:8080', 'http://127.0.0.1:1', 'http://127.1', 'http://[::1]:9'])(
    'may be %s',
    (gatewayUrl) => {
      expect(readSettings({ apiKey: 'k', gatewayUrl }).gatewayUrl).toBe(gatewayUrl);
    },
  );

  test.each([
    'http://g.example',
    'http://127.0.0.1.g.example',
    'http://localhost.g.example',
    'http://0.0.0.0',
    'http://[::ffff:8.8.8.8]',
    'ftp://localhost',
    'g.example',
    'https://user:pass@g.example',
    'https://g.example/?key=1',
    '',
  ])('must not be %s', (gatewayUrl) => {
    expect(messageOf({ apiKey: 'k', gatewayUrl })).toContain('gatewayUrl: must');
  });
});
