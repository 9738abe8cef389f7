import { messageOfThrown } from '../errors/thrown.js';
import type { ActGuardEvent, EventListener, EventName } from './event.js';
import { warnOnce } from './warn-once.js';

/** The listeners of a host. */
export class EventHub {
  readonly #listeners = new Map<object, Subscription>();
  /** The same; a copy, so that listeners may come and go while they are told. */
  #subscriptions: readonly Subscription[] = [];
  readonly #reported = new WeakSet<object>();
  /** Names that somebody listens to; `undefined` for all. */
  #wanted: ReadonlySet<EventName> | undefined = new Set();

  /** Whether anybody listens to events of this name: without, none needs to be made. */
  listensTo(name: EventName): boolean {
    const wanted = this.#wanted;
    return wanted === undefined || (wanted.size > 0 && wanted.has(name));
  }

  /** Whether anybody listens to anything. */
  get isHeard(): boolean {
    return this.#subscriptions.length > 0;
  }

  /** Adds a listener, to all events or to those named, and returns what removes it. */
  on(listener: EventListener, names?: readonly EventName[]): () => void {
    // Who adds a listener to everything twice means it once.
    const key = names === undefined ? listener : {};
    this.#listeners.set(key, { listener, names: names && new Set(names), isRemoved: false });
    this.#changed();
    return () => {
      const removed = this.#listeners.get(key);
      if (removed === undefined) return;
      removed.isRemoved = true;
      this.#listeners.delete(key);
      this.#changed();
    };
  }

  #changed(): void {
    this.#subscriptions = [...this.#listeners.values()];
    this.#wanted = wantedBy(this.#subscriptions);
  }

  /** Tells every listener. Monitoring fails open: a listener that throws or rejects changes nothing. */
  emit(event: ActGuardEvent): void {
    for (const { listener, names, isRemoved } of this.#subscriptions) {
      if (isRemoved || (names !== undefined && !names.has(event.name))) continue;
      try {
        const returned: unknown = listener(event);
        if (returned instanceof Promise) returned.catch((error: unknown) => this.#failed(error));
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  /** Whether an error is told for the first time: however many calls it passes, it is one event. */
  isNews(error: unknown): boolean {
    if (typeof error !== 'object' || error === null) return true;
    if (this.#reported.has(error)) return false;
    this.#reported.add(error);
    return true;
  }

  #failed(error: unknown): void {
    warnOnce(this, 'listener', `An event listener failed; events go on: ${messageOfThrown(error)}`);
  }
}

interface Subscription {
  readonly listener: EventListener;
  readonly names: ReadonlySet<EventName> | undefined;
  /** Maybe by a listener that was told the same event before it. */
  isRemoved: boolean;
}

function wantedBy(subscriptions: readonly Subscription[]): ReadonlySet<EventName> | undefined {
  const wanted = new Set<EventName>();
  for (const { names } of subscriptions) {
    if (names === undefined) return undefined;
    for (const name of names) wanted.add(name);
  }
  return wanted;
}
