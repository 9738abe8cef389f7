import { AsyncLocalStorage } from 'node:async_hooks';
import type { BudgetNode } from '../budget/budget-node.js';
import { MissingRunError } from '../errors/run-errors.js';
import type { CallContext } from './call-context.js';
import type { Run } from './run.js';

/** A call on the way, as nested calls see it. */
export interface ActiveCall extends CallContext {
  /** The call in whose body this one was made, where that is known. */
  readonly parent: ActiveCall | undefined;
  /** Names of the breakers whose half-open probe it is. */
  readonly probes: ReadonlySet<string> | undefined;
}

/** What code inside a run finds without having been handed it. Immutable. */
export interface AmbientFrame {
  readonly run: Run;
  readonly call?: ActiveCall | undefined;
  /** The budget scope around the caller. */
  readonly budget?: BudgetNode | undefined;
}

const AMBIENT = Symbol.for('actguard.ambient.v1');
const READERS = Symbol.for('actguard.ambient.readers.v1');
const shared = globalThis as { [AMBIENT]?: AsyncLocalStorage<AmbientFrame>; [READERS]?: { wanted: boolean } };

// One for the process, so that two copies of the package see each other's runs.
if (shared[AMBIENT] === undefined) {
  Object.defineProperty(shared, AMBIENT, { value: new AsyncLocalStorage<AmbientFrame>() });
}
if (shared[READERS] === undefined) {
  Object.defineProperty(shared, READERS, { value: { wanted: false } });
}
const storage = shared[AMBIENT] as AsyncLocalStorage<AmbientFrame>;
const readers = shared[READERS] as { wanted: boolean };

/** Runs a function, and all that it starts, inside a frame. */
export function withFrame<T>(frame: AmbientFrame, body: () => T): T {
  return storage.run(frame, body);
}

/** The frame around, where its run has not ended. */
export function ambientFrame(): AmbientFrame | undefined {
  const frame = storage.getStore();
  return frame === undefined || frame.run.isEnded ? undefined : frame;
}

/** The frame around, also where its run has ended: what is left running must not pass for something outside any run. */
export function frameAround(): AmbientFrame | undefined {
  return storage.getStore();
}

/** Whether the frame around is that of a run. */
export function isAmbient(run: Run): boolean {
  return storage.getStore()?.run === run;
}

/** Whether the frame around already says what somebody in the body of a call of this run would look for. */
export function saysSame(run: Run, budget: BudgetNode | undefined): boolean {
  const frame = storage.getStore();
  // A budget breaks down by tool what is used.
  return frame?.run === run && frame.budget === undefined && budget === undefined;
}

/** Whether something in the process asks in which tool it stands. */
export function areCallsRead(): boolean {
  return readers.wanted;
}

/** From now on the frame of every call is entered: something in the process (a meter) asks in which tool it stands. */
export function readsCalls(): void {
  readers.wanted = true;
}

/** Whether the call in whose body the caller stands, or one around it, is the probe of this breaker. */
export function isWithinProbe(run: Run, breaker: string): boolean {
  const frame = storage.getStore();
  if (frame?.run !== run) return false;
  for (let call = frame.call; call !== undefined; call = call.parent) {
    if (call.probes?.has(breaker)) return true;
  }
  return false;
}

/**
 * The active run around the caller.
 *
 * @throws {MissingRunError} where there is none, or it has ended
 */
export function currentRun(): Run {
  const frame = ambientFrame();
  if (frame === undefined) throw new MissingRunError('currentRun()');
  return frame.run;
}

/**
 * Default of a tool's second parameter: `async pay(args: Payment, call = currentCall())`. The host always passes the real
 * call; in a plain unit test of the class this is an inert one, whose signal never aborts and whose `run` throws.
 */
export function currentCall(): CallContext {
  return storage.getStore()?.call ?? new InertCall();
}

class InertCall implements CallContext {
  readonly id = 'inert';
  readonly tool = 'inert';
  readonly attempt = 1;
  readonly idempotencyKey = undefined;
  readonly signal = new AbortController().signal;

  get run(): Run {
    const frame = ambientFrame();
    if (frame === undefined) throw new MissingRunError('call.run');
    return frame.run;
  }
}
