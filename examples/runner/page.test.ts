import { expect, test } from '@jest/globals';
import { type Page, printRow, wrap } from './page.js';

test('breaks between words, and inside a word only where it is too long', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('one\ntwo', 20)).toEqual(['one', 'two']);
  expect(wrap('incomprehensible', 7)).toEqual(['incompr', 'ehensib', 'le']);
});

test('takes out what could move the cursor, colour the page or turn the text around', () => {
  expect(wrap('pa\u001B[2J\u001B[31mid\r\u0008 once\u202E\u2066!\tTwice', 40)).toEqual(['paid once! Twice']);
  expect(wrap('👩\u200D🚀', 40)).toEqual(['👩\u200D🚀']);
});

test('puts a label beside the first line only', () => {
  const lines: string[] = [];
  const page: Page = { width: 30, paint: (text) => text, print: (line) => void lines.push(line) };
  printRow(page, 'result', 'one two three four');
  expect(lines).toEqual(['  result       one two three', '               four']);
});
