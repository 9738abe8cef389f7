import { expect, test } from '@jest/globals';
import { retryAfterMs } from './retry-after.js';

const now = Date.UTC(2026, 0, 1);

test.each([
  ['0', 0],
  [' 120 ', 120_000],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  [null, undefined],
  ['', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['2026', 2_026_000],
  ['2026-01-01', undefined],
  ['Thu, 99 Xyz 2026 00:00:00 GMT', undefined],
  ['9999999999', undefined],
])('%p asks for %p ms', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms);
});
