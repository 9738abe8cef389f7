/** An event that waits, ready to be sent. */
export interface QueuedEvent {
  readonly name: string;
  readonly json: string;
  readonly bytes: number;
}

/** These end or stop something: whoever watches must not miss them. */
const LASTING: ReadonlySet<string> = new Set(['run.end', 'guard.blocked', 'budget.blocked']);

/**
 * Events in the order in which they came, of bounded number. Where there is no room the oldest of little value goes first; those
 * that end or stop something take up to as much room again before the oldest of them goes.
 */
export class EventQueue {
  readonly #maxEvents: number;
  readonly #dropped: (event: QueuedEvent) => void;
  readonly #events = new Map<number, QueuedEvent>();
  readonly #ofLittleValue = new Set<number>();
  #next = 0;
  #bytes = 0;

  /** @param dropped hears of every event that had to go */
  constructor(maxEvents: number, dropped: (event: QueuedEvent) => void) {
    this.#maxEvents = maxEvents;
    this.#dropped = dropped;
  }

  get size(): number {
    return this.#events.size;
  }

  /** Bytes of all events. */
  get bytes(): number {
    return this.#bytes;
  }

  add(event: QueuedEvent): void {
    const isLasting = LASTING.has(event.name);
    if (this.#events.size >= this.#maxEvents && !this.#makeRoom(isLasting)) {
      this.#dropped(event);
      return;
    }
    const key = this.#next++;
    this.#events.set(key, event);
    this.#bytes += event.bytes;
    if (!isLasting) this.#ofLittleValue.add(key);
  }

  /** Takes the oldest events, as many as fit; one that does not fit anywhere is taken by itself. */
  take(maxEvents: number, maxBytes: number): QueuedEvent[] {
    const taken: QueuedEvent[] = [];
    let bytes = 0;
    for (const [key, event] of this.#events) {
      if (taken.length >= maxEvents || (taken.length > 0 && bytes + event.bytes > maxBytes)) break;
      this.#remove(key, event);
      taken.push(event);
      bytes += event.bytes;
    }
    return taken;
  }

  #makeRoom(isLasting: boolean): boolean {
    const [oldest] = this.#ofLittleValue;
    if (oldest !== undefined) {
      this.#drop(oldest);
      return true;
    }
    if (!isLasting) return false;
    if (this.#events.size >= this.#maxEvents * 2) {
      const [first = 0] = this.#events.keys();
      this.#drop(first);
    }
    return true;
  }

  #drop(key: number): void {
    const event = this.#events.get(key);
    if (event === undefined) return;
    this.#remove(key, event);
    this.#dropped(event);
  }

  #remove(key: number, event: QueuedEvent): void {
    this.#events.delete(key);
    this.#ofLittleValue.delete(key);
    this.#bytes -= event.bytes;
  }
}
