import {
  type ActGuardEvent,
  type Duration,
  durationMs,
  type EventName,
  type Gateway,
  type Reservation,
  type ReserveRequest,
  type SettleRequest,
  schedulingClock,
  type Tariff,
} from '@actguard/core';
import { BudgetCalls } from './budget/budget-calls.js';
import type { ClientOptions } from './config/client-options.js';
import { optionsFromEnvironment, optionsFromFile } from './config/config-source.js';
import { configurationError, type GatewayAccess, gatewayOf, readSettings, type Settings } from './config/settings.js';
import { DebugTrace } from './debug/debug-trace.js';
import type { DeliveryReport, FlushOptions } from './delivery-report.js';
import { EventSender } from './events/event-sender.js';
import { atExit } from './events/exit-hooks.js';
import { GatewayHealth } from './http/gateway-health.js';
import { Transport } from './http/transport.js';
import { Redactor } from './redaction/redactor.js';
import type { ClientStatus } from './status.js';

/** What there is where a gateway is configured. */
interface Connection {
  readonly url: string;
  readonly budgets: BudgetCalls;
  readonly events: EventSender;
  readonly health: GatewayHealth;
}

/**
 * The connection of a host to an ActGuard gateway: budgets that are reserved and settled there, its tariff, and events. Without
 * `gatewayUrl` and `apiKey` it is offline: it calls nobody, grants nothing and keeps no events.
 */
export class Client implements Gateway, AsyncDisposable {
  readonly #settings: Settings;
  readonly #connection: Connection | undefined;
  readonly #removeHooks: () => void;
  #closed: Promise<DeliveryReport> | undefined;

