/**
 * @module
 * @mergeModuleWith <project>
 */
export type { MeterOptions } from '@actguard/metering';
export { meter } from './meter.js';
export type { OpenAIMeterOptions } from './operations.js';
export { SUPPORTED_SDK } from './sdk-version.js';
export {
  type AnsweredCompletion,
  type AnsweredResponse,
  answer,
  type ChatToolCall,
  openaiResponseTools,
  openaiTools,
} from './tools.js';
