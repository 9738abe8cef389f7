import { afterEach, beforeEach, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import { missingInStainless } from './stainless-client.js';

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(() => void process.off('unhandledRejection', note));

const client = (): OpenAI => new OpenAI({ apiKey: 'k', baseURL: 'http://127.0.0.1:9' });
const answering = (request: () => unknown): object => Object.assign(client(), { request });
const promiseOf = (): object => client().request(new Promise<never>(() => {}) as never);
const passing = (way: string): object =>
  Object.assign(promiseOf(), { [way]: () => Promise.prototype[way as 'finally'].call(Promise.resolve(), () => {}) });

test('a client of the SDK has all that is needed', () => {
  expect(missingInStainless(client())).toBeUndefined();
});

test.each<[string, string, () => unknown]>([
  ['nothing', '_thenUnwrap()', () => undefined],
  [
    'an error',
    '_thenUnwrap()',
    () => {
      throw new TypeError('o.path is undefined');
    },
  ],
  ['a promise of its own', '_thenUnwrap()', () => Promise.reject(new Error('no path'))],
  [
    'one that fails',
    'then()',
    () => Object.assign(Promise.reject(new Error('no')), { _thenUnwrap() {}, asResponse() {}, parse() {} }),
  ],
  ['one that cannot be watched', 'then()', () => Object.freeze(promiseOf())],
  ['one whose data goes past parse()', 'then()', () => passing('then')],
  ['one whose catch() goes past parse()', 'catch()', () => passing('catch')],
  ['one whose finally() goes past parse()', 'finally()', () => passing('finally')],
])('a client that answers %s says what is missing', async (_, missing, request) => {
  expect(missingInStainless(answering(request))).toContain(missing);
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
});
