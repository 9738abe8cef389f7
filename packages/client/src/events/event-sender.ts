import type { ActGuardEvent, EventName, SchedulingClock } from '@actguard/core';
import { summaryOf } from '../budget/refusal.js';
import type { Settings } from '../config/settings.js';
import type { DeliveryReport } from '../delivery-report.js';
import type { GatewayHealth } from '../http/gateway-health.js';
import type { Transport } from '../http/transport.js';
import type { Redactor } from '../redaction/redactor.js';
import { EventDelivery } from './event-delivery.js';
import { EventWriter } from './event-writer.js';

/** What sending events needs. */
export interface EventSenderOptions {
  readonly settings: Settings;
  readonly transport: Transport;
  readonly clock: SchedulingClock;
  readonly health: GatewayHealth;
  readonly redactor: Redactor;
}

/** Writes events down and hands them to the delivery. */
export class EventSender {
  readonly #writer: EventWriter;
  readonly delivery: EventDelivery;

  constructor({ settings, transport, clock, health, redactor }: EventSenderOptions) {
    this.#writer = new EventWriter({
      mode: settings.eventMode,
      emitAllToolRuns: settings.emitAllToolRuns,
      content: settings.eventContent,
      redactor,
    });
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

  /** Names of the events of which some may be sent. */
  get wanted(): readonly EventName[] {
    return this.#writer.wanted;
  }

  get report(): DeliveryReport {
    return this.delivery.report;
  }

  /** Takes an event. Never throws: events come from the middle of calls. */
  onEvent(event: ActGuardEvent): void {
    let json: string;
    try {
      const envelope = this.#writer.write(event);
      if (envelope === undefined) return;
      json = JSON.stringify(envelope);
    } catch {
      // Arguments and errors may be anything: a proxy that throws costs its own event only.
      this.delivery.drop(event.name);
      return;
    }
    this.delivery.add(event.name, json);
  }
}
