import type { PriceSource } from '../budget/model-price.js';
import { type Tariff, tariffPrices } from '../budget/tariff.js';

/** The tariff of a host: its own for good, or that of its gateway as it was last heard of. */
export class CurrentTariff {
  readonly #isOwn: boolean;
  #value: Tariff | undefined;
  #prices: PriceSource | undefined;

  constructor(own: Tariff | undefined) {
    this.#isOwn = own !== undefined;
    this.#set(own);
  }

  get value(): Tariff | undefined {
    return this.#value;
  }

  /** The prices that follow from it. */
  get prices(): PriceSource | undefined {
    return this.#prices;
  }

  /** Takes over what the gateway says, unless the host has a tariff of its own. */
  learn(tariff: Tariff | undefined): void {
    if (!this.#isOwn && tariff !== undefined && tariff !== this.#value) this.#set(tariff);
  }

  #set(tariff: Tariff | undefined): void {
    this.#value = tariff;
    this.#prices = tariff && tariffPrices(tariff);
  }
}
