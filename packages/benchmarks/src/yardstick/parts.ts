/** A call that is waited for, at most until its deadline. */
export interface Waiting {
  at: number;
  previous: Waiting | undefined;
  next: Waiting | undefined;
  expire(): void;
}

/** Deadlines of one duration: they fall due in the order in which they were added, so one timer serves all. */
export class Deadlines {
  readonly #durationMs: number;
  #head: Waiting | undefined;
  #tail: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(durationMs: number) {
    this.#durationMs = durationMs;
  }

  add(waiting: Waiting, now: number): void {
    waiting.at = now + this.#durationMs;
    waiting.previous = this.#tail;
    if (this.#tail === undefined) {
      this.#head = waiting;
      if (this.#timer === undefined) this.#arm(this.#durationMs);
      else this.#timer.ref();
    } else this.#tail.next = waiting;
    this.#tail = waiting;
  }

  remove(waiting: Waiting): void {
    if (waiting.previous === undefined) {
      if (this.#head !== waiting) return;
      this.#head = waiting.next;
    } else waiting.previous.next = waiting.next;
    if (waiting.next === undefined) this.#tail = waiting.previous;
    else waiting.next.previous = waiting.previous;
    waiting.previous = undefined;
    waiting.next = undefined;
    if (this.#head === undefined) this.#timer?.unref();
  }

  #arm(afterMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      for (let due = this.#head; due !== undefined && due.at <= now; due = this.#head) {
        this.remove(due);
        due.expire();
      }
      if (this.#head !== undefined) this.#arm(Math.max(0, this.#head.at - now));
    }, afterMs);
  }
}

/** An exact sliding window: the time of the call that was admitted `maxCalls` calls ago decides. */
export class Ring {
  readonly #times: Float64Array;
  readonly #periodMs: number;
  #next = 0;

  constructor(maxCalls: number, periodMs: number) {
    this.#times = new Float64Array(maxCalls).fill(Number.NEGATIVE_INFINITY);
    this.#periodMs = periodMs;
  }

  take(now: number): boolean {
    const times = this.#times;
    const next = this.#next;
    if ((times[next] as number) + this.#periodMs > now) return false;
    times[next] = now;
    this.#next = next + 1 === times.length ? 0 : next + 1;
    return true;
  }
}

/** A breaker that opens after failures in a row. */
export class Breaker {
  readonly #maxFails: number;
  readonly #resetMs: number;
  #fails = 0;
  #openUntil = 0;
  #isProbed = false;

  constructor(maxFails: number, resetMs: number) {
    this.#maxFails = maxFails;
    this.#resetMs = resetMs;
  }

  enter(now: number): boolean {
    if (this.#openUntil === 0) return true;
    if (now < this.#openUntil || this.#isProbed) return false;
    this.#isProbed = true;
    return true;
  }

  succeeded(): void {
    this.#fails = 0;
    this.#openUntil = 0;
    this.#isProbed = false;
  }

  failed(now: number): void {
    this.#isProbed = false;
    if (++this.#fails >= this.#maxFails) this.#openUntil = now + this.#resetMs;
  }
}

/** One execution under a key, with the arguments that the key stands for. */
export interface Execution {
  readonly key: string;
  readonly args: unknown;
  state: 'inProgress' | 'done' | 'unknown';
  result: unknown;
  expiresAt: number;
  /** The execution that ended after this one. */
  later: Execution | undefined;
}

/** Executions by key; those that ended wait for their end in the order in which they ended. */
export class Executions {
  readonly #ttlMs: number;
  readonly #byKey = new Map<string, Execution>();
  #oldest: Execution | undefined;
  #newest: Execution | undefined;

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  find(key: string, now: number): Execution | undefined {
    for (let oldest = this.#oldest; oldest !== undefined && oldest.expiresAt <= now; oldest = this.#oldest) {
      this.#oldest = oldest.later;
      if (this.#oldest === undefined) this.#newest = undefined;
      if (this.#byKey.get(oldest.key) === oldest) this.#byKey.delete(oldest.key);
    }
    return this.#byKey.get(key);
  }

  begin(key: string, args: unknown): Execution {
    const execution: Execution = {
      key,
      args,
      state: 'inProgress',
      result: undefined,
      expiresAt: Number.POSITIVE_INFINITY,
      later: undefined,
    };
    this.#byKey.set(key, execution);
    return execution;
  }

  /** It was refused before its method started: the key is free. */
  free(execution: Execution): void {
    this.#byKey.delete(execution.key);
  }

  end(execution: Execution, state: 'done' | 'unknown', result: unknown, now: number): void {
    execution.state = state;
    execution.result = result;
    execution.expiresAt = now + this.#ttlMs;
    if (this.#newest === undefined) this.#oldest = execution;
    else this.#newest.later = execution;
    this.#newest = execution;
  }
}

/** Facts of a session, by kind and value, with the call that proved them. */
export class Facts {
  readonly #kinds = new Map<string, Map<string, Proof>>();

  add(kind: string, value: string, proof: Proof): void {
    let values = this.#kinds.get(kind);
    if (values === undefined) this.#kinds.set(kind, (values = new Map()));
    values.set(value, proof);
  }

  has(kind: string, value: string, now: number): boolean {
    const proof = this.#kinds.get(kind)?.get(value);
    return proof !== undefined && proof.expiresAt > now;
  }
}

/** Where a fact came from. */
export interface Proof {
  readonly tool: string;
  readonly call: number;
  readonly at: number;
  readonly expiresAt: number;
}
