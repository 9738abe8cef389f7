/**
 * @module
 * @mergeModuleWith <project>
 */
export type { MeterOptions } from '@actguard/metering';
export { meter } from './meter.js';
export { SUPPORTED_SDK } from './sdk-version.js';
export { type AnsweredMessage, answer, anthropicTools, type ToolResultMessage } from './tools.js';
