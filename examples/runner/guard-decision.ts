import type { ActGuardEvent, UsedFact } from '@actguard/core';
import type { CallEntry } from './transcript.js';

/** A guard that answered in the method's place. */
export interface Stop {
  readonly guard: string;
  /** Code of the refusal, or `replayed` where a stored result was given instead. */
  readonly code: string;
}

/** The guard that kept a call from its method; `undefined` where none did. */
export function stopOf({ events }: CallEntry): Stop | undefined {
  for (const event of events) {
    if (event.name === 'guard.blocked') return { guard: event.guardName, code: event.code };
    if (event.name === 'guard.intervention' && event.action === 'return_cached')
      return { guard: event.guardName, code: 'replayed' };
  }
  return undefined;
}

/** Whether the tool's method ran. */
export function didRun({ events, result }: CallEntry): boolean {
  if (events.length === 0) return result.ok || result.refusal.code === 'tool.failed';
  return events.some(endsMethod);
}

/** Facts that a call was let through by. */
export function factsUsed(entry: CallEntry): readonly UsedFact[] {
  return factsOf(entry, 'enforce');
}

/** Facts that the result of a call proved. */
export function factsProven(entry: CallEntry): readonly UsedFact[] {
  return factsOf(entry, 'prove');
}

function factsOf({ events, result }: CallEntry, guard: string): readonly UsedFact[] {
  if (!result.ok) return [];
  return events.flatMap((event) =>
    event.name === 'guard.admitted' && event.guardName === guard ? (event.facts ?? []) : [],
  );
}

function endsMethod(event: ActGuardEvent): boolean {
  if (event.name === 'guard.intervention') return event.action === 'timeout' || event.action === 'cut_off';
  return event.name === 'tool.invoke' || event.name === 'tool.failure';
}
