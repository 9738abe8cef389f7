import type { ActGuardEvent, UsedFact } from '@actguard/core';
import { GAVE_UP } from './patience.js';
import { TOOL_FAILED } from './plain-tools.js';
import type { CallEntry } from './transcript.js';

/** A guard that made something else of a call than its method would have. */
export interface Stop {
  readonly guard: string;
  /** `refused`: the method did not run, or its result is withheld. `cut off`: the method may still be running. */
  readonly how: 'refused' | 'replayed' | 'cut off';
  /** Code of the refusal; none where a stored result was given. */
  readonly code: string | undefined;
}

/** The guard that stopped a call; `undefined` where none did. */
export function stopOf(entry: CallEntry): Stop | undefined {
  const { result } = entry;
  const code = result.ok ? undefined : result.refusal.code;
  for (const event of ownEvents(entry)) {
    if (event.name === 'guard.blocked') return { guard: event.guardName, how: 'refused', code };
    if (event.name !== 'guard.intervention') continue;
    if (event.action === 'return_cached') return { guard: event.guardName, how: 'replayed', code };
    if (event.action === 'timeout' || event.action === 'cut_off')
      return { guard: event.guardName, how: 'cut off', code };
  }
  return undefined;
}

/** Guard and code in a few words. */
export function nameStop({ guard, how, code }: Stop): string {
  return `${guard} (${code ?? how})`;
}

/** Whether the agent loop stopped waiting for the tool. */
export function isGivenUp({ result }: CallEntry): boolean {
  return !result.ok && result.refusal.code === GAVE_UP.code;
}

/** Whether the tool's method was started. */
export function didRun(entry: CallEntry): boolean {
  if (isGivenUp(entry)) return true;
  const { events, result } = entry;
  if (events.length === 0) return result.ok || result.refusal.code === TOOL_FAILED.code;
  return ownEvents(entry).some(endsMethod);
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

// A tool may call another one, whose refusal is its own affair. The last word is about the call itself.
function ownEvents({ events }: CallEntry): readonly ActGuardEvent[] {
  const last = events.at(-1);
  if (last === undefined || !('callId' in last)) return events;
  return events.filter((event) => 'callId' in event && event.callId === last.callId);
}

function endsMethod(event: ActGuardEvent): boolean {
  if (event.name === 'guard.intervention') return event.action === 'timeout' || event.action === 'cut_off';
  return event.name === 'tool.invoke' || event.name === 'tool.failure';
}
