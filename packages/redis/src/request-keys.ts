import type { KeyNames } from './key-names.js';

/** Keys of one hash tag. */
export interface TaggedKeys {
  readonly tag: string;
  readonly keys: readonly string[];
}

// A run's own session, its attempts and its idempotency keys have one tag, and so have a named session and its keys: on a
// cluster, too, a call asks for them in one step.

/** The hash of a session, and the list of what its user said. */
export function sessionKeys(session: string, names: KeyNames): TaggedKeys {
  const tag = session.startsWith('run:') ? session : `session:${session}`;
  return { tag, keys: [names.of('session', tag), names.of('turns', tag)] };
}

/** The attempts of a run. */
export function attemptKeys(run: string, names: KeyNames): TaggedKeys {
  const tag = `run:${run}`;
  return { tag, keys: [names.of('attempts', tag)] };
}

/** The record of an execution and, where its scope is dropped as a whole, the index of that scope. */
export function recordKeys(
  { scope, tool, key }: { readonly scope: string; readonly tool: string; readonly key: string },
  names: KeyNames,
): TaggedKeys {
  const record = names.of('record', scope, tool, key);
  // What belongs to a user or to all is never dropped as a whole, and an index of it would grow without end.
  const isIndexed = !scope.startsWith('user:') && scope !== 'all';
  return { tag: scope, keys: isIndexed ? [record, names.of('records', scope)] : [record] };
}
