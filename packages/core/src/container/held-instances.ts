import { UsageError } from '../errors/usage-errors.js';
import { callHook, dispose, isObject, runAll } from './lifecycle.js';

interface Held {
  readonly instance: object;
  readonly name: string;
  readonly care: Care;
  started: boolean;
}

/**
 * What the host does for an instance: `'full'` calls its hooks and disposes it, `'hooks'` only calls its hooks (the
 * user made it), `'dispose'` only disposes it (a transient).
 */
type Care = 'full' | 'hooks' | 'dispose';

/** The objects that a host looks after, in the order in which they came. */
export class HeldInstances {
  // By identity: one object may be provided under several tokens, and is started and closed once.
  readonly #held = new Map<object, Held>();

  /** Whether an object is looked after here. */
  has(instance: object): boolean {
    return this.#held.has(instance);
  }

  /** Looks after a value, if it is an object. One that came before keeps the care that it came with. */
  add(instance: unknown, name: string, care: Care): void {
    if (!isObject(instance) || this.#held.has(instance)) return;
    this.#held.set(instance, { instance, name, care, started: false });
  }

  /**
   * Calls `onHostInit` of each, one after the other.
   *
   * @throws {UsageError} `usage.provider_failed` with the first error as `cause`; the rest is not started
   */
  async start(): Promise<void> {
    for (const held of this.#held.values()) {
      held.started = true;
      if (held.care === 'dispose') continue;
      try {
        await callHook(held.instance, 'onHostInit');
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        const details = { provider: held.name, path: held.name };
        throw new UsageError(`onHostInit of ${held.name} failed: ${why}`, {
          code: 'usage.provider_failed',
          cause,
          details,
        });
      }
    }
  }

  /** Closes each, the last one first, and returns what failed. What the user made is only told if it was started. */
  async close(): Promise<unknown[]> {
    const steps = [...this.#held.values()].reverse().flatMap(({ instance, care, started }) => {
      const told = care === 'full' || (care === 'hooks' && started);
      return [
        ...(told ? [() => callHook(instance, 'onHostClose')] : []),
        ...(care === 'hooks' ? [] : [() => dispose(instance)]),
      ];
    });
    this.#held.clear();
    return runAll(steps);
  }
}
