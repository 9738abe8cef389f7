import type { RateGiveBack, RateTake, StoreAnswers } from './operations.js';
import { Ring, RingMemory, type RingPlace } from './ring-memory.js';
import { Alarm, LATE, TurnLanes } from './turn-lanes.js';

/**
 * Exact sliding windows: a log of the times at which the calls of a key were admitted, oldest first. Every operation is O(1), and a
 * large limit costs nothing before it is used.
 */
export class RateWindows {
  readonly #places = new Map<string, RingPlace>();
  readonly #memory = new RingMemory();
  // Views on the memory, so that no window is an object.
  readonly #window = new Ring();
  readonly #larger = new Ring();
  readonly #expiry: TurnLanes<string>;
  readonly #maxKeys: number;

  constructor(maxKeys: number, alarm = new Alarm()) {
    this.#maxKeys = maxKeys;
    this.#expiry = new TurnLanes((key, now) => this.#dropExpired(key, now), alarm, LATE);
  }

  /** Takes a place, or says when one frees. */
  take({ key, limit, periodMs }: RateTake, now: number): StoreAnswers['rate.take'] {
    const window = this.#windowOf(key, periodMs, now);
    if (window === undefined) return { admitted: false, full: true };
    const { count } = window;
    if (count >= limit) return { admitted: false, retryAfterMs: window.timeAt(count - limit) + periodMs - now };
    this.#admit(key, window, periodMs, now);
    return { admitted: true, ticket: now };
  }

  /** Takes a place, with the time as its ticket; `false` where there is none. */
  tryTake(key: string, limit: number, periodMs: number, now: number): boolean {
    const place = this.#places.get(key);
    if (place !== undefined && this.#memory.tryAppend(place, limit, periodMs, now)) return true;
    const window = this.#windowOf(key, periodMs, now);
    if (window === undefined || window.count >= limit) return false;
    this.#admit(key, window, periodMs, now);
    return true;
  }

  /** Removes one admission of the ticket's time; which one makes no difference. */
  giveBack({ key, ticket }: RateGiveBack): void {
    const window = this.#held(key);
    if (window === undefined) return;
    let index = window.count - 1;
    while (index >= 0 && window.timeAt(index) !== ticket) index--;
    if (index < 0) return;
    for (; index < window.count - 1; index++) window.setTime(index, window.timeAt(index + 1));
    // An empty window stays until it expires, so that refused calls do not make and drop it again and again.
    window.dropLatest();
  }

  /** Drops keys whose window is empty. */
  sweep(now: number): void {
    this.#expiry.sweep(now);
  }

  /** The times that are held, by key. */
  snapshot(): Record<string, number[]> {
    const times = Array.from(this.#places, ([key, place]) => {
      const window = this.#memory.point(this.#window, place);
      return [key, Array.from({ length: window.count }, (_, index) => window.timeAt(index))] as const;
    });
    return Object.fromEntries(times.filter(([, held]) => held.length > 0));
  }

  #held(key: string): Ring | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.#memory.point(this.#window, place);
  }

  /** The window of a key, without what has left it; `undefined` where there is no room for one more key. */
  #windowOf(key: string, periodMs: number, now: number): Ring | undefined {
    const window = this.#held(key) ?? this.#newWindow(key, periodMs, now);
    window?.dropBefore(now, periodMs);
    return window;
  }

  #newWindow(key: string, periodMs: number, now: number): Ring | undefined {
    if (this.#places.size >= this.#maxKeys) {
      this.#expiry.sweep(now, Number.POSITIVE_INFINITY);
      if (this.#places.size >= this.#maxKeys) return undefined;
    }
    const place = this.#memory.allocate(0);
    this.#places.set(key, place);
    const window = this.#memory.point(this.#window, place);
    window.expiresAt = now + periodMs;
    this.#expiry.add(key, window.expiresAt, periodMs);
    return window;
  }

  #admit(key: string, window: Ring, periodMs: number, now: number): void {
    const roomy = window.isFull ? this.#grow(key, window) : window;
    roomy.append(now);
    roomy.expiresAt = now + periodMs;
  }

  #grow(key: string, window: Ring): Ring {
    const place = this.#memory.allocate(window.size + 1);
    const larger = this.#memory.point(this.#larger, place);
    larger.appendAll(window);
    this.#memory.free(this.#places.get(key) as RingPlace);
    this.#places.set(key, place);
    return larger;
  }

  #dropExpired(key: string, now: number): number {
    const window = this.#held(key);
    if (window === undefined) return Number.POSITIVE_INFINITY;
    if (window.expiresAt > now) return window.expiresAt;
    this.#memory.free(this.#places.get(key) as RingPlace);
    this.#places.delete(key);
    return Number.POSITIVE_INFINITY;
  }
}
