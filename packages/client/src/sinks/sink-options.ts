import { UsageError } from '@actguard/core';
import type { EventContent } from '../config/client-options.js';
import { nearMatch } from '../config/near-match.js';
import { EventWriter } from '../events/event-writer.js';
import { type RedactionOptions, Redactor } from '../redaction/redactor.js';

/** What a sink writes down. */
export interface SinkOptions {
  /** Which events: those that matter to whoever watches, or also what explains them. @default 'verbose' */
  readonly eventMode?: 'significant' | 'verbose' | undefined;
  /** Writes `tool.invoke`, one a call that succeeded. @default true */
  readonly emitAllToolRuns?: boolean | undefined;
  /** Content of calls that may be written. @default none */
  readonly eventContent?: EventContent | undefined;
  /** What is kept out, beyond what always is. @default nothing more */
  readonly redact?: RedactionOptions | undefined;
}

const OWN = ['eventMode', 'emitAllToolRuns', 'eventContent', 'redact'];

/** What writes the events of a sink. */
export function sinkWriter(sink: string, options: SinkOptions, more: readonly string[]): EventWriter {
  const known = [...OWN, ...more];
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const meant = nearMatch(name, known);
    throw wrong(sink, name, `is no option${meant === undefined ? '' : `; did you mean ${meant}?`}`);
  }
  const { eventMode = 'verbose', emitAllToolRuns = true, eventContent = {}, redact } = options;
  if (eventMode !== 'significant' && eventMode !== 'verbose')
    throw wrong(sink, 'eventMode', "must be 'significant' or 'verbose'");
  const { arguments: args = false, results = false, userText = false } = eventContent;
  return new EventWriter({
    mode: eventMode,
    emitAllToolRuns,
    content: { arguments: args, results, userText },
    redactor: new Redactor(redact),
  });
}

/** An option of a sink is wrong. */
export function wrong(sink: string, option: string, message: string): UsageError {
  return new UsageError(`${sink}: ${option} ${message}`, {
    code: 'usage.sink_configuration',
    details: { sink, option },
  });
}
