import type { ActGuardEvent, AgentHost } from '@actguard/core';
import { EventCapture } from './event-capture.js';
import { KeptEvents } from './kept-events.js';
import { renderSingle, type TimelineNote, type TimelinePage } from './render-page.js';
import { counted } from './shown-text.js';

/** What a timeline keeps. */
export interface TimelineOptions {
  /**
   * Most events that are kept; a call has about as many as it has guards. Beyond, the run that began first is forgotten
   * whole, or where there is only one, what happened first in it. The page says how many are
   * missing. @default 10_000
   */
  readonly maxEvents?: number | undefined;
  /**
   * Keep arguments, results, facts, what the user said, and the texts of refusals and errors. With `false` none of them is
   * kept: of arguments the names, of facts the kind and a pseudonym that is the same for the same value. Ids of runs, sessions
   * and users stay. @default true
   */
  readonly values?: boolean | undefined;
}

/** The events of a host, collected. Disposing stops collecting; what was collected stays. */
export interface Timeline extends Disposable {
  /**
   * What was collected so far, in order: plain data. Values are copies of bounded size (texts of 200 characters, 4 levels, 24
   * entries each, 96 in all), errors are reduced to what the model read of them.
   */
  readonly events: readonly ActGuardEvent[];
  /** One complete HTML page, as `renderTimeline` makes it. */
  html(page?: TimelinePage): string;
}

/**
 * Collects what a host tells, to show it as a page. Values are copied at once, so what an application changes later does not
 * change the page. Nothing that goes wrong here reaches the host.
 *
 * @throws {RangeError} if `maxEvents` is no positive integer
 */
export function timeline(host: Pick<AgentHost, 'on'>, options: TimelineOptions = {}): Timeline {
  const { maxEvents = 10_000, values = true } = options;
  if (!Number.isSafeInteger(maxEvents) || maxEvents < 1) {
    throw new RangeError(`timeline: maxEvents must be a positive integer, not ${String(maxEvents)}`);
  }
  const capture = new EventCapture(values);
  const kept = new KeptEvents(maxEvents);
  let unreadable = 0;
  const detach = host.on((event) => {
    try {
      const copy = capture.of(event);
      if (copy !== undefined) kept.add(copy);
    } catch {
      // Monitoring fails open; the page says how much is missing.
      unreadable++;
    }
  });

  return {
    get events() {
      return kept.inOrder();
    },
    html: (page = {}) => renderSingle(kept.inOrder(), page, notesOn(kept.dropped, maxEvents, unreadable, values)),
    [Symbol.dispose]: () => void detach(),
  };
}

function notesOn(dropped: number, maxEvents: number, unreadable: number, values: boolean): TimelineNote[] {
  const notes: TimelineNote[] = [];
  if (dropped > 0) {
    const text = `The oldest ${counted(dropped, 'event')} were dropped, because at most ${counted(maxEvents, 'event')} are kept.`;
    notes.push({ label: 'Not complete', text, tone: 'bad' });
  }
  if (unreadable > 0)
    notes.push({ label: 'Not complete', text: `${counted(unreadable, 'event')} could not be read.`, tone: 'bad' });
  if (!values) notes.push({ label: 'Without values', text: 'Arguments, results, facts and texts were left out.' });
  return notes;
}
