import type { ActGuardEvent } from '@actguard/core';
import { type CallPlace, RunBuilder } from './run-builder.js';
import type { RunModel } from './run-model.js';

/**
 * Sorts events into runs and calls, and finds out where the facts came from that calls needed. Plain data comes out, ready
 * for JSON. Events of names that this version does not know are ignored; a run may lack its start, a call its end.
 */
export function runsOf(events: readonly ActGuardEvent[]): RunModel[] {
  const runs: RunBuilder[] = [];
  const current = new Map<string, RunBuilder>();
  for (const event of events) {
    if (!isKnown(event)) continue;
    const key = runKeyOf(event);
    let run = current.get(key);
    // A run that begins is another one, even where an earlier one had its id.
    if (run === undefined || (event.name === 'run.start' && run.hasBegun)) {
      run = new RunBuilder(event);
      current.set(key, run);
      runs.push(run);
    }
    run.add(event);
  }
  const places = new Map<string, CallPlace>();
  for (const [index, run] of runs.entries()) {
    for (const call of run.calls) {
      places.set(run.placeKeyOf(call.callId), { run: index, call: call.number, tool: call.toolName });
    }
  }
  return runs.map((run) => run.model(places));
}

/** What tells runs apart: two users may have chosen one id. */
export function runKeyOf({ userId, sessionId, runId }: ActGuardEvent): string {
  return JSON.stringify([userId ?? null, sessionId, runId]);
}

const KNOWN: ReadonlySet<string> = new Set([
  'run.start',
  'run.end',
  'run.user_said',
  'run.fact_added',
  'tool.invoke',
  'tool.failure',
  'guard.blocked',
  'guard.intervention',
  'guard.admitted',
  'guard.observed',
  'budget.open',
  'budget.cost',
  'budget.warning',
  'budget.blocked',
  'llm.usage',
] satisfies ActGuardEvent['name'][]);

function isKnown(event: ActGuardEvent): boolean {
  return KNOWN.has(event.name);
}
