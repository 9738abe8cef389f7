import type { EventName } from './event.js';

// As an object, so that the compiler misses a name that is not here.
const NAMES: Readonly<Record<EventName, true>> = {
  'run.start': true,
  'run.stop': true,
  'run.end': true,
  'run.user_said': true,
  'run.fact_added': true,
  'tool.invoke': true,
  'tool.failure': true,
  'guard.blocked': true,
  'guard.intervention': true,
  'guard.admitted': true,
  'guard.observed': true,
  'budget.open': true,
  'budget.cost': true,
  'budget.blocked': true,
  'budget.warning': true,
  'llm.usage': true,
};

/** The names of all events. */
export const EVENT_NAMES = Object.keys(NAMES) as readonly EventName[];
