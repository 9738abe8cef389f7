export { answerToolCalls, type ToolCallRequest } from './answer-tool-calls.js';
export { attachmentsIn, bytesOf } from './input-bound.js';
export type { MeterOptions } from './meter-options.js';
export { MeteredCall } from './metered-call.js';
export { observeIterator, type StreamEnd } from './observe-iterator.js';
export { observeResponse } from './observe-response.js';
export type { AnswerReader, Operation, RequestBody } from './operation.js';
export { packagedPrices } from './packaged-prices.js';
export { type MeteredSdk, meterStainless } from './stainless.js';
