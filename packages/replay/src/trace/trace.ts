/** One recorded conversation: what the user said, and the tool calls that a model made. */
export interface Trace {
  /** Unique among what is replayed together. */
  readonly id: string;
  /** Where it comes from, such as the name of a benchmark or of an application. */
  readonly source: string;
  /** Which agent it belongs to: traces of one suite have the same tools. */
  readonly suite: string;
  /** The model that made the calls, or what else did. */
  readonly model?: string | undefined;
  /** The calls were not made by a model but written down, as the ground truth of a benchmark is. @default false */
  readonly isScripted?: boolean | undefined;
  /** Who the run was for. */
  readonly userId?: string | undefined;
  /** The session that it went on in; only looked at with `state: 'shared'`. */
  readonly sessionId?: string | undefined;
  /** When it began, in epoch milliseconds. */
  readonly startedAt?: number | undefined;
  /** What the user said, in order. */
  readonly userTurns: readonly UserTurn[];
  /** What the application vouched for, in order. */
  readonly facts?: readonly VouchedFact[] | undefined;
  /** The calls, in the order in which they were made. */
  readonly calls: readonly RecordedCall[];
  /** What is known about it. For scoring only: neither the agent nor a rule is ever given it. */
  readonly labels?: TraceLabels | undefined;
}

/** One turn of the user. */
export interface UserTurn {
  /** How many calls had been made before. */
  readonly at: number;
  /** The words, as they were said. */
  readonly text: string;
}

/** A fact that `run.facts.add` recorded. */
export interface VouchedFact {
  /** How many calls had been made before. */
  readonly at: number;
  /** What the value is, such as `order_id`. */
  readonly kind: string;
  /** The value itself. */
  readonly value: string | number;
  /** The value that it is a fact about. */
  readonly about?: string | number | undefined;
}

/** One tool call, as the model made it, and what came back. */
export interface RecordedCall {
  /** Name of the tool, as the model called it. */
  readonly tool: string;
  /** The arguments; the text that the model sent where it was no JSON. */
  readonly args: unknown;
  /** What the tool returned. Absent where it is not known: the call was refused, or its result was not recorded. */
  readonly result?: unknown;
  /** What the tool threw. */
  readonly error?: RecordedError | undefined;
  /** What refused it when it was recorded. For the reader: a replay decides anew. */
  readonly refused?: RecordedRefusal | undefined;
  /** Calls of one step were made at once. */
  readonly step?: number | undefined;
  /** Milliseconds from the start of the trace to the call. */
  readonly startMs?: number | undefined;
  /** Milliseconds that the tool took. */
  readonly durationMs?: number | undefined;
  /** It changes something. */
  readonly isWrite?: boolean | undefined;
  /** It reads, but what it asks for leaves the house, as the URL of a fetch does. */
  readonly isEgress?: boolean | undefined;
}

/** An error that a tool threw, as far as it was recorded. */
export interface RecordedError {
  /** What it said. */
  readonly message: string;
  /** Name of its class, such as `TypeError`. */
  readonly name?: string | undefined;
  /** Its own code, such as `ECONNRESET`. */
  readonly code?: string | number | undefined;
  /** HTTP status, where there was one. */
  readonly status?: number | undefined;
}

/** What refused a call when it was recorded. */
export interface RecordedRefusal {
  /** The guard, such as `enforce` or `rateLimit`; or `input`, `runState`, `store`. */
  readonly guard: string;
  /** Code of the refusal, such as `MISSING_FACT`. */
  readonly code: string;
}

/** What is known about a trace. */
export interface TraceLabels {
  /** `attack`: somebody who is not the user tried to steer the agent. */
  readonly kind: 'benign' | 'attack';
  /** Whether the agent did what the user wanted. */
  readonly isUseful?: boolean | undefined;
  /** Whether the attacker got what they wanted. */
  readonly attackSucceeded?: boolean | undefined;
  /**
   * Groups of places of calls: the attack fails if all calls of any one group are refused. Groups with a call that neither
   * writes nor leaks are not counted.
   */
  readonly attackRequires?: readonly (readonly number[])[] | undefined;
}
