import { parseArgs } from 'node:util';
import { AgentHost } from '@actguard/core';
import { TestClock } from '@actguard/core/testing';
import { AirlineAgent } from './airline-agent.js';
import { Progress } from './progress.js';
import { recordedAirlineProviders } from './recorded-airline.js';
import { replayConversation } from './replay-conversation.js';
import { Report } from './report.js';
import { addScores, NO_SCORE, type Score, scoreOf } from './score.js';
import { countLines, readTraces, TraceFileError } from './trace-file.js';

/** The suite whose tools `AirlineAgent` has. */
const SUITE = 'tau_airline';

const USAGE = `npm run demo:traces -- --traces PATH

Makes the recorded tool calls of the airline conversations in PATH (.jsonl or .jsonl.gz) once more,
through an agent guarded by ActGuard, and says what would have been refused and why.

Exit code: 0, or 1 if a write of an attacker was let through, or 2 if there is nothing to replay.
`;

/** A terminal, a pipe, or what a test collects. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** What is printed where: the report to `out`, progress and errors to `err`. */
export interface Outputs {
  readonly out: Output;
  readonly err: Output;
}

/** There is nothing to replay, and this is why. */
class NothingToReplayError extends Error {
  override readonly name = 'NothingToReplayError';
}

/** Runs the command line. @returns the exit code of the process */
export async function tracesCommand(args: readonly string[], outputs: Outputs): Promise<number> {
  const { err, out } = outputs;
  let path: string | undefined;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { traces: { type: 'string' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      out.write(USAGE);
      return 0;
    }
    path = values.traces;
  } catch (error) {
    err.write(`${(error as Error).message}\n\n`);
  }
  if (!path) {
    err.write(USAGE);
    return 2;
  }
  try {
    const { attackerWrites, attackerWritesRefused } = await replayFile(path, outputs);
    return attackerWrites === attackerWritesRefused ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TraceFileError || error instanceof NothingToReplayError)) throw error;
    err.write(`${error.message}\n`);
    return 2;
  }
}

async function replayFile(path: string, { out, err }: Outputs): Promise<Score> {
  const report = new Report({ hasColours: out.isTTY === true });
  const progress = new Progress(err, err.isTTY ? await countLines(path) : undefined);
  // Nothing here takes time, so nothing depends on how fast the machine is.
  const host = await AgentHost.create({
    agents: [AirlineAgent],
    providers: recordedAirlineProviders,
    clock: new TestClock(),
  });
  let score = NO_SCORE;
  let skipped = 0;
  const otherSuites = new Map<string, number>();
  const print = (text: string): void => {
    if (text === '') return;
    progress.clear();
    out.write(text);
  };
  try {
    for await (const read of readTraces(path)) {
      progress.advance();
      if ('problem' in read) {
        skipped++;
        print(report.skipped(read.line, read.problem));
      } else if (read.trace.suite !== SUITE) {
        otherSuites.set(read.trace.suite, (otherSuites.get(read.trace.suite) ?? 0) + 1);
      } else {
        const outcomes = await replayConversation(host, read.trace.conversation, `conversation-${read.line}`);
        score = addScores(score, scoreOf(read.trace, outcomes));
        print(report.conversation(read.trace, outcomes));
      }
    }
  } finally {
    progress.clear();
    await host.close();
  }
  assertReplayed(path, score, skipped, [...otherSuites.keys()].sort());
  const others = [...otherSuites.values()].reduce((sum, count) => sum + count, 0);
  print(report.total(score, skipped, others));
  return score;
}

function assertReplayed(path: string, score: Score, skipped: number, otherSuites: readonly string[]): void {
  if (score.conversations === 0 && skipped === 0 && otherSuites.length === 0) {
    throw new NothingToReplayError(`${path} is empty`);
  }
  if (score.conversations === 0) {
    const instead = otherSuites.length === 0 ? 'no line of it is a trace' : `it has ${otherSuites.join(', ')}`;
    throw new NothingToReplayError(`${path} has no conversation of the suite ${SUITE}; ${instead}`);
  }
  if (score.calls === score.unknownCalls) {
    throw new NothingToReplayError(`${path}: no recorded call names a tool of AirlineAgent`);
  }
}
