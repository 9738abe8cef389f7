import { performance } from 'node:perf_hooks';
import type { Commands } from './redis-client.js';
import { SCRIPT, SCRIPT_SHA } from './script.js';
import { RedisUnavailableError } from './unavailable-error.js';

/** How long and how many commands are waited for. */
export interface ConnectionLimits {
  readonly timeoutMs: number;
  readonly maxPending: number;
}

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
  #becomingReady: Promise<boolean> | undefined;
  /** What the server's clock, in microseconds, is ahead of ours; of clusters not known, because they have many. */
  #ahead: number | undefined;

  constructor(commands: Commands, limits: ConnectionLimits) {
    this.#commands = commands;
    this.#limits = limits;
  }

  /** Keys of one script must have one hash tag. */
  get isCluster(): boolean {
    return this.#commands.isCluster;
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
    if (!this.#commands.isReady) await this.#ready();
    for (;;) {
      const reply = await this.#run<Answer>(keys, input, isDue, until);
      if (!reply.isLate) return reply;
      // Its clock was set forward, or the deadline has just passed.
      if (performance.now() >= until) throw this.#timeout();
    }
  }

  async #run<Answer extends Reply>(keys: string[], input: object, isDue: boolean, until: number): Promise<Answer> {
    if (this.#pending >= this.#limits.maxPending) {
      const { maxPending } = this.#limits;
      throw new RedisUnavailableError('redis.overloaded', `${maxPending} commands wait for an answer of Redis`);
    }
    const sentAt = performance.now();
    const deadline = isDue || this.#ahead === undefined ? undefined : Math.ceil(until * 1000 + this.#ahead);
    const argument = JSON.stringify(deadline === undefined ? input : { deadline: String(deadline), ...input });
    this.#pending++;
    const answering = this.#evaluate(keys, argument).finally(() => this.#pending--);
    const text = await this.#within(answering, until - sentAt);
    const reply = JSON.parse(text as string) as Answer;
    if (!this.#commands.isCluster) this.#ahead = Number(reply.now) - sentAt * 1000;
    return reply;
  }

  async #evaluate(keys: string[], argument: string): Promise<unknown> {
    try {
      return await this.#commands.evalSha(SCRIPT_SHA, keys, argument);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw failed(error);
    }
    try {
      return await this.#commands.eval(SCRIPT, keys, argument);
    } catch (error) {
      throw failed(error);
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
    const { timeoutMs } = this.#limits;
    throw new RedisUnavailableError(
      'redis.disconnected',
      this.#commands.isClosed
        ? 'the Redis client is not connected: connect it before the first call, and close it after the last'
        : `no connection to Redis for ${timeoutMs} ms`,
    );
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
}

function failed(error: unknown): RedisUnavailableError {
  const message = error instanceof Error ? error.message : String(error);
  return new RedisUnavailableError('redis.failed', `Redis: ${message}`, { cause: error });
}
