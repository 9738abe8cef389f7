import { type AgentClass, type RecordedCall, replay, type Trace, type UserTurn } from '@actguard/replay';

/** A made-up conversation for a test: what the user says and what the agent calls, in order. */
function conversation(...entries: readonly (string | RecordedCall)[]): Trace {
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

/** How a made-up conversation with an agent ends: see `endsOf`. */
export type End = (...entries: readonly (string | RecordedCall)[]) => Promise<string>;

/**
 * What becomes of the last call of conversations with an agent: `returned`, `repeated`, or why it was refused, which is the code
 * and the argument or the rule that it is about.
 *
 * @param facts what the application vouches for
 */
export function endsOf(agent: AgentClass, facts: Trace['facts'] = []): End {
  return async (...entries) => {
    const traces = [{ ...conversation(...entries), facts }];
    for await (const { outcomes } of replay({ agents: [agent], traces })) {
      const outcome = outcomes.at(-1);
      if (outcome?.status !== 'refused') return outcome?.status ?? 'no call';
      const { code, arg, rule } = outcome.refusal;
      return [code, arg ?? rule].join(' ').trim();
    }
    return 'no conversation';
  };
}
