import type { CallEventBase, ErrorInEvent } from '@actguard/core';
import type { RecordedCall, RecordedError, RecordedRefusal } from '../trace/trace.js';

/** What has been heard of one call. */
export class CallDraft {
  readonly tool: string;
  /** Its place among the calls of its run, as they were started. */
  readonly number: number;
  /** Place of its first event among all of its run. */
  readonly firstHeard: number;
  /** Place of the event that ended it; beyond all where none did. */
  endHeard = Number.POSITIVE_INFINITY;
  args: unknown;
  result: unknown;
  error: RecordedError | undefined;
  refused: RecordedRefusal | undefined;
  isEnded = false;
  #start: number;
  #durationMs: number | undefined;

  constructor(event: CallEventBase, heard: number) {
    this.tool = event.toolName;
    this.number = numberOf(event.callId);
    this.firstHeard = heard;
    this.#start = event.time;
  }

  /** The method ended, so many milliseconds after it began. */
  took(durationMs: number, event: CallEventBase): void {
    this.#durationMs = durationMs;
    // Without a guard before the method, its end is the first that is heard of a call.
    this.#start = Math.min(this.#start, event.time - durationMs);
  }

  /** The call was cut off after at least so long. */
  cutAfter(atLeastMs: number, event: CallEventBase): void {
    this.#start = Math.min(this.#start, event.time - atLeastMs);
    this.#durationMs = Math.max(atLeastMs, event.time - this.#start);
  }

  end(heard: number): void {
    this.isEnded = true;
    this.endHeard = heard;
  }

  call(startedAt: number, step: number): RecordedCall {
    const { tool, args, result, error, refused } = this;
    return {
      tool,
      args,
      ...(result !== undefined && { result }),
      ...(error !== undefined && { error }),
      ...(refused !== undefined && { refused }),
      step,
      startMs: micros(this.#start - startedAt),
      ...(this.#durationMs !== undefined && { durationMs: micros(this.#durationMs) }),
    };
  }
}

// The id of a call ends in the number that its run gave it when it started.
function numberOf(callId: string): number {
  const number = Number(callId.slice(callId.lastIndexOf(':') + 1));
  return Number.isSafeInteger(number) ? number : 0;
}

function micros(ms: number): number {
  return Math.round(Math.max(0, ms) * 1000) / 1000;
}

/** What circuit breakers tell failures apart by, and the message. */
export function recordedError({ error, errorType, errorMessage }: ErrorInEvent): RecordedError {
  const code = read(error, 'code');
  const status = [
    read(error, 'status'),
    read(error, 'statusCode'),
    read(read(error, 'response'), 'status'),
    read(read(error, '$metadata'), 'httpStatusCode'),
  ].find((each): each is number => typeof each === 'number' && Number.isFinite(each));
  return {
    message: String(errorMessage),
    name: String(errorType),
    ...((typeof code === 'string' || (typeof code === 'number' && Number.isFinite(code))) && { code }),
    ...(status !== undefined && { status }),
  };
}

// What a tool throws may be a proxy, or have getters that throw.
function read(holder: unknown, name: string): unknown {
  try {
    return typeof holder === 'object' && holder !== null ? (holder as Record<string, unknown>)[name] : undefined;
  } catch {
    return undefined;
  }
}
