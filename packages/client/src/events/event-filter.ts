import type { ActGuardEvent, EventName } from '@actguard/core';
import type { EventMode } from '../config/client-options.js';

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

/** Names of the events of which some may be sent: what else happens need not be told. */
export function wantedEvents({ mode, emitAllToolRuns, userText }: EventFilterOptions): readonly EventName[] {
  if (mode === 'off') return [];
  const names = [...SIGNIFICANT];
  // The environment is asked at each call of a tool, since it may be changed while the process runs.
  if (emitAllToolRuns !== false) names.push('tool.invoke');
  if (mode === 'verbose') names.push(...EXPLAINING, ...(userText ? (['run.user_said'] as const) : []));
  return names;
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
