/** Something that expires at a monotonic time, which may be put off. */
export interface Expiring {
  expiresAt: number;
}

interface Lane<Entry> {
  /** `due` is when the entry expired as it stood when it was put here. */
  items: { readonly entry: Entry; readonly due: number }[];
  head: number;
}

/**
 * Entries in the order in which they expire, without a timer or a heap: those of one lifetime expire in the order of their
 * insertion, so one queue per lifetime is enough. An entry whose time was put off goes to the end when its turn comes.
 */
export class ExpiryQueue<Entry extends Expiring> {
  readonly #lanes = new Map<number, Lane<Entry>>();
  readonly #expired: (entry: Entry) => void;
  #nextDue = Number.POSITIVE_INFINITY;

  /** @param expired called for each entry that expired; it must be harmless for one that is gone already */
  constructor(expired: (entry: Entry) => void) {
    this.#expired = expired;
  }

  /** Adds an entry whose `expiresAt` lies `lifetimeMs` ahead. */
  add(entry: Entry, lifetimeMs: number): void {
    const item = { entry, due: entry.expiresAt };
    const lane = this.#lanes.get(lifetimeMs);
    if (lane === undefined) this.#lanes.set(lifetimeMs, { items: [item], head: 0 });
    else lane.items.push(item);
    if (item.due < this.#nextDue) this.#nextDue = item.due;
  }

  /** Drops what has expired, at most `most` entries, so that one call never has to clear up after a million. */
  sweep(now: number, most = 1000): void {
    if (now < this.#nextDue) return;
    let left = most;
    let nextDue = Number.POSITIVE_INFINITY;
    for (const [lifetimeMs, lane] of this.#lanes) {
      for (; lane.head < lane.items.length && left > 0; left--) {
        const { entry, due } = lane.items[lane.head] as Lane<Entry>['items'][number];
        if (due > now) break;
        lane.head++;
        if (entry.expiresAt > now) lane.items.push({ entry, due: entry.expiresAt });
        else this.#expired(entry);
      }
      nextDue = Math.min(nextDue, lane.items[lane.head]?.due ?? nextDue);
      if (lane.head === lane.items.length) this.#lanes.delete(lifetimeMs);
      else if (lane.head > 1024 && lane.head * 2 > lane.items.length) {
        lane.items = lane.items.slice(lane.head);
        lane.head = 0;
      }
    }
    this.#nextDue = nextDue;
  }
}
