import type { SchedulingClock, Tariff } from '@actguard/core';

/** Fetches a tariff; throws where there is none to be had. */
export type TariffFetcher = () => Promise<Tariff>;

/** The tariff of a gateway: fetched once, shared while it is on its way, and again when another version is named. */
export class TariffSource {
  readonly #fetch: TariffFetcher;
  readonly #clock: SchedulingClock;
  readonly #pauseMs: number;
  #known: Tariff | undefined;
  #wanted: string | undefined;
  #pending: Promise<Tariff> | undefined;
  #failure: { readonly error: unknown; readonly until: number } | undefined;
  #askedInVain: { readonly version: string; readonly until: number } | undefined;

  /** @param pauseMs how long nobody is asked again after a failure, or for a version that the gateway does not serve yet */
  constructor(fetch: TariffFetcher, clock: SchedulingClock, pauseMs: number) {
    this.#fetch = fetch;
    this.#clock = clock;
    this.#pauseMs = pauseMs;
  }

  /** Version of the tariff that is known. */
  get version(): string | undefined {
    return this.#known?.version;
  }

  /** The gateway counts with this version. */
  names(version: string): void {
    this.#wanted = version;
  }

  /** The tariff; an old one where a newer cannot be had. Throws where there is none at all. */
  async get(): Promise<Tariff> {
    const known = this.#known;
    if (known !== undefined && !this.#isOutdated(known)) return known;
    const now = this.#clock.now();
    if (this.#failure !== undefined && now < this.#failure.until) {
      if (known !== undefined) return known;
      throw this.#failure.error;
    }
    this.#pending ??= this.#load().finally(() => (this.#pending = undefined));
    try {
      return await this.#pending;
    } catch (error) {
      if (known !== undefined) return known;
      throw error;
    }
  }

  #isOutdated(known: Tariff): boolean {
    if (this.#wanted === undefined || this.#wanted === known.version) return false;
    const inVain = this.#askedInVain;
    return inVain?.version !== this.#wanted || this.#clock.now() >= inVain.until;
  }

  async #load(): Promise<Tariff> {
    try {
      const tariff = await this.#fetch();
      this.#known = tariff;
      this.#failure = undefined;
      if (this.#wanted !== undefined && this.#wanted !== tariff.version)
        this.#askedInVain = { version: this.#wanted, until: this.#clock.now() + this.#pauseMs };
      return tariff;
    } catch (error) {
      this.#failure = { error, until: this.#clock.now() + this.#pauseMs };
      throw error;
    }
  }
}
