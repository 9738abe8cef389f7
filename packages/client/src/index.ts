/**
 * @module
 * @mergeModuleWith <project>
 */
export { Client } from './client.js';
export type { ClientOptions, EventContent, EventMode, OnUnavailable, OutboxOptions } from './config/client-options.js';
export type { DeliveryReport, FlushOptions } from './delivery-report.js';
export type { EventEnvelope } from './events/envelope.js';
export type { TransportFailureKind } from './http/failure.js';
export type { RedactionOptions } from './redaction/redactor.js';
export { type ConsoleSinkOptions, consoleSink } from './sinks/console-sink.js';
export { type JsonLinesSink, type JsonLinesSinkOptions, jsonLinesSink } from './sinks/json-lines-sink.js';
export { type MemorySink, memorySink } from './sinks/memory-sink.js';
export type { SinkOptions } from './sinks/sink-options.js';
export type { ClientStatus, FailureReport } from './status.js';
export type { TextOutput } from './text-output.js';
