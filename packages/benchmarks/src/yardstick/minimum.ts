import { AsyncLocalStorage } from 'node:async_hooks';
import { ATTEMPTS, type Order, type Query, RECORD_TTL_MS, WINDOW } from '../groups/shop.js';
import { Breaker, Deadlines, type Execution, Executions, Facts, Ring, type Waiting } from './parts.js';

/** What is refused; which guard did it is all that is said. */
export class Refused extends Error {}

/** The state of one run. */
export interface MinimalRun {
  isOver: boolean;
  attempts: number;
  calls: number;
  readonly executions: Executions;
  readonly facts: Facts;
}

/** What nested code finds. */
export interface MinimalFrame {
  readonly run: MinimalRun;
  readonly tool: string;
}

type Body<Args, Result> = (args: Args) => Promise<Result>;

/** A call on the way: one object for the deadline, the outcome and the caller. */
class Pending<Result> implements Waiting {
  at = 0;
  previous: Waiting | undefined = undefined;
  next: Waiting | undefined = undefined;
  isTold = false;
  execution: Execution | undefined = undefined;
  readonly resolve: (value: Result) => void;
  readonly reject: (error: unknown) => void;
  readonly shop: Minimum;

  constructor(shop: Minimum, resolve: (value: Result) => void, reject: (error: unknown) => void) {
    this.shop = shop;
    this.resolve = resolve;
    this.reject = reject;
  }

  expire(): void {
    this.isTold = true;
    this.shop.breaker.failed(this.at);
    if (this.execution !== undefined) this.execution.state = 'unknown';
    this.reject(new Refused('timeout'));
  }
}

/**
 * The same guards written by hand into one function per tool: what they cost where nothing is general. No layers, no list of guards, no
 * options, no events; one object and one promise per call, one look at the clock.
 */
export class Minimum {
  readonly run: MinimalRun;
  readonly deadlines = new Deadlines(5000);
  readonly breaker = new Breaker(3, 60_000);
  readonly ring = new Ring(WINDOW.maxCalls, WINDOW.period);
  readonly frames = new AsyncLocalStorage<MinimalFrame>();

  constructor(recordTtlMs: number = RECORD_TTL_MS) {
    const executions = new Executions(recordTtlMs);
    this.run = { isOver: false, attempts: 0, calls: 0, executions, facts: new Facts() };
  }

