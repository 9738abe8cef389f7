import type { AgentHost } from '@actguard/core';
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
 * Writes spans and metrics of what happens in a host, after the OpenTelemetry SDK was started. A call of a tool is a span in the one
 * that was active where the call was made, or in that of its run where none was; what the method does is inside. Neither arguments
 * nor results, texts of users or their ids are written.
 *
 * @returns ends it when it is disposed; the host may also be closed without
 */
export function openTelemetry(host: AgentHost, options: OpenTelemetryOptions = {}): Disposable {
  const { tracerProvider = trace, meterProvider = metrics } = options;
  const ends: (() => void)[] = [];
  if (tracerProvider !== false) {
    const spans = new EventSpans(tracerProvider.getTracer(NAME));
    ends.push(
      host.on((event) => spans.record(event)),
      host.instrument(spans),
    );
  }
  if (meterProvider !== false) {
    const counts = new EventMetrics(meterProvider.getMeter(NAME));
    ends.push(host.on((event) => counts.record(event)));
  }
  return {
    [Symbol.dispose]: () => {
      for (const end of ends) end();
    },
  };
}
