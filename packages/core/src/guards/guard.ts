import type { CallContext } from '../run/call-context.js';
import type { StoreAnswer, StoreOperation, UsedFact } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';

/** How a call ended, as its guards are told. */
export type Outcome =
  /** The method returned. */
  | { readonly status: 'success'; readonly value: unknown }
  /** The method threw. */
  | { readonly status: 'failure'; readonly error: unknown }
  /** The method did not end in time; it may still be running. */
  | { readonly status: 'timeout'; readonly error: unknown }
  /** The call was cut off after its method had started: killed, run ended, run aborted, stream left early. */
  | { readonly status: 'aborted'; readonly error: unknown }
  /** A guard refused, or the call was cut off, before the method started. */
  | { readonly status: 'refused'; readonly error: unknown };

/** A call as its guards see it. */
export interface GuardedCall<Args = unknown> extends CallContext {
  /** The arguments: a frozen plain copy, the very object that the method gets. As they were passed where no guard reads them. */
  readonly args: Args;
  /** Who holds what the call takes in the store: never the same for two calls, even of runs with one id. */
  readonly owner: string;
  /** Monotonic milliseconds, read once for the call and again after each wait. */
  readonly now: number;
  /** A stored result will be delivered: the method will not run. */
  readonly isReplay: boolean;
  /** What `keep` stored for this guard and call. */
  kept(guard: Guard<never>): unknown;
  /** Stores what a guard must know later about this call. */
  keep(guard: Guard<never>, value: unknown): void;
  /** Says which idempotency key the call has. */
  nameKey(key: string): void;
  /** Says how many attempts of its tool the run has made, this one included. */
  noteAttempt(used: number): void;
  /** Names of the breakers whose half-open probe this call is. */
  readonly probes?: ReadonlySet<string> | undefined;
  /** Says that this call is the probe of a half-open breaker. */
  holdProbe(breaker: string): void;
  /** Ends the call for its caller now, with this error; the method may go on. Does nothing once the call has ended. */
  cutOff(guard: Guard<never>, error: Error): void;
}

/** Answers a call with a stored result; the method does not run. */
export class Replay {
  readonly decision = 'replay';
  /** The stored result, which the caller gets. */
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** Puts a call off: everything it holds is given back, and it is admitted anew once `until` resolves. */
export class Wait {
  readonly decision = 'wait';
  /** Resolves when the call may ask again; rejecting refuses it. */
  readonly until: Promise<void>;
  /** Called once the call was admitted, refused or cut off. */
  readonly release: () => void;

  constructor(until: Promise<void>, release: () => void) {
    this.until = until;
    this.release = release;
  }
}

/** Lets the call through with other arguments: the spelling that was proven instead of the one that was sent. */
export class Rewrite {
  readonly decision = 'rewrite';
  /** A frozen plain copy. */
  readonly args: unknown;

  constructor(args: unknown) {
    this.args = args;
  }
}

/** What a guard decides: let through, let through with other arguments, answer with a stored result, put off. Refusing is throwing. */
export type Decision = void | Rewrite | Replay | Wait;

/**
 * One rule around a call. A guard is built once per tool and host; what it knows about a call it keeps by call.
 * Every method is optional, and all but `admit` are synchronous: what must be stored is returned as an operation, so that
 * a shared store can do the work of all guards in one round trip.
 */
export interface Guard<Args = unknown> {
  /**
   * Later guards are not asked before this one has decided: it may take its time, or change the arguments.
   *
   * @default true for a guard without `request`
   */
  readonly decidesAlone?: boolean;

  /**
   * Whether it looks at the arguments. Where nothing does, neither a guard nor a schema, the method gets what its caller passed
   * instead of a copy.
   *
   * @default true
   */
  readonly readsArguments?: boolean;

  /**
   * The call will have to wait whatever the store says: nothing that is scarce is taken for it meanwhile. `admit` must then
   * put it off or refuse.
   */
  mustWait?(call: GuardedCall<Args>): boolean;

  /** What the store is to decide for this call. Throwing refuses without asking it. */
  request?(call: GuardedCall<Args>): StoreOperation | undefined;

  /** Decides, with the answer of the store where `request` asked for one. Throwing refuses. */
  admit?(call: GuardedCall<Args>, answer: StoreAnswer): Decision | Promise<Decision>;

  /** Facts that let this call through, for events. Asked only where somebody listens. */
  factsUsed?(call: GuardedCall<Args>): readonly UsedFact[] | undefined;

  /** The method is about to be invoked, or a generator to be resumed; from here on nothing refuses. */
  dispatched?(call: GuardedCall<Args>): void;

  /** A generator yielded and waits for its consumer. */
  suspended?(call: GuardedCall<Args>): void;

  /** The method returned (or yielded) a value. Throwing withholds it from the caller; the call stays a success. */
  returned?(call: GuardedCall<Args>, value: unknown): StoreOperation | readonly StoreOperation[] | undefined;

  /** Once for each call that this guard admitted, in reverse order of the guards. */
  settle?(call: GuardedCall<Args>, outcome: Outcome): MaybePromise<StoreOperation | undefined | void>;

  /** Whether a method that threw this may have taken effect all the same: a model is then told not to repeat it. */
  leavesUnknown?(error: unknown): boolean;

  /** The method ended after its call had been cut off. */
  late?(call: GuardedCall<Args>, outcome: Outcome): MaybePromise<StoreOperation | undefined | void>;
}
