import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import * as v from 'valibot';

const index = v.pipe(v.number(), v.integer(), v.minValue(0));

const callLine = v.object({
  tool: v.string(),
  args: v.record(v.string(), v.unknown()),
  result: v.optional(v.unknown()),
  error: v.nullish(v.string()),
  is_write: v.optional(v.boolean(), false),
});

const traceLine = v.object({
  suite: v.string(),
  id: v.string(),
  prompt: v.nullish(v.string()),
  user_turns: v.nullish(v.array(v.object({ at: index, text: v.string() }))),
  calls: v.array(callLine),
  attacker_calls: v.nullish(v.array(index)),
  attack_requires: v.nullish(v.array(v.array(index))),
});

/** A call that a model made, and what came back. */
export interface RecordedCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly result: unknown;
  /** What the tool answered where it failed. */
  readonly error: string | undefined;
  readonly isWrite: boolean;
}

/** A recorded conversation: what the replay may know. */
export interface Conversation {
  readonly id: string;
  readonly calls: readonly RecordedCall[];
  /** What the user said, in order, with the number of calls that had been made before. */
  readonly userTurns: readonly { readonly at: number; readonly text: string }[];
}

/** One line of a trace file. */
export interface Trace {
  readonly suite: string;
  readonly conversation: Conversation;
  /** Places of the calls that serve an attacker. A label for scoring, which neither the replay nor the agent is given. */
  readonly attackerCalls: ReadonlySet<number>;
}

/** What became of a line. */
export type TraceLine =
  | { readonly line: number; readonly trace: Trace }
  /** It is no trace, and was skipped. */
  | { readonly line: number; readonly problem: string };

/** The file cannot be read, or only up to a point. */
export class TraceFileError extends Error {
  override readonly name = 'TraceFileError';
}

/**
 * Reads a file of one trace a line, compressed where it is named `.gz`, holding no more of it than it must.
 *
 * @throws {TraceFileError} if it is missing, no file, or damaged
 */
export async function* readTraces(path: string): AsyncGenerator<TraceLine> {
  let line = 0;
  for await (const text of linesOf(path)) {
    line++;
    if (text.trim() !== '') yield readLine(text, line);
  }
}

/** How many lines the file has, for a progress bar. */
export async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const _ of linesOf(path)) lines++;
  return lines;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  assertFile(path);
  const source = createReadStream(path);
  let failure: unknown;
  const fail = (error: unknown): void => {
    failure ??= error ?? undefined;
  };
  const input = path.endsWith('.gz') ? pipeline(source, createGunzip(), fail) : source.on('error', fail);
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    fail(error);
  }
  // Not every Node throws what went wrong with its input; some only end the lines there.
  if (failure !== undefined) throw unreadable(path, failure);
}

function assertFile(path: string): void {
  try {
    if (statSync(path).isFile()) return;
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new TraceFileError(`${path} is no file`);
}

function unreadable(path: string, error: unknown): TraceFileError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new TraceFileError(code === 'ENOENT' ? `${path} does not exist` : `${path} cannot be read: ${message}`);
}

function readLine(text: string, line: number): TraceLine {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { line, problem: 'is no JSON' };
  }
  const { success, output, issues } = v.safeParse(traceLine, parsed);
  if (success) return { line, trace: traceOf(output) };
  const [issue] = issues;
  return { line, problem: `is no trace: ${v.getDotPath(issue) ?? 'the line'}: ${issue.message}` };
}

function traceOf({ suite, id, prompt, user_turns, calls, ...labels }: v.InferOutput<typeof traceLine>): Trace {
  const first = prompt ? [{ at: 0, text: prompt }] : [];
  return {
    suite,
    conversation: {
      id,
      userTurns: [...first, ...(user_turns ?? [])],
      calls: calls.map(({ tool, args, result, error, is_write }) => ({
        tool,
        args,
        result,
        error: error || undefined,
        isWrite: is_write,
      })),
    },
    attackerCalls: new Set([...(labels.attacker_calls ?? []), ...(labels.attack_requires ?? []).flat()]),
  };
}
