import { expect, test } from '@jest/globals';
import { requestPath } from './request-path.js';

test.each([
  '/chat/completions',
  'chat/completions',
  '/chat/completions/',
  '/chat/completions//',
  '/chat//completions',
  '/chat/completions?a=/b/',
  '/chat/completions#/b',
  '/chat/completions/?a#b',
  '/chat/completion%73',
  '/chat%2Fcompletions',
  '/chat/./completions',
  '/files/../chat/completions',
  '\\chat\\completions',
  '/chat/comple\ttions',
  'https://example.org/chat/completions',
  'HTTPS://example.org:8080/chat/completions/?a',
])('%j is the path of a chat', (path) => expect(requestPath(path)).toBe('/chat/completions'));

test.each([
  ['', '/'],
  ['/', '/'],
  ['/a/%zz', '/a/%zz'],
  ['/chat/completions/id', '/chat/completions/id'],
  ['/files?next=/chat/completions', '/files'],
  ['/files#/chat/completions', '/files'],
])('%j is %j', (path, expected) => expect(requestPath(path)).toBe(expected));
