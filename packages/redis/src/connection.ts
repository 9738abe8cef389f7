import { performance } from 'node:perf_hooks';
import type { Commands } from './redis-client.js';
import { SCRIPT, SCRIPT_SHA } from './script.js';
import { RedisUnavailableError } from './unavailable-error.js';

/** How long and how many commands are waited for. */
export interface ConnectionLimits {
  readonly timeoutMs: number;
  readonly maxPending: number;
}

/** About how long clients try to connect again before they give up what they had sent. */
const RESENT_FOR_MS = 10_000;

/** A reply of the script, as far as the connection reads it. */
interface Reply {
  /** The server's time in microseconds. */
  readonly now: string;
  /** It arrived after its deadline, so nothing was carried out. */
  readonly isLate?: boolean;
}

/**
 * Sends scripts, and waits for no answer longer than it may: not for a connection, not for a slow server. What its caller has
 * given up is not carried out late either: it says until when, by the server's own clock, as far as that is known.
 */
export class Connection {
  readonly #commands: Commands;
  readonly #limits: ConnectionLimits;
  #pending = 0;
  /** Calls that wait for the connection. */
  #waiting = 0;
  #becomingReady: Promise<boolean> | undefined;
  /** What the server's clock is ahead of ours at least, in microseconds; of clusters not known, because they have many. */
  #ahead: number | undefined;

  constructor(commands: Commands, limits: ConnectionLimits) {
    this.#commands = commands;
    this.#limits = limits;
  }

  /** Keys of one script must have one hash tag. */
  get isCluster(): boolean {
    return this.#commands.isCluster;
  }

  /** How long an answer is kept for a client that sends its command again; `undefined` where it never does. */
  keepReplyMs(isDue: boolean): number | undefined {
    if (!this.#commands.resends) return undefined;
    // What is not wanted late is refused by its deadline.
    return Math.ceil(isDue || this.isCluster ? RESENT_FOR_MS : 2 * this.#limits.timeoutMs);
  }

  /**
   * Runs the script.
   *
   * @param input what it is given, besides its deadline
   * @param isDue its effects are wanted however late it runs
   * @throws {RedisUnavailableError}
   */
  async send<Answer extends Reply>(keys: string[], input: object, isDue: boolean): Promise<Answer> {
    const until = performance.now() + this.#limits.timeoutMs;
    if (!this.#commands.isReady) {
      this.#admit(this.#waiting);
      this.#waiting++;
      await this.#ready().finally(() => this.#waiting--);
    }
    for (;;) {
      const reply = await this.#run<Answer>(keys, input, isDue, until);
      if (!reply.isLate) return reply;
      // Its clock was set forward, or the deadline has just passed.
      if (performance.now() >= until) throw this.#timeout();
    }
  }

  async #run<Answer extends Reply>(keys: string[], input: object, isDue: boolean, until: number): Promise<Answer> {
    this.#admit(this.#pending);
    const sentAt = performance.now();
    const deadline = isDue || this.#ahead === undefined ? undefined : Math.ceil(until * 1000 + this.#ahead);
    const argument = JSON.stringify(deadline === undefined ? input : { deadline: String(deadline), ...input });
    this.#pending++;
    const answering = this.#evaluate(keys, argument).finally(() => this.#pending--);
    const text = await this.#within(answering, until - sentAt);
    const reply = JSON.parse(text as string) as Answer;
    if (!this.#commands.isCluster) this.#learnClock(Number(reply.now), sentAt, performance.now());
    return reply;
  }

  // The server looked at its clock after we sent and before we heard. What is known stays as long as that leaves it possible: at
  // least, so that a deadline is never later there than here, and the most of that, so that it is hardly earlier.
  #learnClock(now: number, sentAt: number, heardAt: number): void {
    const [least, most] = [now - heardAt * 1000, now - sentAt * 1000];
    this.#ahead = Math.min(Math.max(this.#ahead ?? least, least), most);
  }

  #admit(count: number): void {
    const { maxPending } = this.#limits;
    if (count < maxPending) return;
    throw new RedisUnavailableError('redis.overloaded', `${maxPending} commands wait for an answer of Redis`);
  }

  async #evaluate(keys: string[], argument: string): Promise<unknown> {
    try {
      return await this.#commands.evalSha(SCRIPT_SHA, keys, argument);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw this.#failed(error);
    }
    try {
      return await this.#commands.eval(SCRIPT, keys, argument);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #within(answering: Promise<unknown>, ms: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#timeout()), Math.max(ms, 1));
      answering.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** Waits for the connection, all callers together: from when it was missed first, not each from its own call. */
  async #ready(): Promise<void> {
    if (!this.#commands.isClosed) {
      this.#becomingReady ??= this.#becomeReady();
      const isReady = await this.#becomingReady;
      // Later ones fail at once, until it is back.
      if (isReady || this.#commands.isReady) return;
    }
    throw this.#disconnected(`no connection to Redis for ${this.#limits.timeoutMs} ms`);
  }

  async #becomeReady(): Promise<boolean> {
    const isReady = await new Promise<boolean>((resolve) => {
      const stop = this.#commands.onceReady(() => done(true));
      const timer = setTimeout(() => done(false), this.#limits.timeoutMs);
      const done = (is: boolean): void => {
        stop();
        clearTimeout(timer);
        resolve(is);
      };
    });
    if (isReady) this.#becomingReady = undefined;
    else this.#forgetOnceReady();
    return isReady;
  }

  // The next time that it is missed is waited for again.
  #forgetOnceReady(): void {
    const stop = this.#commands.onceReady(() => {
      stop();
      this.#becomingReady = undefined;
    });
  }

  #timeout(): RedisUnavailableError {
    return new RedisUnavailableError('redis.timeout', `no answer of Redis within ${this.#limits.timeoutMs} ms`);
  }

  #disconnected(message: string, cause?: unknown): RedisUnavailableError {
    return new RedisUnavailableError(
      'redis.disconnected',
      this.#commands.isClosed
        ? 'the Redis client is not connected: connect it before the first call, and close it after the last'
        : message,
      { cause },
    );
  }

  #failed(error: unknown): RedisUnavailableError {
    const message = error instanceof Error ? error.message : String(error);
    return ANSWERED.test(message)
      ? new RedisUnavailableError('redis.failed', `Redis: ${message}`, { cause: error })
      : this.#disconnected(`the connection to Redis was lost: ${message}`, error);
  }
}

// Errors of the server begin with a code, such as `OOM`. Those of the clients, whose classes are many, are sentences.
const ANSWERED = /^[A-Z]{2}/;
