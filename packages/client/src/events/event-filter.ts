import type { ActGuardEvent } from '@actguard/core';
import type { EventMode } from '../config/client-options.js';

type EventName = ActGuardEvent['name'];

/** Sent in both modes: the names that every gateway knows. */
const SIGNIFICANT: ReadonlySet<EventName> = new Set([
  'run.start',
  'run.end',
  'tool.failure',
  'guard.blocked',
  'guard.intervention',
  'budget.blocked',
  'llm.usage',
]);

/** Sent in verbose mode too. */
const EXPLAINING: ReadonlySet<EventName> = new Set([
  'run.stop',
  'guard.observed',
  'budget.open',
  'budget.cost',
  'budget.warning',
]);

/** What a filter goes by. */
export interface EventFilterOptions {
  readonly mode: EventMode;
  /** @default the environment variable */
  readonly emitAllToolRuns: boolean | undefined;
  readonly userText: boolean;
}

/** Whether an event is sent. */
export function isSent(event: ActGuardEvent, { mode, emitAllToolRuns, userText }: EventFilterOptions): boolean {
  if (mode === 'off') return false;
  if (event.name === 'tool.invoke') return emitAllToolRuns ?? isOn(process.env['ACTGUARD_EMIT_ALL_TOOL_RUNS']);
  // Nothing was stopped: it must not be counted with what was.
  if (event.name === 'budget.blocked' && event.outcome === 'observed') return mode === 'verbose';
  if (event.name === 'run.user_said') return mode === 'verbose' && userText;
  return SIGNIFICANT.has(event.name) || (mode === 'verbose' && EXPLAINING.has(event.name));
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && ['1', 'true', 'yes', 'on'].includes(value.trim().toLowerCase());
}
