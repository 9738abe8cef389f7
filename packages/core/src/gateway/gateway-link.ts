import { checkTariff } from '../budget/tariff.js';
import type { ActGuardEvent } from '../events/event.js';
import type { CurrentTariff } from './current-tariff.js';
import type { Gateway, Reservation, ReserveRequest, SettleRequest } from './gateway.js';

/** A host's connection to its gateway. What comes from the other side is looked at before it is believed. */
export class GatewayLink {
  readonly #gateway: Gateway;
  readonly #tariff: CurrentTariff;

  constructor(gateway: Gateway, tariff: CurrentTariff) {
    this.#gateway = gateway;
    this.#tariff = tariff;
  }

  /** Asks for the budget of a root scope, and for the tariff by which it is counted. */
  async reserve(request: ReserveRequest): Promise<Reservation | undefined> {
    const [reservation] = await Promise.all([this.#gateway.reserve(request), this.#refreshTariff()]);
    const version = reservation?.tariffVersion;
    if (version !== undefined && version !== this.#tariff.value?.version) await this.#refreshTariff();
    return reservation;
  }

  async settle(request: SettleRequest): Promise<void> {
    await this.#gateway.settle(request);
  }

  async #refreshTariff(): Promise<void> {
    const tariff = await this.#gateway.tariff();
    if (tariff === undefined) return;
    const problems: string[] = [];
    checkTariff(tariff, (option, _value, message) => void problems.push(`${option} ${message}`));
    if (problems.length > 0) throw new TypeError(`the tariff of the gateway cannot be used: ${problems[0]}`);
    this.#tariff.learn(tariff);
  }
}

/** Hands a gateway the events that it wants. */
export function eventsFor(gateway: Gateway): (event: ActGuardEvent) => void {
  return (event) => gateway.onEvent(event);
}
