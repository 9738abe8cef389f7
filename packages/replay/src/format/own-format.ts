import * as v from 'valibot';
import type { RecordedCall, RecordedRefusal, Trace } from '../trace/trace.js';
import { FormatError, wrongShape } from './format-error.js';
import type { TracePlace } from './trace-place.js';

/** The version of the format that `writeTrace` writes. A reader takes this one and all before it. */
export const TRACE_FORMAT_VERSION = 1;

/** One tool call in a line of our format. */
export interface TraceLineCall {
  /** Name of the tool: the id (`OrderAgent.deleteOrder`), or the name that the model saw. */
  readonly tool: string;
  /** The arguments: an object, or the text that the model sent where it was no JSON. `null` where they are not known. @default {} */
  readonly args?: unknown;
  /** What the tool returned, `null` included. Absent where it is not known, as of a call that was refused. */
  readonly result?: unknown;
  /** What the tool threw. `code` and `status` are what circuit breakers tell failures apart by. */
  readonly error?:
    | {
        readonly message: string;
        readonly name?: string | null | undefined;
        readonly code?: string | number | null | undefined;
        readonly status?: number | null | undefined;
      }
    | null
    | undefined;
  /** What refused it. */
  readonly refused?: RecordedRefusal | null | undefined;
  /** Calls of one number were made at once. */
  readonly step?: number | null | undefined;
  /** Milliseconds from the start of the trace to the call. */
  readonly startMs?: number | null | undefined;
  /** Milliseconds that the tool took. */
  readonly durationMs?: number | null | undefined;
  /** It changes something. @default false */
  readonly isWrite?: boolean | null | undefined;
  /** It reads, but what it asks for leaves the house. @default false */
  readonly isEgress?: boolean | null | undefined;
}

/** A line of our format: one recorded conversation. What is optional may also be `null`; unknown names are ignored. */
export interface TraceLine {
  /** Version of the format. It marks the line as one of ours. */
  readonly actguard: number;
  /** Unique among what is replayed together; of a recording the id of the run. @default file name and line number */
  readonly id?: string | null | undefined;
  /** Where it comes from, such as the name of an application. @default 'recording' */
  readonly source?: string | null | undefined;
  /** Which agents it belongs to. @default the file's name without its extension */
  readonly suite?: string | null | undefined;
  /** The model that made the calls. */
  readonly model?: string | null | undefined;
  /** The calls were written down by a person, not made by a model. @default false */
  readonly isScripted?: boolean | null | undefined;
  /** Who the run was for. */
  readonly userId?: string | null | undefined;
  /** The session that it went on in. Of use with `state: 'shared'` only. */
  readonly sessionId?: string | null | undefined;
  /** When it began, in epoch milliseconds. */
  readonly startedAt?: number | null | undefined;
  /** What the user said, each turn with the number of calls that had been made before. @default [] */
  readonly userTurns?: readonly { readonly at: number; readonly text: string }[] | null | undefined;
  /** What the application vouched for (`run.facts.add`), in order, with the number of calls before. @default [] */
  readonly facts?:
    | readonly {
        readonly at: number;
        readonly kind: string;
        readonly value: string | number;
        readonly about?: string | number | null | undefined;
      }[]
    | null
    | undefined;
  /** The calls, in the order in which they were made. */
  readonly calls: readonly TraceLineCall[];
  /** What is known about the trace, for scoring: no agent and no rule is ever given it. */
  readonly labels?:
    | {
        /** `attack`: somebody who is not the user tried to steer the agent. */
        readonly kind: 'benign' | 'attack';
        /** The agent did what the user wanted. */
        readonly isUseful?: boolean | null | undefined;
        /** The attacker got what they wanted. */
        readonly attackSucceeded?: boolean | null | undefined;
        /** Groups of places of calls, from 0: the attack fails if all calls of any one group are refused. */
        readonly attackRequires?: readonly (readonly number[])[] | null | undefined;
      }
    | null
    | undefined;
}

const place = v.pipe(v.number(), v.integer(), v.minValue(0));
const number = v.pipe(v.number(), v.finite());
// What a clock can show: a few thousand years.
const time = v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(100_000_000_000_000)));
const text = v.nullish(v.string());
const name = v.pipe(v.string(), v.nonEmpty());
const flag = v.nullish(v.boolean());

