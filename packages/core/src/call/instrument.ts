import { messageOfThrown } from '../errors/thrown.js';
import { warnOnce } from '../events/warn-once.js';
import type { CallContext } from '../run/call-context.js';
import type { ToolCall } from './tool-call.js';

/** A call as an instrument sees it: the same object each time. */
export interface InstrumentedCall extends CallContext {
  /** Now, in epoch milliseconds, by the clock of the host. */
  readonly time: number;
}

/**
 * Surrounds the methods of tools, so that what they do can be traced. It decides nothing: what it throws is reported once and
 * otherwise ignored.
 */
export interface Instrument {
  /**
   * Enters the method of a call. It has to call `enter` at once, inside the context that it sets up. A generator is entered for
   * each of its steps, also after the call has ended, to clean up.
   */
  around(call: InstrumentedCall, enter: () => void): void;
  /**
   * A call whose method was entered has ended, after its events.
   *
   * @param error what its caller gets; `undefined` where it succeeded, or its caller has left
   */
  ended?(call: InstrumentedCall, error: unknown): void;
}

/** Runs code of a method inside every instrument of its host, the first one outermost. What the code does comes out unchanged. */
export function instrumented<T>(call: ToolCall, instruments: readonly Instrument[], body: () => T): T {
  let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  const enter = (): void => {
    if (outcome !== undefined) return;
    try {
      outcome = { value: body() };
    } catch (error) {
      outcome = { error };
    }
  };
  const [first, ...inner] = instruments;
  if (first === undefined) return body();
  const next = (): void => {
    if (outcome === undefined) instrumented(call, inner, enter);
  };
  attempt(call, () => first.around(call, next));
  // One that did not enter must not keep the call from its method.
  next();
  const result = outcome as unknown as { readonly value: T } | { readonly error: unknown };
  if ('error' in result) throw result.error;
  return result.value;
}

/** Tells instruments that a call has ended. */
export function tellEnded(call: ToolCall, error?: unknown): void {
  const { instruments } = call.run.core;
  if (instruments.length > 0) tellEach(call, instruments, error);
}

function tellEach(call: ToolCall, instruments: readonly Instrument[], error: unknown): void {
  for (const instrument of instruments) attempt(call, () => instrument.ended?.(call, error));
}

function attempt(call: ToolCall, act: () => void): void {
  try {
    act();
  } catch (error) {
    warnOnce(call.run.core, 'instrument', `An instrument failed; calls go on: ${messageOfThrown(error)}`);
  }
}
