import type { ActGuardEvent } from '@actguard/core';
import { EventCapture } from './event-capture.js';

/**
 * Copies of events as a timeline keeps them: plain data of bounded size, which nothing that happens later changes. Without events
 * of names that this version does not know, and without those that cannot be read.
 */
export function capturedEvents(events: Iterable<ActGuardEvent>): ActGuardEvent[] {
  const capture = new EventCapture(true);
  const copies: ActGuardEvent[] = [];
  for (const event of events) {
    try {
      const copy = capture.of(event);
      if (copy !== undefined) copies.push(copy);
    } catch {
      // As a timeline does it: what fails here must not reach whoever tells the events.
    }
  }
  return copies;
}
