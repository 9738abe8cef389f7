import type { RecordedCall, Trace, UserTurn } from '@actguard/replay';

/** A made-up conversation for a test: what the user says and what the agent calls, in order. */
export function conversation(...entries: readonly (string | RecordedCall)[]): Trace {
  const calls: RecordedCall[] = [];
  const userTurns: UserTurn[] = [];
  for (const entry of entries) {
    if (typeof entry === 'string') userTurns.push({ at: calls.length, text: entry });
    else calls.push(entry);
  }
  return { id: 'made-up', source: 'tests', suite: 'tests', userTurns, calls };
}

/** A call of a tool and what it returned. */
export function call(tool: string, args: object = {}, result: unknown = 'done'): RecordedCall {
  return { tool, args, result };
}
