import { type FactsView, UserTextIndex } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import { isDayOfUser, isSpanOfUser } from './days.js';

function said(...turns: string[]): FactsView {
  const index = new UserTextIndex();
  for (const turn of turns) index.add(turn);
  return { has: () => false, list: () => [], mentioned: (text, options) => index.says(text, options) };
}

describe('a day that the user said', () => {
  test.each([
    ['2030-05-07', 'on 2030-05-07, please'],
    ['2030-05-07 10:00', 'on 2030-05-07, please'],
    ['2030-05-07', 'on May 7th'],
    ['2030-05-07', 'on may 7, 2030'],
    ['2030-05-07', 'on the 7th of May.'],
    ['2030-05-07', '7 May?'],
    ['2030-09-07', 'Sept 7'],
    ['2030-11-07', 'on 7 Nov'],
    ['2030-05-07', 'on 5/7'],
    ['2030-05-07', 'am 07.05.2030'],
    ['2030-05-07', 'on 7/5/30'],
    ['2030-05-09', 'from the 7th to the 9th of May'],
    ['2030-05-07', 'from the 7th to the 9th of May'],
    ['2030-05-09', 'May 7th to 9th'],
    ['2030-05-09', 'May 7-9'],
    ['2030-05-09', 'May 7 to 9'],
    ['2030-05-07', '7 to 9 May'],
    ['2030-05-21', 'the 21st of May'],
    ['2030-05-12', 'the 12th of May'],
  ])('%p is said by %p', (day, text) => {
    expect(isDayOfUser(said(text), day)).toBe(true);
  });

  test.each([
    ['2030-05-07', 'a table for 7 in June'],
    ['2030-05-07', 'on June 7th'],
    ['2030-05-07', 'on May 8th'],
    ['2030-05-01', 'on May 11th, 21st and 31st'],
    ['2030-05-07', 'in May, for 7 people'],
    ['2030-05-07', 'on the 7th'],
    ['2030-05-07', 'tomorrow'],
    ['tomorrow', 'tomorrow'],
    ['2030-13-07', 'on the 7th'],
    ['', 'on May 7th'],
  ])('%p is not said by %p', (day, text) => {
    expect(isDayOfUser(said(text), day)).toBe(false);
  });
});

describe('how long it is', () => {
  test.each([
    ['2030-05-10', 'three nights'],
    ['2030-05-10', 'for 3 days'],
    ['2030-05-08', 'a night'],
    ['2030-05-14', 'for a week'],
    ['2030-05-21', 'two weeks'],
    ['2030-05-27 10:00', '20 days'],
  ])('up to %p is said by %p', (end, text) => {
    expect(isSpanOfUser(said(text), '2030-05-07', end)).toBe(true);
  });

  test.each([
    ['2030-05-11', 'three nights'],
    ['2030-05-07', 'three nights'],
    ['2030-05-04', 'three nights'],
    ['2030-05-10', 'a hotel for three'],
    ['later', 'three nights'],
  ])('up to %p is not said by %p', (end, text) => {
    expect(isSpanOfUser(said(text), '2030-05-07', end)).toBe(false);
  });
});
