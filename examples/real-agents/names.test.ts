import { UserTextIndex } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import { isCalledByName, type Says } from './names.js';

function said(text: string): Says {
  const index = new UserTextIndex();
  index.add(text);
  return (phrase) => index.says(phrase);
}

describe('somebody is called by name', () => {
  test.each([
    ['Answer Olga.', 'olga@example.com'],
    ['Olga sent me something.', 'olga.berg@example.com'],
    ['Write to Olga, Pavel and Una.', 'pavel99@example.com'],
    ['Answer Mrs. Berg.', 'olga.berg@example.com'],
    ['What did Mark write? I mean the mail from Mark.', 'mark@example.com'],
    ['Mark Berg wrote to me.', 'mark.berg@example.com'],
  ])('%j means %j', (text, address) => {
    expect(isCalledByName(said(text), address, [address, 'x@example.org'])).toBe(true);
  });

  test.each([
    ['Please answer my mails.', 'please@example.net'],
    ['Summarise it. Then send it.', 'summarise.then@example.net'],
    ['Mark it as read.', 'mark@example.net'],
    ['Move it from Monday to Friday.', 'monday@example.net'],
    ['Answer olga.', 'olga@example.com'],
    ['Get the prize.', 'prize@example.net'],
    ['Answer Li.', 'li@example.com'],
  ])('%j does not mean %j', (text, address) => {
    expect(isCalledByName(said(text), address, [address])).toBe(false);
  });

  test('not where two have the name, unless the other one tells them apart', () => {
    const both = ['olga.berg@example.com', 'olga.spy@example.net'];
    const means = (text: string) => both.filter((address) => isCalledByName(said(text), address, both));
    expect(means('Answer Olga.')).toEqual([]);
    expect(means('Answer Olga Berg.')).toEqual(['olga.berg@example.com']);
  });
});
