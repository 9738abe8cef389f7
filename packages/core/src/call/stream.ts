import type { Outcome } from '../guards/guard.js';
import type { CallRun } from '../run/call-run.js';
import type { MaybePromise } from '../store/state-store.js';
import { tellFailure, tellInvoked } from './call-events.js';
import { cutOff, endLate } from './cut-off.js';
import { endRefused, enter, refusedAtDispatch, startCall } from './entry.js';
import { tellEnded } from './instrument.js';
import { enterMethod, inBody, resume, suspend } from './method-body.js';
import type { Plan } from './plan.js';
import { settleRefusal } from './refusal-settlement.js';
import type { Refused } from './refused.js';
import { showReturned } from './returned.js';
import { carryOut, settleHeld } from './settlement.js';
import { withStep } from './steps.js';
import type { ToolCall } from './tool-call.js';

type Result = IteratorResult<unknown>;

/** One guarded call of an `async *` tool: admitted at its first `next()`, settled when it ends, is left or throws. */
export function invokeStream(plan: Plan, run: CallRun, agent: object, args: unknown): AsyncGenerator<unknown> {
  return new GuardedStream(plan, run, agent, args);
}

class GuardedStream implements AsyncGenerator<unknown> {
  readonly #plan: Plan;
  readonly #run: CallRun;
  readonly #agent: object;
  readonly #args: unknown;
  #call: ToolCall | undefined;
  #inner: AsyncGenerator<unknown> | undefined;
  #isOver = false;
  /** One step at a time, like the generator itself. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(plan: Plan, run: CallRun, agent: object, args: unknown) {
    this.#plan = plan;
    this.#run = run;
    this.#agent = agent;
    this.#args = args;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return(undefined);
  }

  next(value?: unknown): Promise<Result> {
    return this.#inTurn(() => this.#advance((inner) => inner.next(value)));
  }

  throw(error: unknown): Promise<Result> {
    return this.#inTurn(() => {
      if (this.#call === undefined) this.#isOver = true;
      return this.#isOver ? Promise.reject(error) : this.#advance((inner) => inner.throw(error));
    });
  }

  return(value: unknown): Promise<Result> {
    return this.#inTurn(() => this.#leave(value));
  }

  #inTurn(step: () => Promise<Result>): Promise<Result> {
    const taken = this.#last.then(step, step);
    this.#last = taken;
    // Who called gets the rejection; the chain itself is no unhandled one.
    taken.catch(() => {});
    return taken;
  }

  async #advance(move: (inner: AsyncGenerator<unknown>) => Promise<Result>): Promise<Result> {
    if (this.#isOver) return { done: true, value: undefined };
    if (this.#inner === undefined) await this.#open();
    const call = this.#call as ToolCall;
    if (call.cutBy !== undefined) throw this.#over(call.cutBy);
    if (call.isSuspended) {
      call.isSuspended = false;
      resume(call);
    }
    const result = await this.#raced(call, () => move(this.#inner as AsyncGenerator<unknown>));
    if (call.phase !== 'running') {
      endLate(call, { status: 'success', value: result.value });
      throw this.#over(call.cutBy);
    }
    return result.done ? this.#finished(call, result) : this.#yielded(call, result);
  }

  async #open(): Promise<void> {
    const call = startCall(this.#plan, this.#run, this.#agent);
    this.#call = call;
    try {
      await new Promise<unknown>((resolve, reject) => {
        call.resolve = resolve;
        call.reject = reject;
        call.onCutOff = cutOff;
        const refused = enter(call, this.#args, () => this.#dispatch(call), settleRefusal);
        if (refused !== undefined) endRefused(call, refused.made(), settleRefusal);
      });
    } catch (error) {
      throw this.#over(error);
    }
  }

  #dispatch(call: ToolCall): Refused | undefined {
    const refused = refusedAtDispatch(call);
    if (refused !== undefined) return refused;
    const { reject } = call;
    try {
      this.#inner = enterMethod(call) as AsyncGenerator<unknown>;
    } catch (error) {
      // A generator reads its parameters before it gets lazy.
      tellFailure(call, error);
      this.#settle(call, { status: 'failure', error }).then(() => reject(error), reject);
      return undefined;
    }
    call.resolve(undefined);
    return undefined;
  }

  /** A step of the body, or the error with which the call is cut off meanwhile. */
  #raced(call: ToolCall, body: () => Promise<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#onCutOff(call, reject);
      inBody(call, body).then(
        (result) =>
          call.phase === 'running' ? resolve(result) : endLate(call, { status: 'success', value: result.value }),
        (error: unknown) => {
          if (call.phase !== 'running') return endLate(call, { status: 'failure', error });
          tellFailure(call, error);
          this.#settle(call, { status: 'failure', error }).then(() => reject(this.#over(error)), reject);
        },
      );
    });
  }

  /** What the store has to hear of, or the error with which the call is cut off meanwhile: the store may never answer. */
  #recorded(call: ToolCall, pending: MaybePromise<void>): Promise<void> | undefined {
    if (pending === undefined) return undefined;
    return new Promise((resolve, reject) => {
      this.#onCutOff(call, reject);
      pending.then(resolve, reject);
    });
  }

  #onCutOff(call: ToolCall, reject: (error: unknown) => void): void {
    call.reject = (error) => {
      void this.#abandon();
      reject(this.#over(error));
    };
  }

  async #yielded(call: ToolCall, result: Result): Promise<Result> {
    suspend(call);
    if (call.cutBy !== undefined) throw this.#over(call.cutBy);
    const { operations, withheld } = showReturned(call, result.value);
    if (withheld !== undefined) {
      await this.#settle(call, { status: 'success', value: undefined });
      void this.#abandon();
      throw this.#over(withheld.error);
    }
    await this.#recorded(call, carryOut(call, operations));
    if (call.cutBy !== undefined) throw this.#over(call.cutBy);
    call.isSuspended = true;
    call.reject = () => void this.#abandon();
    return result;
  }

  async #finished(call: ToolCall, result: Result): Promise<Result> {
    this.#isOver = true;
    tellInvoked(call, undefined);
    await this.#settle(call, { status: 'success', value: result.value }, true);
    return result;
  }

  async #leave(value: unknown): Promise<Result> {
    const call = this.#call;
    const wasOver = this.#isOver;
    this.#isOver = true;
    if (call === undefined || wasOver) return { done: true, value };
    // One that was cut off is settled.
    if (call.phase === 'running') await this.#settle(call, { status: 'aborted', error: undefined });
    return (await inBody(call, async () => this.#inner?.return(value))) ?? { done: true, value };
  }

  async #settle(call: ToolCall, outcome: Outcome, isComplete = false): Promise<void> {
    call.phase = 'ended';
    tellEnded(call, outcome.status === 'failure' ? outcome.error : undefined);
    const settled = settleHeld(call, outcome, isComplete ? withStep(call, []) : [])?.then(() => call.run.leave(call));
    if (settled === undefined) call.run.leave(call);
    else await this.#recorded(call, settled);
  }

  /** Lets the body clean up; nobody waits for it. */
  async #abandon(): Promise<void> {
    try {
      await this.#inner?.return(undefined);
    } catch {
      // The caller was told why the stream ended; what its clean-up throws has no one to go to.
    }
  }

  #over(error: unknown): unknown {
    this.#isOver = true;
    return error;
  }
}
