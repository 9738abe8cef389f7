import type { MeterOptions } from '@actguard/metering';

/** Options of the meter. */
export interface GoogleMeterOptions extends MeterOptions {
  /**
   * Most tokens that a model may think on top of the output cap of a request; a hard budget reserves them for each candidate.
   * Gemini counts thoughts into the cap, so it matters only for a model of which you know that it does not.
   *
   * @default 0
   */
  readonly uncappedThoughtTokens?: number;
}
