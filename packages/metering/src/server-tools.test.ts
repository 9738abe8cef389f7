import { expect, test } from '@jest/globals';
import { serverToolBound } from './server-tools.js';

test('a call in which the provider runs nothing has nothing added, whatever is declared', () => {
  expect(serverToolBound(undefined, { maxServerToolUsd: 1, maxServerToolTokens: 500 })).toEqual({
    inputTokens: 0,
    extraUsd: undefined,
    unbounded: undefined,
  });
});

test('what is declared is the bound', () => {
  expect(serverToolBound('web_search', { maxServerToolUsd: 0.1, maxServerToolTokens: 500 })).toEqual({
    inputTokens: 500,
    extraUsd: 0.1,
    unbounded: undefined,
  });
  expect(serverToolBound('web_search', { maxServerToolUsd: 0, maxServerToolTokens: 0 }).unbounded).toBeUndefined();
});

test.each([
  [{}, 'maxServerToolUsd, maxServerToolTokens'],
  [{ maxServerToolUsd: 1 }, 'maxServerToolTokens'],
  [{ maxServerToolTokens: 500 }, 'maxServerToolUsd'],
])('one of them alone is none: %j', (options, missing) => {
  expect(serverToolBound('web_search', options).unbounded).toBe(
    `the provider runs web_search: declare the most that it can use in a call (${missing})`,
  );
});
