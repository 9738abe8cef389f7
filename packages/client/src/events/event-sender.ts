import { randomUUID } from 'node:crypto';
import type { ActGuardEvent, SchedulingClock } from '@actguard/core';
import { summaryOf } from '../budget/refusal.js';
import type { Settings } from '../config/settings.js';
import type { DeliveryReport } from '../gateway-contract.js';
import type { GatewayHealth } from '../http/gateway-health.js';
import type { Transport } from '../http/transport.js';
import type { Redactor } from '../redaction/redactor.js';
import { envelopeOf } from './envelope.js';
import { contentsOf } from './event-contents.js';
import { EventDelivery } from './event-delivery.js';
import { isSent } from './event-filter.js';

/** What sending events needs. */
export interface EventSenderOptions {
  readonly settings: Settings;
  readonly transport: Transport;
  readonly clock: SchedulingClock;
  readonly health: GatewayHealth;
  readonly redactor: Redactor;
}

/** Chooses events, writes them without what must not leave, and hands them to the delivery. */
export class EventSender {
  readonly #settings: Settings;
  readonly #redactor: Redactor;
  readonly delivery: EventDelivery;

  constructor({ settings, transport, clock, health, redactor }: EventSenderOptions) {
    this.#settings = settings;
    this.#redactor = redactor;
    this.delivery = new EventDelivery({
      transport,
      clock,
      attemptMs: settings.eventTimeout,
      maxRetries: settings.eventMaxRetries,
      flushIntervalMs: settings.flushInterval,
      maxBatchEvents: settings.maxBatchEvents,
      maxBatchBytes: settings.maxBatchBytes,
      maxQueueEvents: settings.maxQueueEvents,
      onFailure: (failure) => {
        const { kind, status } = failure;
        const report = { operation: 'events', kind, status, summary: summaryOf(failure, redactor), time: clock.wall() };
        health.failed(report, 'the events of a batch are lost');
      },
      onDropped: () => health.warnOnce('dropped', 'events are dropped; status().events says how many'),
    });
  }

  get report(): DeliveryReport {
    return this.delivery.report;
  }

  /** Takes an event. Never throws: events come from the middle of calls. */
  onEvent(event: ActGuardEvent): void {
    const { eventMode, emitAllToolRuns, eventContent } = this.#settings;
    if (!isSent(event, { mode: eventMode, emitAllToolRuns, userText: eventContent.userText })) return;
    let json: string;
    try {
      const contents = contentsOf(event, { ...eventContent, redactor: this.#redactor });
      json = JSON.stringify(this.#redactor.data(envelopeOf(event, contents, randomUUID())));
    } catch {
      // Arguments and errors may be anything: a proxy that throws costs its own event only.
      this.delivery.drop(event.name);
      return;
    }
    this.delivery.add(event.name, json);
  }
}
