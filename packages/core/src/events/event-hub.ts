import { messageOfThrown } from '../errors/thrown.js';
import type { ActGuardEvent, EventListener } from './event.js';
import { warnOnce } from './warn-once.js';

/** The listeners of a host. */
export class EventHub {
  readonly #listeners = new Set<EventListener>();
  readonly #reported = new WeakSet<object>();

  /** Whether anybody listens: without, no event needs to be made. */
  get isListening(): boolean {
    return this.#listeners.size > 0;
  }

  /** Adds a listener and returns what removes it. */
  on(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells every listener. Monitoring fails open: a listener that throws or rejects changes nothing. */
  emit(event: ActGuardEvent): void {
    for (const listener of this.#listeners) {
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
