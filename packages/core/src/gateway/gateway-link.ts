import { checkTariff } from '../budget/tariff.js';
import type { ActGuardEvent } from '../events/event.js';
import type { CurrentTariff } from './current-tariff.js';
import type { Gateway, Reservation, ReserveRequest, SettleRequest } from './gateway.js';

/** A host's connection to its gateway. What comes from the other side is looked at before it is believed. */
export class GatewayLink {
  readonly #gateway: Gateway;
  readonly #tariff: CurrentTariff;
  readonly #onItsWay = new Set<Promise<void>>();

  constructor(gateway: Gateway, tariff: CurrentTariff) {
    this.#gateway = gateway;
    this.#tariff = tariff;
  }

  /** Asks for the budget of a root scope. */
  async reserve(request: ReserveRequest): Promise<Reservation | undefined> {
    return this.#gateway.reserve(request);
  }

  async settle(request: SettleRequest): Promise<void> {
    await this.#gateway.settle(request);
  }

  /** Asks for the tariff by which a scope is counted. */
  async learnTariff(): Promise<void> {
    const tariff = await this.#gateway.tariff();
    if (tariff === undefined) return;
    const problems: string[] = [];
    checkTariff(tariff, (option, _value, message) => void problems.push(`${option} ${message}`));
    if (problems.length > 0) throw new TypeError(`the tariff of the gateway cannot be used: ${problems[0]}`);
    this.#tariff.learn(tariff);
  }

  /** Asks again where the gateway counts by another version than the one that is known. */
  async learnVersion(version: string | undefined): Promise<void> {
    if (version !== undefined && version !== this.#tariff.value?.version) await this.learnTariff();
  }

  /** Remembers what is under way, which never rejects. */
  track(work: Promise<void>): void {
    this.#onItsWay.add(work);
    void work.then(() => this.#onItsWay.delete(work));
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    while (this.#onItsWay.size > 0) await Promise.all(this.#onItsWay);
  }
}

/** Hands a gateway the events that it wants. */
export function eventsFor(gateway: Gateway): (event: ActGuardEvent) => void {
  return (event) => gateway.onEvent(event);
}
