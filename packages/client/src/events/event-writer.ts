import { randomUUID } from 'node:crypto';
import type { ActGuardEvent, EventName } from '@actguard/core';
import type { EventMode } from '../config/client-options.js';
import type { Redactor } from '../redaction/redactor.js';
import { type EventEnvelope, envelopeOf } from './envelope.js';
import { contentsOf } from './event-contents.js';
import { isSent, wantedEvents } from './event-filter.js';

/** What is written down of events. */
export interface EventWriterOptions {
  readonly mode: EventMode;
  /** @default the environment variable */
  readonly emitAllToolRuns: boolean | undefined;
  readonly content: { readonly arguments: boolean; readonly results: boolean; readonly userText: boolean };
  readonly redactor: Redactor;
}

/** Writes events down for those outside of the process: the ones that are wanted, without what must not leave. */
export class EventWriter {
  readonly #options: EventWriterOptions;

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  /** Names of the events of which some may be written down. */
  get wanted(): readonly EventName[] {
    const { mode, emitAllToolRuns, content } = this.#options;
    return wantedEvents({ mode, emitAllToolRuns, userText: content.userText });
  }

  /** An event as it leaves; `undefined` where it does not. Throws where it holds what cannot be read. */
  write(event: ActGuardEvent): EventEnvelope | undefined {
    const { mode, emitAllToolRuns, content, redactor } = this.#options;
    if (!isSent(event, { mode, emitAllToolRuns, userText: content.userText })) return undefined;
    const envelope = envelopeOf(event, contentsOf(event, { ...content, redactor }), randomUUID());
    return redactor.data(envelope) as EventEnvelope;
  }
}
