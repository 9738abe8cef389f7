import { type Expiring, ExpiryQueue } from './expiry-queue.js';
import type { RateGiveBack, RateTake, StoreAnswers } from './operations.js';

/** The admitted calls of one key within the window: a ring of their times, oldest first. */
interface Window extends Expiring {
  readonly key: string;
  /** Grows by doubling up to the limit, so that a large limit costs nothing before it is used. */
  times: number[];
  head: number;
  count: number;
}

/** Exact sliding windows (a log of admission times per key); every operation is O(1). */
export class RateWindows {
  readonly #windows = new Map<string, Window>();
  readonly #expiry = new ExpiryQueue<Window>(({ key }) => this.#windows.delete(key));
  readonly #maxKeys: number;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  /** Takes a place, or says when one frees. */
  take({ key, limit, periodMs }: RateTake, now: number): StoreAnswers['rate.take'] {
    const window = this.#windowOf(key, periodMs, now);
    if (window === undefined) return { admitted: false, full: true };
    if (window.count >= limit) {
      return { admitted: false, retryAfterMs: timeAt(window, window.count - limit) + periodMs - now };
    }
    place(window, limit, periodMs, now);
    return { admitted: true, ticket: now };
  }

  /** Takes a place, with the time as its ticket; `false` where there is none. */
  tryTake(key: string, limit: number, periodMs: number, now: number): boolean {
    const window = this.#windowOf(key, periodMs, now);
    if (window === undefined || window.count >= limit) return false;
    place(window, limit, periodMs, now);
    return true;
  }

  /** Removes one admission of the ticket's time; which one makes no difference. */
  giveBack({ key, ticket }: RateGiveBack): void {
    const window = this.#windows.get(key);
    if (window === undefined) return;
    let index = window.count - 1;
    while (index >= 0 && timeAt(window, index) !== ticket) index--;
    if (index < 0) return;
    for (; index < window.count - 1; index++) setTime(window, index, timeAt(window, index + 1));
    // An empty window stays until it expires, so that refused calls do not make and drop it again and again.
    window.count--;
  }

  /** The window of a key, without what has left it; `undefined` where there is no room for one more key. */
  #windowOf(key: string, periodMs: number, now: number): Window | undefined {
    let window = this.#windows.get(key);
    if (window === undefined) {
      if (this.#windows.size >= this.#maxKeys) {
        this.#expiry.sweep(now, Number.POSITIVE_INFINITY);
        if (this.#windows.size >= this.#maxKeys) return undefined;
      }
      // In full: a property that is added later costs an object of its own.
      window = { key, times: [0], head: 0, count: 0, expiresAt: now + periodMs, queuedFor: undefined };
      this.#windows.set(key, window);
      this.#expiry.add(window, periodMs);
    }
    // Written as a sum, as in a refusal, so that no rounding lets one say that a place frees now.
    while (window.count > 0 && timeAt(window, 0) + periodMs <= now) dropOldest(window);
    return window;
  }

  /** Drops keys whose window is empty. */
  sweep(now: number): void {
    this.#expiry.sweep(now);
  }

  /** The times that are held, by key. */
  snapshot(): Record<string, number[]> {
    const held = [...this.#windows].filter(([, window]) => window.count > 0);
    return Object.fromEntries(
      held.map(([key, window]) => [key, Array.from({ length: window.count }, (_, index) => timeAt(window, index))]),
    );
  }
}

// Dividing costs more than all the rest.
function placeOf({ head, times }: Window, index: number): number {
  const place = head + index;
  return place < times.length ? place : place - times.length;
}

function timeAt(window: Window, index: number): number {
  return window.times[placeOf(window, index)] as number;
}

function setTime(window: Window, index: number, time: number): void {
  window.times[placeOf(window, index)] = time;
}

function dropOldest(window: Window): void {
  window.head = placeOf(window, 1);
  window.count--;
}

function place(window: Window, limit: number, periodMs: number, now: number): void {
  append(window, now, limit);
  window.expiresAt = now + periodMs;
}

function append(window: Window, time: number, limit: number): void {
  if (window.count === window.times.length) {
    const size = Math.min(Math.max(window.times.length * 2, 4), Math.max(limit, window.count + 1));
    const times = new Array<number>(size).fill(0);
    for (let index = 0; index < window.count; index++) times[index] = timeAt(window, index);
    window.times = times;
    window.head = 0;
  }
  window.count++;
  setTime(window, window.count - 1, time);
}
