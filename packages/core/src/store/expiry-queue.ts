/** Something that expires at a monotonic time, which may be put off. */
export interface Expiring {
  /** Infinite as long as it does not expire; whoever sets an end then adds it to the queue again. */
  expiresAt: number;
  /** When its turn in the queue comes. Belongs to the queue. */
  queuedFor?: number | undefined;
}

/** Entries of about one lifetime, in the order in which their turns come. */
interface Lane<Entry> {
  readonly length: number;
  items: Entry[];
  head: number;
}

/**
 * Entries in the order in which they expire, without a timer or a heap: those of one lifetime expire in the order of their
 * insertion, so one queue per lifetime is enough. An entry whose time was put off goes to the end when its turn comes, so it
 * may be dropped late, by less than one lifetime: whoever looks it up compares `expiresAt` himself.
 */
export class ExpiryQueue<Entry extends Expiring> {
  // They are few, as their lengths are, so an empty one stays for the next entry.
  readonly #lanes: Lane<Entry>[] = [];
  readonly #expired: (entry: Entry) => void;
  #nextDue = Number.POSITIVE_INFINITY;
  /** Most entries have the lifetime of the one before. */
  #lastLifetimeMs = Number.NaN;
  #lastLane: Lane<Entry> | undefined;

  /** @param expired called for each entry that expired; it must be harmless for one that is gone already */
  constructor(expired: (entry: Entry) => void) {
    this.#expired = expired;
  }

  /** Adds an entry whose `expiresAt` lies `lifetimeMs` ahead. One that is queued for an earlier time keeps its place. */
  add(entry: Entry, lifetimeMs: number): void {
    if (entry.queuedFor !== undefined && entry.queuedFor <= entry.expiresAt) return;
    entry.queuedFor = entry.expiresAt;
    this.#laneOf(lifetimeMs).items.push(entry);
    if (entry.queuedFor < this.#nextDue) this.#nextDue = entry.queuedFor;
  }

  /** Drops what has expired, at most `most` entries, so that one call never has to clear up after a million. */
  sweep(now: number, most = 1000): void {
    if (now >= this.#nextDue) this.#sweep(now, most);
  }

  #sweep(now: number, most: number): void {
    let left = most;
    let nextDue = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.#lanes.length; index++) {
      const lane = this.#lanes[index] as Lane<Entry>;
      for (; lane.head < lane.items.length && left > 0; left--) {
        const entry = lane.items[lane.head] as Entry;
        if (entry.queuedFor !== undefined && entry.queuedFor > now) break;
        lane.head++;
        this.#takeTurn(entry, lane, now);
      }
      const next = lane.items[lane.head];
      if (next === undefined || (lane.head > 1024 && lane.head * 2 > lane.items.length)) {
        lane.items = lane.items.slice(lane.head);
        lane.head = 0;
      }
      // Without a time of its own its turn was over, and the next sweep passes it.
      if (next !== undefined) nextDue = Math.min(nextDue, next.queuedFor ?? now);
    }
    this.#nextDue = nextDue;
  }

  #laneOf(lifetimeMs: number): Lane<Entry> {
    if (lifetimeMs === this.#lastLifetimeMs && this.#lastLane !== undefined) return this.#lastLane;
    const length = laneLength(lifetimeMs);
    let lane = this.#lanes.find((each) => each.length === length);
    if (lane === undefined) this.#lanes.push((lane = { length, items: [], head: 0 }));
    this.#lastLifetimeMs = lifetimeMs;
    this.#lastLane = lane;
    return lane;
  }

  #takeTurn(entry: Entry, lane: Lane<Entry>, now: number): void {
    // Dropped already: it was in two lanes, because its life had been shortened.
    if (entry.queuedFor === undefined) return;
    entry.queuedFor = undefined;
    if (entry.expiresAt <= now) this.#expired(entry);
    else if (entry.expiresAt !== Number.POSITIVE_INFINITY) {
      // At the end an endless entry would keep all behind it from their turn.
      entry.queuedFor = entry.expiresAt;
      lane.items.push(entry);
    }
  }
}

// Lifetimes that differ by less than an eighth share a lane: callers may choose another one for every entry, and a sweep
// looks at each lane.
function laneLength(lifetimeMs: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(lifetimeMs)) - 3);
  return Math.ceil(lifetimeMs / step) * step;
}