const call = v.object({
  tool: v.string(),
  args: v.optional(v.unknown()),
  result: v.optional(v.unknown()),
  error: v.nullish(
    v.object({
      message: v.string(),
      name: text,
      code: v.nullish(v.union([v.string(), number])),
      status: v.nullish(number),
    }),
  ),
  refused: v.nullish(v.object({ guard: v.string(), code: v.string() })),
  step: v.nullish(number),
  startMs: time,
  durationMs: time,
  isWrite: flag,
  isEgress: flag,
});

// What a run takes as the value of a fact.
const id = v.union([v.pipe(name, v.maxLength(1024)), v.pipe(v.number(), v.safeInteger())]);

const line: v.GenericSchema<unknown, TraceLine> = v.object({
  actguard: number,
  id: v.nullish(name),
  source: text,
  suite: text,
  model: text,
  isScripted: flag,
  userId: v.nullish(name),
  sessionId: v.nullish(name),
  startedAt: time,
  userTurns: v.nullish(v.array(v.object({ at: place, text: v.string() }))),
  facts: v.nullish(v.array(v.object({ at: place, kind: name, value: id, about: v.nullish(id) }))),
  calls: v.array(call),
  labels: v.nullish(
    v.object({
      kind: v.picklist(['benign', 'attack']),
      isUseful: flag,
      attackSucceeded: flag,
      attackRequires: v.nullish(v.array(v.array(place))),
    }),
  ),
});

/** A trace that does not say where it belongs: where it is read, the name of the file does. */
export type UnplacedTrace = Omit<Trace, 'source' | 'suite'> & Partial<Pick<Trace, 'source' | 'suite'>>;

/**
 * A trace as one line of our format, without the line's end.
 *
 * @throws {TypeError} where it holds what JSON cannot, such as a bigint or a cycle
 */
export function writeTrace(trace: UnplacedTrace): string {
  const { id, source, suite, model, isScripted, userId, sessionId, startedAt, userTurns, facts, calls, labels } = trace;
  const marked = { actguard: TRACE_FORMAT_VERSION, id, source, suite, model, isScripted, userId, sessionId, startedAt };
  return JSON.stringify({ ...marked, userTurns, facts, calls, labels } satisfies TraceLine);
}

/**
 * A trace from a line of our format.
 *
 * @throws {FormatError} where it is not as the format says
 */
export function readOwnTrace(value: unknown, place: TracePlace): Trace {
  const version: unknown = (value as { readonly actguard?: unknown }).actguard;
  if (typeof version === 'number' && version > TRACE_FORMAT_VERSION) {
    const versions = `version ${version} of the format, and this one reads up to ${TRACE_FORMAT_VERSION}`;
    throw new FormatError(`was written by a newer version: ${versions}`);
  }
  const { success, output, issues } = v.safeParse(line, value, { abortEarly: true });
  if (!success) throw wrongShape(issues);
  const { facts, calls, labels } = output;
  return {
    id: output.id ?? place.id,
    source: output.source ?? 'recording',
    suite: output.suite ?? place.suite,
    ...given({
      model: output.model,
      isScripted: output.isScripted,
      userId: output.userId,
      sessionId: output.sessionId,
      startedAt: output.startedAt,
    }),
    userTurns: output.userTurns ?? [],
    ...(facts && { facts: facts.map((fact) => given(fact)) }),
    calls: calls.map(readCall),
    ...(labels && { labels: given(labels) }),
  };
}

function readCall({ args, error, ...rest }: TraceLineCall): RecordedCall {
  const { result } = rest;
  return {
    ...given(rest),
    args: args === undefined ? {} : args,
    ...(result === null && { result }),
    ...(error && { error: given(error) }),
  };
}

type Given<T> = { [Name in keyof T]: Exclude<T[Name], null> };

/** Without what is `null` or `undefined`. */
function given<T extends object>(values: T): Given<T> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) if (value !== null && value !== undefined) kept[name] = value;
  return kept as Given<T>;
}
