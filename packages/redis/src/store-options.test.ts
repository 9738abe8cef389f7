import { UsageError } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import { type RedisClient, RedisStore, type RedisStoreOptions } from './index.js';

const client: RedisClient = {
  isReady: false,
  isOpen: false,
  evalSha: () => Promise.reject(new Error('not connected')),
  eval: () => Promise.reject(new Error('not connected')),
};

describe('RedisStore refuses', () => {
  test.each<[string, object, string]>([
    ['an unknown option', { timeOut: '1s' }, 'timeOut = "1s" is no option; the options are prefix, timeout'],
    [
      'braces in a prefix',
      { prefix: 'a{b}' },
      'prefix = "a{b}" must be a text of at most 100 characters without braces',
    ],
    ['a prefix that is no text', { prefix: 1 }, 'prefix = 1 must be a text'],
    ['a timeout that is no duration', { timeout: 'soon' }, 'timeout = "soon" must be milliseconds above 0'],
    ['no time at all', { timeout: 0 }, 'timeout = 0 must be milliseconds above 0'],
    ['a lease that is too short to be renewed', { lease: '900ms' }, 'lease = "900ms" must be at least 1 second'],
    ['a run that is forgotten at once', { runTtl: -1 }, 'runTtl = -1 must be milliseconds'],
    ['no command at all', { maxPending: 0 }, 'maxPending = 0 must be an integer from 1'],
    ['a count that is none', { maxResultLength: 1.5 }, 'maxResultLength = 1.5 must be an integer from 1'],
    ['another count that is none', { maxFactsPerSession: '9' }, 'maxFactsPerSession = "9" must be an integer from 1'],
    [
      'policy that would go on',
      { onUnavailable: { idempotency: 'local' } },
      'onUnavailable.idempotency = "local" always refuses',
    ],
    [
      'a way to go on that is none',
      { onUnavailable: { attempts: 'open' } },
      'onUnavailable.attempts = "open" must be \'refuse\'',
    ],
    ['a word for all concerns', { onUnavailable: 'local' }, 'onUnavailable = "local" must be an object'],
  ])('%s', (_title, options, message) => {
    const create = (): RedisStore => new RedisStore(client, options as RedisStoreOptions);
    expect(create).toThrow(UsageError);
    expect(create).toThrow(`RedisStore: ${message}`);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a URL', 'redis://localhost'],
    ['an object that runs no scripts', { get: () => undefined }],
  ])('as a client: %s', (_title, wrong) => {
    const create = (): RedisStore => new RedisStore(wrong as RedisClient);
    expect(create).toThrow(UsageError);
    expect(create).toThrow('the client must be one of ioredis or of redis (node-redis)');
  });

  test('options that are none', () => {
    expect(() => new RedisStore(client, null as never)).toThrow('RedisStore: options = null must be an object');
  });
});
