import { expect, test } from '@jest/globals';
import { fieldsOf, isJsonBody } from './json-body.js';

class Request {
  readonly model = 'm';
}

test.each<[string, unknown]>([
  ['an object', { model: 'm' }],
  ['an object of a class', new Request()],
  ['an object without a prototype', Object.create(null)],
])('%s is made JSON', (_, body) => expect(isJsonBody(body)).toBe(true));

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a text', '{"model":"m"}'],
  ['a list', [{ model: 'm' }]],
  ['bytes', new Uint8Array(2)],
  ['a buffer', new ArrayBuffer(2)],
  ['a view', new DataView(new ArrayBuffer(2))],
  ['a blob', new Blob(['{}'])],
  ['a form', new FormData()],
  ['parameters', new URLSearchParams()],
  ['a stream', new ReadableStream()],
  ['what is read in pieces', { async *[Symbol.asyncIterator]() {} }],
  ['what is read in pieces at once', { *[Symbol.iterator]() {} }],
])('%s goes out as it is', (_, body) => expect(isJsonBody(body)).toBe(false));

test('a form says what its texts say', () => {
  const form = new FormData();
  form.set('model', 'm');
  form.set('file', new File(['x'], 'x'));
  expect(fieldsOf(form)).toEqual({ model: 'm' });
  expect(fieldsOf('{"model":"m"}')).toEqual({});
});
