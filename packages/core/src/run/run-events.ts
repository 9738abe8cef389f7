import { isRefusal } from '../errors/guard-errors.js';
import { cut } from '../errors/refusal.js';
import type { RunStoppedError } from '../errors/run-errors.js';
import { nameOfThrown } from '../errors/thrown.js';
import { aboutRun, type EventRun } from '../events/about-run.js';
import type { EventHub } from '../events/event-hub.js';
import type { UsedFact } from '../store/operations.js';

const MAX_MESSAGE_LENGTH = 256;

interface TellingRun extends EventRun {
  readonly core: EventRun['core'] & { readonly events: EventHub };
}

/** A run was opened. */
export function tellStarted(run: TellingRun): void {
  const { events } = run.core;
  if (events.listensTo('run.start')) events.emit({ ...aboutRun(run, 'run', '', ''), name: 'run.start' });
}

/** The application told what the user said. */
export function tellUserSaid(run: TellingRun, text: string): void {
  const { events } = run.core;
  if (events.listensTo('run.user_said')) events.emit({ ...aboutRun(run, 'run', '', ''), name: 'run.user_said', text });
}

/** The application vouched for something. */
export function tellFact(run: TellingRun, fact: UsedFact): void {
  const { events } = run.core;
  if (events.listensTo('run.fact_added'))
    events.emit({ ...aboutRun(run, 'run', '', ''), name: 'run.fact_added', fact });
}

/** A run takes no calls any more. */
export function tellStopped(run: TellingRun, stop: (tool: string) => RunStoppedError): void {
  const { events } = run.core;
  if (!events.listensTo('run.stop')) return;
  const { code, message } = stop('run');
  const errorMessage = cut(message, MAX_MESSAGE_LENGTH);
  events.emit({ ...aboutRun(run, 'run', 'error', 'blocked'), name: 'run.stop', code, errorMessage });
}

/** A run is over. */
export function tellEnd(run: TellingRun, outcome: 'success' | { readonly error: unknown }): void {
  const { events } = run.core;
  if (!events.listensTo('run.end')) return;
  if (outcome === 'success') return events.emit({ ...aboutRun(run, 'run', '', 'success'), name: 'run.end' });
  const how = isRefusal(outcome.error) ? 'blocked' : 'failed';
  const errorType = nameOfThrown(outcome.error);
  events.emit({ ...aboutRun(run, 'run', 'error', how), name: 'run.end', errorType });
}
