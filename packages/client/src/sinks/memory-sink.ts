import type { ActGuardEvent, EventListener } from '@actguard/core';
import { wrong } from './sink-options.js';

/** Events that a memory sink keeps. */
export interface MemorySink extends EventListener {
  /** The newest events, oldest first, as the host told them: with arguments and results, for this process alone. */
  readonly events: readonly ActGuardEvent[];
  /** How many older ones had to go. */
  readonly dropped: number;
  /** The events of one name. */
  named<Name extends ActGuardEvent['name']>(name: Name): Extract<ActGuardEvent, Record<'name', Name>>[];
  /** Forgets all events. */
  clear(): void;
}

/**
 * Keeps events, for tests and for a look at a running process: `const sink = memorySink(); host.on(sink)`.
 *
 * @param options `maxEvents`: most events that are kept; the oldest go first. Default 10,000
 * @throws {UsageError} `usage.sink_configuration` for a wrong option
 */
export function memorySink(options: { readonly maxEvents?: number | undefined } = {}): MemorySink {
  const { maxEvents = 10_000 } = options;
  if (!Number.isSafeInteger(maxEvents) || maxEvents < 1)
    throw wrong('memorySink', 'maxEvents', 'must be an integer from 1');
  let kept: ActGuardEvent[] = [];
  let dropped = 0;
  const listener = (event: ActGuardEvent): void => {
    kept.push(event);
    // Cut in large steps: shifting one at a time would copy all of them for each event.
    if (kept.length < maxEvents * 2) return;
    dropped += kept.length - maxEvents;
    kept = kept.slice(-maxEvents);
  };
  const own = {
    events: { get: () => kept.slice(-maxEvents) },
    dropped: { get: () => dropped + Math.max(0, kept.length - maxEvents) },
    named: { value: (name: string) => kept.slice(-maxEvents).filter((event) => event.name === name) },
    clear: {
      value: () => {
        kept = [];
        dropped = 0;
      },
    },
  };
  return Object.defineProperties(listener, own) as MemorySink;
}
