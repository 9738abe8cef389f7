import { Alarm } from './alarm.js';
import type { RateGiveBack, RateTake, StoreAnswers } from './operations.js';
import { type Ring, RingMemory, type RingPlace } from './ring-memory.js';
import { LATE, TurnLanes } from './turn-lanes.js';

/** The windows of one tool, by scope value; of those without one, all windows, by tool. */
interface Windows {
  readonly tool: string | undefined;
  readonly places: Map<string, RingPlace>;
  readonly expiry: TurnLanes<string>;
}

/**
 * Exact sliding windows: a log of the times at which the calls of a key were admitted, oldest first. Every operation is O(1), and a
 * large limit costs nothing before it is used. Windows are found by tool and by the caller's own scope value: joining them for every
 * call would cost more than to take a place.
 */
export class RateWindows {
  readonly #tools = new Map<string | undefined, Windows>();
  readonly #memory = new RingMemory();
  readonly #alarm: Alarm;
  readonly #maxKeys: number;
  #size = 0;
  /** The last that were looked up: calls of one tool follow each other. */
  #last: Windows | undefined;

  constructor(maxKeys: number, alarm = new Alarm()) {
    this.#maxKeys = maxKeys;
    this.#alarm = alarm;
  }

  /** Takes a place, or says when one frees. */
  take({ key, limit, periodMs }: RateTake, now: number): StoreAnswers['rate.take'] {
    const { tool, value } = partsOf(key);
    const window = this.#windowOf(tool, value, periodMs, now);
    if (window === undefined) return { admitted: false, full: true };
    const { count } = window;
    if (count >= limit) return { admitted: false, retryAfterMs: window.timeAt(count - limit) + periodMs - now };
    this.#admit(tool, value, window, periodMs, now);
    return { admitted: true, ticket: now };
  }

  /**
   * Takes a place, with the time as its ticket; `false` where there is none.
   *
   * @param scope absent where the calls of the tool share one window
   */
  tryTake(tool: string, scope: string | undefined, limit: number, periodMs: number, now: number): boolean {
    if (scope === undefined) return this.#tryTake(undefined, tool, limit, periodMs, now);
    return this.#tryTake(tool, scope, limit, periodMs, now);
  }

  /** Removes one admission of the ticket's time; which one makes no difference. */
  giveBack({ key, ticket }: RateGiveBack): void {
    const { tool, value } = partsOf(key);
    const window = this.#held(tool, value);
    if (window === undefined) return;
    let index = window.count - 1;
    while (index >= 0 && window.timeAt(index) !== ticket) index--;
    if (index < 0) return;
    for (; index < window.count - 1; index++) window.setTime(index, window.timeAt(index + 1));
    // An empty window stays until it expires, so that refused calls do not make and drop it again and again.
    window.dropLatest();
  }

  /** Drops keys whose window is empty. */
  sweep(now: number, most?: number): void {
    for (const { tool, places, expiry } of this.#tools.values()) {
      expiry.sweep(now, most);
      if (places.size > 0) continue;
      this.#tools.delete(tool);
      this.#last = undefined;
    }
  }

  /** The times that are held, by key. */
  snapshot(): Record<string, number[]> {
    const held = [...this.#tools.values()].flatMap(({ tool, places }) =>
      Array.from(places, ([value, place]) => {
        const window = this.#memory.at(place);
        return [keyOf(tool, value), Array.from({ length: window.count }, (_, index) => window.timeAt(index))] as const;
      }),
    );
    return Object.fromEntries(held.filter(([, times]) => times.length > 0));
  }

  #tryTake(tool: string | undefined, value: string, limit: number, periodMs: number, now: number): boolean {
    const place = this.#windowsOf(tool)?.places.get(value);
    if (place !== undefined && this.#memory.tryAppend(place, limit, periodMs, now)) return true;
    const window = this.#windowOf(tool, value, periodMs, now);
    if (window === undefined || window.count >= limit) return false;
    this.#admit(tool, value, window, periodMs, now);
    return true;
  }

  #windowsOf(tool: string | undefined): Windows | undefined {
    if (this.#last !== undefined && this.#last.tool === tool) return this.#last;
    const windows = this.#tools.get(tool);
    if (windows !== undefined) this.#last = windows;
    return windows;
  }

  #held(tool: string | undefined, value: string): Ring | undefined {
    const place = this.#windowsOf(tool)?.places.get(value);
    return place === undefined ? undefined : this.#memory.at(place);
  }

  /** The window of a key, without what has left it; `undefined` where there is no room for one more key. */
  #windowOf(tool: string | undefined, value: string, periodMs: number, now: number): Ring | undefined {
    const window = this.#held(tool, value) ?? this.#newWindow(tool, value, periodMs, now);
    window?.dropBefore(now, periodMs);
    return window;
  }

  #newWindow(tool: string | undefined, value: string, periodMs: number, now: number): Ring | undefined {
    if (this.#size >= this.#maxKeys) {
      this.sweep(now, Number.POSITIVE_INFINITY);
      if (this.#size >= this.#maxKeys) return undefined;
    }
    const { places, expiry } = this.#windowsOf(tool) ?? this.#newWindows(tool);
    const place = this.#memory.allocate(0);
    places.set(value, place);
    this.#size++;
    const window = this.#memory.at(place);
    window.expiresAt = now + periodMs;
    expiry.add(value, window.expiresAt, periodMs);
    return window;
  }

  #newWindows(tool: string | undefined): Windows {
    const places = new Map<string, RingPlace>();
    const expiry = new TurnLanes<string>((value, now) => this.#takeTurn(places, value, now), this.#alarm, LATE);
    const windows = { tool, places, expiry };
    this.#tools.set(tool, windows);
    return windows;
  }

  #admit(tool: string | undefined, value: string, window: Ring, periodMs: number, now: number): void {
    const roomy = window.isFull ? this.#grow(this.#windowsOf(tool) as Windows, value, window) : window;
    roomy.append(now);
    roomy.expiresAt = now + periodMs;
  }

  #grow({ places }: Windows, value: string, window: Ring): Ring {
    const place = this.#memory.allocate(window.size + 1);
    const larger = this.#memory.at(place);
    larger.appendAll(window);
    this.#memory.free(places.get(value) as RingPlace);
    places.set(value, place);
    return larger;
  }

  #takeTurn(places: Map<string, RingPlace>, value: string, now: number): number {
    const place = places.get(value) as RingPlace;
    const { expiresAt } = this.#memory.at(place);
    if (expiresAt > now) return expiresAt;
    this.#memory.free(place);
    places.delete(value);
    this.#size--;
    return Number.POSITIVE_INFINITY;
  }
}

// As `@RateLimit` joins them: the id of a tool holds no control character, and so no scope value can pose as one.
const SEPARATOR = '\u0000';

function partsOf(key: string): { tool: string | undefined; value: string } {
  const end = key.indexOf(SEPARATOR);
  if (end < 0) return { tool: undefined, value: key };
  return { tool: key.slice(0, end), value: key.slice(end + 1) };
}

function keyOf(tool: string | undefined, value: string): string {
  return tool === undefined ? value : tool + SEPARATOR + value;
}