  /** @throws {UsageError} `usage.client_configuration` naming everything that is wrong, and no values */
  constructor(options: ClientOptions = {}) {
    this.#settings = readSettings(options);
    const access = gatewayOf(this.#settings);
    this.#connection = access === undefined ? undefined : connect(access, this.#settings);
    this.#removeHooks =
      this.#connection === undefined || !this.#settings.flushOnExit ? () => {} : this.#flushAtExit(this.#connection);
  }

  /**
   * A client with the options of a JSON file. Names may be ours (`gatewayUrl`, `budgetTimeout: '3s'`) or those of the Python
   * SDK (`gateway_url`, `budget_timeout_s: 3`).
   *
   * @param more options that win over the file's
   * @throws {UsageError} `usage.client_configuration` where the file cannot be read or is wrong
   */
  static fromFile(path: string, more: ClientOptions = {}): Client {
    return new Client(joined(optionsFromFile(path), more));
  }

  /**
   * A client with the options in `ACTGUARD_CONFIG`: base64 of a JSON object, or the path of a file. Unset, the client is
   * offline.
   *
   * @param more options that win over those of the environment
   * @throws {UsageError} `usage.client_configuration` where it is neither, or wrong; the value is not in the message
   */
  static fromEnv(more: ClientOptions = {}): Client {
    return new Client(joined(optionsFromEnvironment(process.env), more));
  }

  /** Whether there is a gateway at all. */
  get isOffline(): boolean {
    return this.#connection === undefined;
  }

  /** Names of the events that may be sent: a host makes no others for it. */
  get events(): readonly EventName[] {
    return this.#connection?.events.wanted ?? [];
  }

  async reserve(request: ReserveRequest): Promise<Reservation | undefined> {
    return this.#connection?.budgets.reserve(request);
  }

  async settle(request: SettleRequest): Promise<void> {
    await this.#connection?.budgets.settle(request);
  }

  async tariff(): Promise<Tariff | undefined> {
    return this.#connection?.budgets.tariff();
  }

  /** Takes an event of a host, to be sent later. Never throws. Bound to the client: `host.on(client.onEvent)`. */
  readonly onEvent = (event: ActGuardEvent): void => {
    this.#connection?.events.onEvent(event);
  };

  /**
   * Sends the events and settlements that wait, without their usual pauses. Resolves when nothing waits any more, or after
   * `timeout`; what is left then is sent later.
   *
   * @throws {UsageError} where `timeout` is no duration
   */
  async flush(options: FlushOptions = {}): Promise<DeliveryReport> {
    const timeoutMs = this.#timeoutOf('flush', options.timeout);
    if (this.#connection !== undefined) await this.#deliver(this.#connection, timeoutMs);
    return this.#report();
  }

  /**
   * Flushes and ends the client. Events that are left then are dropped; settlements stay in an outbox with a `path`, and are
   * lost without. A second call does nothing.
   *
   * @throws {UsageError} where `timeout` is no duration
   */
  close(options: FlushOptions = {}): Promise<DeliveryReport> {
    const timeoutMs = this.#timeoutOf('close', options.timeout);
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  /** What is known of the gateway, and what became of reservations, settlements and events. */
  status(): ClientStatus {
    const connection = this.#connection;
    const delivery = connection?.events.delivery;
    return {
      gateway: connection?.url,
      isReachable: connection?.health.isReachable,
      lastFailure: connection?.health.lastFailure,
      tariffVersion: connection?.budgets.tariffVersion,
      reservations: connection?.budgets.reservations ?? { granted: 0, refused: 0, unreserved: 0, failed: 0 },
      settlements: connection?.budgets.settlements ?? { delivered: 0, waiting: 0, rejected: 0, dropped: 0 },
      events: { waiting: delivery?.waiting ?? 0, ...this.#report(), droppedByName: delivery?.droppedByName ?? {} },
    };
  }

  /** The same as `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(timeoutMs: number): Promise<DeliveryReport> {
    this.#removeHooks();
    const connection = this.#connection;
    if (connection !== undefined) {
      const { budgets, events, health } = connection;
      await Promise.all([events.delivery.close(timeoutMs), this.#settled(connection, timeoutMs)]);
      budgets.close();
      const { waiting } = budgets.settlements;
      if (waiting > 0) {
        const fate = this.#settings.outbox.path === undefined ? 'are lost' : 'wait for the next start';
        health.warnOnce('closed', `the client was closed; settlements that were not delivered ${fate}: ${waiting}`);
      }
    }
    return this.#report();
  }

  async #deliver(connection: Connection, timeoutMs: number): Promise<void> {
    await Promise.all([connection.events.delivery.flush(timeoutMs), this.#settled(connection, timeoutMs)]);
  }

  async #settled({ budgets }: Connection, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = schedulingClock(this.#settings.clock).schedule(resolve, timeoutMs);
      void budgets.deliver().then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  // What could not be sent at one end is not tried again at the next, or the process would never end.
  #flushAtExit(connection: Connection): () => void {
    let tried = '';
    return atExit(async () => {
      const { waiting } = connection.budgets.settlements;
      const state = `${connection.events.delivery.accepted} ${waiting}`;
      if (connection.events.delivery.waiting + waiting === 0 || state === tried) return;
      tried = state;
      await this.#deliver(connection, this.#settings.eventTimeout);
    });
  }

  #report(): DeliveryReport {
    return this.#connection?.events.report ?? { sent: 0, failed: 0, dropped: 0 };
  }

  #timeoutOf(method: string, timeout: Duration | undefined): number {
    const timeoutMs = timeout === undefined ? this.#settings.eventTimeout : durationMs(timeout);
    if (timeoutMs === undefined)
      throw configurationError(
        [{ option: 'timeout', message: "must be milliseconds above 0 or a duration such as '3s'" }],
        method,
      );
    return timeoutMs;
  }
}

// An option that is undefined says nothing.
function joined(options: ClientOptions, more: ClientOptions): ClientOptions {
  return { ...options, ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)) };
}

function connect({ url, apiKey }: GatewayAccess, settings: Settings): Connection {
  const { backoffBase: baseMs, backoffMax: maxMs, random, fetch, debug } = settings;
  const clock = schedulingClock(settings.clock);
  const redactor = new Redactor(settings.redact, [apiKey]);
  const trace = debug ? new DebugTrace(redactor) : undefined;
  const backoff = { baseMs, maxMs, random };
  const transport = new Transport({ url, apiKey, clock, backoff, fetch, trace });
  const health = new GatewayHealth();
  const parts = { settings, transport, clock, health, redactor };
  return { url, health, budgets: new BudgetCalls(parts), events: new EventSender(parts) };
}
