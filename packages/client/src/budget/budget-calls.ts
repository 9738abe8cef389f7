import type { Reservation, ReserveRequest, SchedulingClock, SettleRequest, Tariff } from '@actguard/core';
import type { Settings } from '../config/settings.js';
import { isConfigurationFailure, type TransportFailure } from '../http/failure.js';
import type { GatewayHealth } from '../http/gateway-health.js';
import type { Transport } from '../http/transport.js';
import type { Redactor } from '../redaction/redactor.js';
import type { ClientStatus } from '../status.js';
import { FolderOutbox } from './folder-outbox.js';
import { budgetExceeded, paymentRequired, summaryOf, transportError } from './refusal.js';
import { reservationOf, reserveBody } from './reservation.js';
import { SettleDelivery } from './settle-delivery.js';
import { idempotencyKey } from './settlement.js';
import { tariffOf } from './tariff-answer.js';
import { TariffSource } from './tariff-source.js';
import { type BudgetOperation, PATHS } from './wire-paths.js';

/** What calls about budgets need. */
export interface BudgetCallsOptions {
  readonly settings: Settings;
  readonly transport: Transport;
  readonly clock: SchedulingClock;
  readonly health: GatewayHealth;
  readonly redactor: Redactor;
}

/** Asks a gateway about budgets: reservations, settlements, the tariff. */
export class BudgetCalls {
  readonly #options: BudgetCallsOptions;
  readonly #settlements: SettleDelivery;
  readonly #tariff: TariffSource;
  readonly #reservations = { granted: 0, refused: 0, unreserved: 0, failed: 0 };
  #isClosed = false;

  constructor(options: BudgetCallsOptions) {
    const { settings, transport, clock, health } = options;
    this.#options = options;
    const { outbox, backoffBase: baseMs, backoffMax: maxMs, random } = settings;
    const unreadable = (file: string): void =>
      health.warnOnce('unreadable', `${file} in the folder of the outbox holds no settlement`);
    this.#settlements = new SettleDelivery({
      transport,
      clock,
      backoff: { baseMs, maxMs, random },
      deadlineMs: settings.budgetTimeout,
      maxRetries: settings.budgetMaxRetries,
      maxEntries: outbox.maxEntries,
      storage: outbox.path === undefined ? undefined : new FolderOutbox(outbox.path, unreadable),
      onFailure: (failure, consequence) => this.#failed('settle', failure, consequence),
      onTrouble: (topic, message) => health.warnOnce(topic, message),
    });
    this.#tariff = new TariffSource(() => this.#fetchTariff(), clock, maxMs);
  }

  get reservations(): ClientStatus['reservations'] {
    return { ...this.#reservations };
  }

  get settlements(): ClientStatus['settlements'] {
    return this.#settlements.counts;
  }

  get tariffVersion(): string | undefined {
    return this.#tariff.version;
  }

  async reserve(request: ReserveRequest): Promise<Reservation | undefined> {
    const { transport, settings, redactor } = this.#options;
    if (this.#isClosed) return this.#unreserved(CLOSED);
    const result = await transport.send({
      operation: 'reserve',
      method: 'POST',
      path: PATHS.reserve,
      body: reserveBody(request),
      idempotencyKey: idempotencyKey('reserve', request.runId, request.scopeId),
      isAuthorized: true,
      maxRetries: settings.budgetMaxRetries,
      deadlineMs: settings.budgetTimeout,
    });
    if (result.ok) {
      const reservation = reservationOf(result.body);
      if (reservation === undefined) return this.#unreserved(withoutMeaning(result.status, 'a reservation'));
      this.#answered();
      this.#reservations.granted++;
      if (reservation.tariffVersion !== undefined) this.#tariff.names(reservation.tariffVersion);
      return reservation;
    }
    const { failure } = result;
    if (failure.kind === 'http' && (failure.status === 402 || failure.status === 409)) {
      this.#answered();
      this.#reservations.refused++;
      throw failure.status === 402
        ? paymentRequired(PATHS.reserve, failure, redactor)
        : budgetExceeded(PATHS.reserve, failure, request, redactor);
    }
    return this.#unreserved(failure);
  }

  settle(request: SettleRequest): Promise<void> {
    return this.#settlements.settle(request);
  }

  async tariff(): Promise<Tariff | undefined> {
    try {
      return await this.#tariff.get();
    } catch (error) {
      if (!(error instanceof NoTariff)) throw error;
      const { failure } = error;
      if (this.#options.settings.onUnavailable === 'closed' || isConfigurationFailure(failure))
        throw transportError('cu-tariff', failure, this.#options.redactor);
      return undefined;
    }
  }

  /** Tries once to deliver the settlements that wait. */
  deliver(): Promise<void> {
    return this.#settlements.deliver();
  }

  close(): void {
    this.#isClosed = true;
    this.#settlements.close();
  }

  async #fetchTariff(): Promise<Tariff> {
    const { transport, settings } = this.#options;
    const result = this.#isClosed
      ? ({ ok: false, failure: CLOSED } as const)
      : await transport.send({
          operation: 'cu-tariff',
          method: 'GET',
          path: PATHS['cu-tariff'],
          isAuthorized: false,
          maxRetries: settings.budgetMaxRetries,
          deadlineMs: settings.budgetTimeout,
        });
    const tariff = result.ok ? tariffOf(result.body) : undefined;
    if (tariff !== undefined) {
      this.#answered();
      return tariff;
    }
    const failure = result.ok ? withoutMeaning(result.status, 'a tariff') : result.failure;
    this.#failed('cu-tariff', failure, 'cost limits have no tariff of the gateway');
    throw new NoTariff(failure);
  }

  #unreserved(failure: TransportFailure): undefined {
    const { settings, redactor } = this.#options;
    if (settings.onUnavailable === 'closed' || isConfigurationFailure(failure)) {
      this.#reservations.failed++;
      this.#failed('reserve', failure, 'no budget is opened', false);
      throw transportError('reserve', failure, redactor);
    }
    this.#reservations.unreserved++;
    this.#failed('reserve', failure, 'runs go on without a reservation');
    return undefined;
  }

  #answered(): void {
    this.#options.health.answered();
    this.#settlements.wake();
  }

  #failed(operation: BudgetOperation, failure: TransportFailure, consequence: string, isWarned = true): void {
    const { health, clock, redactor } = this.#options;
    const { kind, status } = failure;
    const report = { operation, kind, status, summary: summaryOf(failure, redactor), time: clock.wall() };
    health.failed(report, isWarned ? consequence : undefined);
  }
}

/** Why there is no tariff. */
class NoTariff extends Error {
  readonly failure: TransportFailure;

  constructor(failure: TransportFailure) {
    super(failure.summary);
    this.failure = failure;
  }
}

const CLOSED: TransportFailure = {
  ...{ kind: 'unknown', status: undefined, body: undefined, summary: 'the client has been closed' },
  ...{ retryAfterMs: undefined, cause: undefined },
};

function withoutMeaning(status: number, what: string): TransportFailure {
  return { ...CLOSED, kind: 'response', status, summary: `HTTP ${status} without ${what}` };
}
