/**
 * @module
 * @mergeModuleWith <project>
 */
export type { MeterOptions } from '@actguard/metering';
export type { GoogleMeterOptions } from './google-meter-options.js';
export { meter } from './meter.js';
export { SUPPORTED_SDK } from './sdk-version.js';
export { type AnsweredResponse, answer, type GoogleTools, googleTools } from './tools.js';
