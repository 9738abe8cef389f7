import { type ActGuardError, type AgentHost, isActGuardError, type Run, type Toolset } from '@actguard/core';
import { accountNamesIn } from './account-names.js';
import { RecordedFailure, Recordings } from './recorded-airline.js';
import type { Conversation, RecordedCall } from './trace-file.js';

/** What became of a recorded call. */
export type CallOutcome =
  /** It was let through, and the airline answered. */
  | { readonly status: 'returned' }
  /** It was let through, and the airline said no. */
  | { readonly status: 'failed' }
  | { readonly status: 'refused'; readonly code: string; readonly rule: string; readonly because: string }
  /** The agent has no such tool. */
  | { readonly status: 'unknown' };

/**
 * Makes the calls of a recorded conversation once more, with the agents of the host, in a run of its own. A refused call
 * does not end it.
 */
export async function replayConversation(
  host: AgentHost,
  conversation: Conversation,
  runId: string,
): Promise<CallOutcome[]> {
  const recordings = host.get(Recordings);
  const airline = recordings.begin(runId);
  try {
    return await host.run({ runId }, async (run) => {
      const tools = run.tools();
      const outcomes: CallOutcome[] = [];
      for (const [index, call] of conversation.calls.entries()) {
        for (const { text } of conversation.userTurns.filter(({ at }) => at === index)) hear(run, text);
        airline.expect(call);
        outcomes.push(await make(tools, call));
      }
      return outcomes;
    });
  } finally {
    recordings.end(runId);
  }
}

function hear(run: Run, text: string): void {
  run.userSaid(text);
  for (const name of accountNamesIn(text)) run.facts.add('user_id', name);
}

async function make(tools: Toolset, { tool, args }: RecordedCall): Promise<CallOutcome> {
  const answer = await tools.call(tool, args);
  if (answer.ok) return { status: 'returned' };
  const { error, refusal } = answer;
  if (refusal.code === 'tool.unknown') return { status: 'unknown' };
  if (error instanceof RecordedFailure) return { status: 'failed' };
  if (!isActGuardError(error)) throw error;
  return { status: 'refused', code: error.code, rule: ruleOf(error), because: refusal.because };
}

/** The guard or rule that refused, as the agent's source names it. */
function ruleOf({ details, code }: ActGuardError): string {
  const { rule, arg, kind } = details;
  if (kind !== undefined) return `requireFact ${String(arg)}`;
  if (arg !== undefined) return `threshold ${String(arg)}`;
  return rule === undefined ? code : `rule ${String(rule)}`;
}
