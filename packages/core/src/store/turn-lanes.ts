import type { Alarm } from './alarm.js';

/** For what is found to be over by its time anyway: its memory may stay for a sixteenth of its lifetime. */
export const LATE = 1 / 16;

/** Things of about one lifetime, in the order in which their turns come. */
interface Lane<Item> {
  readonly length: number;
  items: (Item | undefined)[];
  turns: number[];
  head: number;
}

/**
 * Gives each of many things its turn when its time has come, without a timer or a heap: those of one lifetime come in the order
 * of their insertion, so one queue per lifetime is enough.
 */
export class TurnLanes<Item> {
  // They are few, as their lengths are, so an empty one stays for the next.
  readonly #lanes: Lane<Item>[] = [];
  readonly #takeTurn: (item: Item, now: number) => number;
  readonly #alarm: Alarm;
  readonly #patience: number;
  #nextDue = Number.POSITIVE_INFINITY;
  /** Most have the lifetime of the one before. */
  #lastLifetimeMs = Number.NaN;
  #lastLane: Lane<Item> | undefined;

  /**
   * @param takeTurn called at the turn of each; answers when its next one is, with infinity for none
   * @param alarm is set for the next time at which a sweep is worth while
   * @param patience for which share of its lifetime the alarm lets a turn wait for others, as to sweep costs more than a turn
   */
  constructor(takeTurn: (item: Item, now: number) => number, alarm: Alarm, patience = 0) {
    this.#takeTurn = takeTurn;
    this.#alarm = alarm;
    this.#patience = patience;
  }

  /** Something has its turn at a time, which lies about `lifetimeMs` ahead. */
  add(item: Item, turnAt: number, lifetimeMs: number): void {
    enqueue(this.#laneOf(lifetimeMs), item, turnAt);
    if (turnAt < this.#nextDue) this.#nextDue = turnAt;
    this.#alarm.setFor(turnAt + lifetimeMs * this.#patience);
  }

  /** Gives those their turn whose time has come, at most `most`, so that one call never has to clear up after a million. */
  sweep(now: number, most = 1000): void {
    if (now >= this.#nextDue) this.#giveTurns(now, most);
    for (const lane of this.#lanes) this.#alarm.setFor(nextTurn(lane) + lane.length * this.#patience);
  }

  #giveTurns(now: number, most: number): void {
    let left = most;
    this.#nextDue = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes) {
      for (; left > 0 && nextTurn(lane) <= now; left--) {
        const item = lane.items[lane.head] as Item;
        // Nothing that is gone is held until there is enough of it to make the lane shorter.
        lane.items[lane.head++] = undefined;
        const next = this.#takeTurn(item, now);
        // At the end an endless one would keep all behind it from their turn.
        if (next !== Number.POSITIVE_INFINITY) enqueue(lane, item, next);
      }
      if (lane.head > 256 && lane.head * 2 > lane.items.length) forgetPassed(lane);
      this.#nextDue = Math.min(this.#nextDue, nextTurn(lane));
    }
  }

  #laneOf(lifetimeMs: number): Lane<Item> {
    if (lifetimeMs === this.#lastLifetimeMs && this.#lastLane !== undefined) return this.#lastLane;
    const length = laneLength(lifetimeMs);
    let lane = this.#lanes.find((each) => each.length === length);
    if (lane === undefined) this.#lanes.push((lane = { length, items: [], turns: [], head: 0 }));
    this.#lastLifetimeMs = lifetimeMs;
    this.#lastLane = lane;
    return lane;
  }
}

function enqueue<Item>(lane: Lane<Item>, item: Item, turnAt: number): void {
  lane.items.push(item);
  lane.turns.push(turnAt);
}

function nextTurn({ turns, head }: Lane<unknown>): number {
  return head < turns.length ? (turns[head] as number) : Number.POSITIVE_INFINITY;
}

function forgetPassed<Item>(lane: Lane<Item>): void {
  lane.items = lane.items.slice(lane.head);
  lane.turns = lane.turns.slice(lane.head);
  lane.head = 0;
}

// Lifetimes that differ by less than an eighth share a lane: callers may choose another one for every entry, and a sweep
// looks at each lane.
function laneLength(lifetimeMs: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(lifetimeMs)) - 3);
  return Math.ceil(lifetimeMs / step) * step;
}
