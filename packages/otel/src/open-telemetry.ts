import type { EventListener } from '@actguard/core';
import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import { EventMetrics } from './metrics.js';
import { EventSpans } from './spans.js';

/** Where spans and metrics go. */
export interface OpenTelemetryOptions {
  /** `false` writes no spans. @default the global provider */
  readonly tracerProvider?: TracerProvider | false | undefined;
  /** `false` writes no metrics. @default the global provider */
  readonly meterProvider?: MeterProvider | false | undefined;
}

const NAME = '@actguard/otel';

/**
 * Writes spans and metrics of what a host tells: `host.on(openTelemetry())`, after the OpenTelemetry SDK was started. A call of a
 * tool is a span in the one that was active where the call was made, or in that of its run where none was. Neither arguments nor
 * results, texts of users or their ids are written.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): EventListener {
  const { tracerProvider = trace, meterProvider = metrics } = options;
  const spans = tracerProvider === false ? undefined : new EventSpans(tracerProvider.getTracer(NAME));
  const counts = meterProvider === false ? undefined : new EventMetrics(meterProvider.getMeter(NAME));
  return (event) => {
    spans?.record(event);
    counts?.record(event);
  };
}
