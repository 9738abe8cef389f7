import { type Answers, type StateStore, type StoreAnswer, type StoreOperation, UsageError } from '@actguard/core';
import { Connection } from './connection.js';
import { Execution } from './execution.js';
import { KeyNames } from './key-names.js';
import { Leases } from './leases.js';
import { LocalFallback } from './local-fallback.js';
import { Redelivery } from './redelivery.js';
import { commandsOf, type RedisClient } from './redis-client.js';
import type { RequestContext } from './requests.js';
import { SessionMirrors } from './session-mirrors.js';
import { type RedisStoreOptions, readStoreOptions } from './store-options.js';

/**
 * Keeps the state of guards on Redis or Valkey, so that a limit is one limit however many processes there are: a server, a pair
 * behind Sentinel, or a cluster. Each list of operations is one atomic step of the server, by its own clock.
 *
 * Where it cannot be reached guards refuse (`StoreUnavailableError`), after `timeout` at the latest, but for what
 * `onUnavailable` lets go on; it goes on by itself when the server is back.
 *
 * @example
 * const store = new RedisStore(new Redis(process.env.REDIS_URL));
 * const host = await AgentHost.create({ agents: [OrderAgent], store });
 */
export class RedisStore implements StateStore {
  readonly #execution: Execution;
  readonly #leases: Leases;
  readonly #local: LocalFallback;
  readonly #redelivery: Redelivery;

  /**
   * @param client a connected client of `ioredis` (5 or later) or of `redis` (5 or later). It stays yours: close it after the host
   * @param options a prefix, and how long to wait
   * @throws {UsageError} for a client that is none of these, and for wrong options
   */
  constructor(client: RedisClient, options: RedisStoreOptions = {}) {
    const read = readStoreOptions(options);
    const commands = commandsOf(client);
    if (commands === undefined)
      throw new UsageError('RedisStore: the client must be one of ioredis or of redis (node-redis)', {
        code: 'usage.argument',
      });
    if ('options' in client && client.options?.keyPrefix)
      throw new UsageError('RedisStore: the client must have no keyPrefix; use the option prefix of the store', {
        code: 'usage.argument',
      });
    const context: RequestContext = {
      names: new KeyNames(read.prefix),
      mirrors: new SessionMirrors(),
      maxUserTokens: read.maxUserTokensPerSession,
      maxResultLength: read.maxResultLength,
    };
    const limits = {
      leaseMs: read.leaseMs,
      runTtlMs: read.runTtlMs,
      maxFacts: read.maxFactsPerSession,
      maxTokens: read.maxUserTokensPerSession,
    };
    this.#execution = new Execution(new Connection(commands, read), context, limits);
    this.#leases = new Leases(context, read.leaseMs, (requests) => this.#execution.renew(requests));
    this.#local = new LocalFallback(read.onUnavailable);
    this.#redelivery = new Redelivery((operations) => this.#execution.carryOut(operations));
  }

  /**
   * Carries operations out in one step of the server.
   *
   * @throws {RedisUnavailableError} where it cannot be reached; what had begun by then is given back, or lapses
   */
  async apply<const Operations extends readonly StoreOperation[]>(
    operations: Operations,
    now: number,
  ): Promise<Answers<Operations>> {
    return (await this.#apply(operations, now)) as unknown as Answers<Operations>;
  }

  /** Stops renewing what is held. The client stays open. */
  close(): void {
    this.#leases.close();
    this.#redelivery.close();
  }

  async #apply(operations: readonly StoreOperation[], now: number): Promise<readonly StoreAnswer[]> {
    for (const operation of operations) this.#leases.end(operation);
    const local = operations.filter((operation) => this.#local.owns(operation));
    if (local.length > 0) this.#local.apply(local, now);
    const remote = local.length === 0 ? operations : operations.filter((each) => !local.includes(each));
    if (remote.length === 0) return operations.map(() => undefined);
    const answers = await this.#applyRemotely(remote, now);
    if (local.length === 0) return answers;
    // Answers keep their places: what was given back here has none.
    const left = [...answers];
    const all = operations.map((operation) => (local.includes(operation) ? undefined : left.shift()));
    return all.slice(0, operations.indexOf(remote[answers.length - 1] as StoreOperation) + 1);
  }

  async #applyRemotely(operations: readonly StoreOperation[], now: number): Promise<readonly StoreAnswer[]> {
    try {
      const { answers, isRefused } = await this.#execution.carryOut(operations);
      if (!isRefused) for (const [index, operation] of operations.entries()) this.#take(operation, answers[index]);
      return answers;
    } catch (error) {
      if (this.#local.covers(operations)) return this.#local.apply(operations, now);
      this.#redelivery.keep(operations);
      throw error;
    }
  }

  #take(operation: StoreOperation, answer: StoreAnswer): void {
    if (answer === undefined || !('admitted' in answer) || !answer.admitted) return;
    if (operation.op === 'breaker.enter' && !('probe' in answer && answer.probe)) return;
    this.#leases.take(operation);
  }
}
