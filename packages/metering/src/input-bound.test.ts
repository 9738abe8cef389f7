import { expect, test } from '@jest/globals';
import { attachmentsIn, bytesOf } from './input-bound.js';

test('the bytes of a value are those of its JSON in UTF-8', () => {
  expect(bytesOf('a')).toBe(3);
  expect(bytesOf({ ä: '🙂' })).toBe(13);
  expect(bytesOf(undefined)).toBe(0);
});

const isFile = (part: Readonly<Record<string, unknown>>): boolean => part['type'] === 'file';

test('attachments are counted wherever they are', () => {
  const file = { type: 'file', id: 'f' };
  expect(attachmentsIn({ messages: [{ content: [file, { type: 'text' }] }, file] }, isFile)).toBe(2);
});

test('what lies inside an attachment is not one more', () => {
  expect(attachmentsIn({ type: 'file', file: { type: 'file' } }, isFile)).toBe(1);
});

test.each([undefined, null, 'file', 7, []])('%j has none', (value) => {
  expect(attachmentsIn(value, isFile)).toBe(0);
});

test('a value that contains itself is counted to an end', () => {
  const circle: Record<string, unknown> = { type: 'text' };
  circle['self'] = circle;
  expect(attachmentsIn(circle, isFile)).toBe(0);
});
