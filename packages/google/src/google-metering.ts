import { UsageError } from '@actguard/core';
import { type Metering, meteringOf } from '@actguard/metering';
import type { GoogleMeterOptions } from './google-meter-options.js';

/** What the meter knows of a client. */
export interface GoogleMetering extends Metering {
  readonly options: GoogleMeterOptions;
}

/** @throws {UsageError} for wrong options */
export function googleMetering(options: GoogleMeterOptions, isVertex: boolean): GoogleMetering {
  const metering = meteringOf(isVertex ? 'vertex' : 'google', options, ['uncappedThoughtTokens']);
  const { uncappedThoughtTokens: value } = options;
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0))
    throw new UsageError('meter: uncappedThoughtTokens must be an integer from 0', {
      code: 'usage.meter',
      details: { option: 'uncappedThoughtTokens', value },
    });
  return { ...metering, options };
}