  /** No guard at all: what it costs that a caller can be told something before the method has ended. */
  cuttable<Args, Result>(body: Body<Args, Result>, args: Args): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const pending = new Pending(this, resolve, reject);
      body(args).then(
        (value) => {
          if (!pending.isTold) pending.resolve(value);
        },
        (error: unknown) => {
          if (!pending.isTold) pending.reject(error);
        },
      );
    });
  }

  /** Attempts, breaker, rate limit and timeout around a method; arguments go through as they are. */
  four<Args extends Query, Result>(body: Body<Args, Result>, args: Args): Promise<Result> {
    const { run, breaker, ring, deadlines } = this;
    return new Promise<Result>((resolve, reject) => {
      const now = performance.now();
      if (run.isOver) return reject(new Refused('run'));
      if (++run.attempts > ATTEMPTS) return reject(new Refused('attempts'));
      if (!breaker.enter(now)) return reject(new Refused('breaker'));
      if (!ring.take(now)) return reject(new Refused('rate'));
      const pending = new Pending(this, resolve, reject);
      deadlines.add(pending, now);
      body(args).then(
        (value) => {
          if (pending.isTold) return;
          deadlines.remove(pending);
          breaker.succeeded();
          pending.resolve(value);
        },
        (error: unknown) => {
          if (pending.isTold) return;
          deadlines.remove(pending);
          breaker.failed(now);
          pending.reject(error);
        },
      );
    });
  }

  /** The four and an execution at most once per key; the key is bound to a copy of the arguments. */
  five<Result>(body: Body<Order, Result>, args: Order): Promise<Result> {
    const { run, breaker, ring, deadlines } = this;
    return new Promise<Result>((resolve, reject) => {
      const now = performance.now();
      if (run.isOver) return reject(new Refused('run'));
      const copy = copyOfOrder(args);
      if (copy === undefined) return reject(new Refused('input'));
      const found = run.executions.find(copy.idempotencyKey, now);
      if (found !== undefined) return this.#repeat(found, copy, resolve, reject);
      if (++run.attempts > ATTEMPTS) return reject(new Refused('attempts'));
      if (!breaker.enter(now)) return reject(new Refused('breaker'));
      if (!ring.take(now)) return reject(new Refused('rate'));
      const pending = new Pending(this, resolve, reject);
      const execution = run.executions.begin(copy.idempotencyKey, copy);
      pending.execution = execution;
      deadlines.add(pending, now);
      body(copy).then(
        (value) => {
          run.executions.end(execution, 'done', value, now);
          if (pending.isTold) return;
          deadlines.remove(pending);
          breaker.succeeded();
          pending.resolve(value);
        },
        (error: unknown) => {
          run.executions.end(execution, 'unknown', undefined, now);
          if (pending.isTold) return;
          deadlines.remove(pending);
          breaker.failed(now);
          pending.reject(error);
        },
      );
    });
  }

  /** The five, a fact that is checked, a fact that is proven, and a copy of the result for repeats. */
  everything(body: Body<Order, { id: string }>, args: Order): Promise<{ id: string }> {
    return this.#all(body, args, false);
  }

  /** The same, with an ambient frame around the method that says in which tool it is. */
  everythingInFrame(body: Body<Order, { id: string }>, args: Order): Promise<{ id: string }> {
    return this.#all(body, args, true);
  }

  #all(body: Body<Order, { id: string }>, args: Order, inFrame: boolean): Promise<{ id: string }> {
    const { run, breaker, ring, deadlines } = this;
    return new Promise<{ id: string }>((resolve, reject) => {
      const now = performance.now();
      if (run.isOver) return reject(new Refused('run'));
      const copy = copyOfOrder(args);
      if (copy === undefined) return reject(new Refused('input'));
      const found = run.executions.find(copy.idempotencyKey, now);
      if (found !== undefined) return this.#repeat(found, copy, resolve, reject);
      if (++run.attempts > ATTEMPTS) return reject(new Refused('attempts'));
      if (!run.facts.has('order_id', copy.orderId, now)) return reject(new Refused('fact'));
      if (!breaker.enter(now)) return reject(new Refused('breaker'));
      if (!ring.take(now)) return reject(new Refused('rate'));
      const pending = new Pending(this, resolve, reject);
      const execution = run.executions.begin(copy.idempotencyKey, copy);
      pending.execution = execution;
      deadlines.add(pending, now);
      const call = ++run.calls;
      const returned = inFrame ? this.frames.run({ run, tool: 'everything' }, body, copy) : body(copy);
      returned.then(
        (value) => {
          run.executions.end(execution, 'done', { id: value.id }, now);
          if (pending.isTold) return;
          deadlines.remove(pending);
          breaker.succeeded();
          const proof = { tool: 'everything', call, at: now, expiresAt: Number.POSITIVE_INFINITY };
          if (typeof value.id === 'string') run.facts.add('receipt', value.id, proof);
          pending.resolve(value);
        },
        (error: unknown) => {
          run.executions.end(execution, 'unknown', undefined, now);
          if (pending.isTold) return;
          deadlines.remove(pending);
          breaker.failed(now);
          pending.reject(error);
        },
      );
    });
  }

  #repeat<Result>(
    found: Execution,
    args: Order,
    resolve: (value: Result) => void,
    reject: (error: unknown) => void,
  ): void {
    if (JSON.stringify(found.args) !== JSON.stringify(args)) return reject(new Refused('conflict'));
    if (found.state !== 'done') return reject(new Refused(found.state));
    resolve(structuredClone(found.result) as Result);
  }
}

// Frozen, so that neither the caller nor the method can change what the key stands for.
function copyOfOrder({ orderId, idempotencyKey }: Order): Order | undefined {
  if (typeof orderId !== 'string' || typeof idempotencyKey !== 'string') return undefined;
  return Object.freeze({ orderId, idempotencyKey });
}
