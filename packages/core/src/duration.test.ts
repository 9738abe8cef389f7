import { expect, test } from '@jest/globals';
import { durationMs, durationText } from './duration.js';

test.each([
  [250, '250 ms'],
  [1500, '1500 ms'],
  [1000, '1 second'],
  [90_000, '90 seconds'],
  [60_000, '1 minute'],
  [900_000, '15 minutes'],
  [7_200_000, '2 hours'],
  [86_400_000, '1 day'],
])('%d ms are told as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test.each([
  ['250ms', 250],
  ['1.5s', 1500],
  ['10m', 600_000],
  [5, 5],
])('%s is %d ms', (duration, ms) => {
  expect(durationMs(duration)).toBe(ms);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '367d', '10 m', 'm', '', null, undefined, {}])(
  '%p is no duration',
  (duration) => {
    expect(durationMs(duration)).toBeUndefined();
  },
);
