import type { ActGuardEvent } from '@actguard/core';
import { isNewer, readEvent } from './read-event.js';
import { type CallPlace, RunBuilder } from './run-builder.js';
import type { RunModel } from './run-model.js';

/**
 * Sorts events into runs and calls, and finds out where the facts came from that calls needed. Plain data comes out, ready
 * for JSON. Events of names that this version does not know are ignored, and so is what cannot be read; a run may lack its
 * start, a call its end.
 */
export function runsOf(events: readonly ActGuardEvent[]): RunModel[] {
  return runsIn(events).runs;
}

/** The runs, and how many entries of the list are missing in them because they could not be read. */
export function runsIn(entries: readonly unknown[]): { readonly runs: RunModel[]; readonly unreadable: number } {
  let unreadable = 0;
  const runs: RunBuilder[] = [];
  const current = new Map<string, RunBuilder>();
  for (const [order, entry] of entries.entries()) {
    const event = readEvent(entry);
    if (event === undefined) {
      if (!isNewer(entry)) unreadable++;
      continue;
    }
    const key = runKeyOf(event);
    let run = current.get(key);
    // A run that begins is another one, even where an earlier one had its id.
    if (run === undefined || (event.name === 'run.start' && run.hasBegun)) {
      run = new RunBuilder(event);
      current.set(key, run);
      runs.push(run);
    }
    run.add(event, order);
  }
  // A run id may be used again, and a call has its id from its run: several calls of a session may share one.
  const places = new Map<string, CallPlace[]>();
  for (const [index, run] of runs.entries()) {
    for (const call of run.calls) {
      const key = run.placeKeyOf(call.callId);
      const sameId = places.get(key) ?? [];
      sameId.push({ run: index, call });
      places.set(key, sameId);
    }
  }
  return { runs: runs.map((run, index) => run.model(places, index)), unreadable };
}

/** What tells runs apart: two users may have chosen one id. */
export function runKeyOf({ userId, sessionId, runId }: ActGuardEvent): string {
  return JSON.stringify([userId ?? null, sessionId, runId]);
}
