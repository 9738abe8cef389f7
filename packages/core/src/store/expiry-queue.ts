import { Alarm } from './alarm.js';
import { TurnLanes } from './turn-lanes.js';

/** Something that expires at a monotonic time, which may be put off. */
export interface Expiring {
  /** Infinite as long as it does not expire; whoever sets an end then adds it to the queue again. */
  expiresAt: number;
  /** When its turn in the queue comes. Belongs to the queue. */
  queuedFor?: number | undefined;
}

/**
 * Entries in the order in which they expire. An entry whose time was put off waits for another turn when its own comes, so it
 * may be dropped late, by less than one lifetime: whoever looks it up compares `expiresAt` himself.
 */
export class ExpiryQueue<Entry extends Expiring> {
  readonly #turns: TurnLanes<Entry>;

  /**
   * @param expired called for each entry that expired; it must be harmless for one that is gone already
   * @param alarm is set for when the next entry may expire
   */
  constructor(expired: (entry: Entry) => void, alarm = new Alarm()) {
    this.#turns = new TurnLanes((entry, now) => {
      // Dropped already: it was in two lanes, because its life had been shortened.
      if (entry.queuedFor === undefined) return Number.POSITIVE_INFINITY;
      entry.queuedFor = undefined;
      if (entry.expiresAt <= now) {
        expired(entry);
        return Number.POSITIVE_INFINITY;
      }
      if (entry.expiresAt !== Number.POSITIVE_INFINITY) entry.queuedFor = entry.expiresAt;
      return entry.expiresAt;
    }, alarm);
  }

  /** Adds an entry whose `expiresAt` lies `lifetimeMs` ahead. One that is queued for an earlier time keeps its place. */
  add(entry: Entry, lifetimeMs: number): void {
    if (entry.queuedFor !== undefined && entry.queuedFor <= entry.expiresAt) return;
    entry.queuedFor = entry.expiresAt;
    this.#turns.add(entry, entry.expiresAt, lifetimeMs);
  }

  /** Drops what has expired, at most `most` entries, so that one call never has to clear up after a million. */
  sweep(now: number, most?: number): void {
    this.#turns.sweep(now, most);
  }
}
