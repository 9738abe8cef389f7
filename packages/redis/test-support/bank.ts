import {
  Agent,
  AgentHost,
  type AgentHostOptions,
  byUser,
  CircuitBreaker,
  Enforce,
  Idempotent,
  inject,
  MaxAttempts,
  RateLimit,
  requireFact,
  Tool,
} from '@actguard/core';
import { type RedisClient, RedisStore, type RedisStoreOptions } from '../src/index.js';

/** What has really happened, and what a method waits for before it ends. */
export class Ledger {
  readonly effects: string[] = [];
  /** Waited for by every `pay`, after its effect. */
  hold: Promise<unknown> = Promise.resolve();
  /** Thrown by `balance`. */
  failure: Error | undefined;
}

/** An agent with a tool for each kind of state that the store keeps. */
@Agent()
export class Bank {
  readonly #ledger = inject(Ledger);

  @Tool()
  @Idempotent({ key: 'key', within: 'host', shared: true, ttl: '10m' })
  async pay({ key }: { key: string }): Promise<string> {
    this.#ledger.effects.push(key);
    await this.#ledger.hold;
    return `paid ${key}`;
  }

  @Tool()
  @RateLimit({ maxCalls: 5, period: '1h' })
  async list(_args: object): Promise<string> {
    return 'listed';
  }

  @Tool()
  @CircuitBreaker({ name: 'bank', maxFails: 1, resetTimeout: '50ms' })
  async balance(_args: object): Promise<string> {
    await this.#ledger.hold;
    if (this.#ledger.failure) throw this.#ledger.failure;
    return 'balance';
  }

  @Tool()
  @MaxAttempts(3)
  async quote(_args: object): Promise<string> {
    return 'quoted';
  }

  @Tool()
  @Enforce(requireFact('account', 'account'))
  @RateLimit({ maxCalls: 5, period: '1h' })
  async transfer({ account }: { account: string }): Promise<string> {
    return `from ${account}`;
  }

  @Tool()
  @RateLimit({ maxCalls: 1_000, period: '1h', scope: byUser })
  async visit(_args: object): Promise<string> {
    return 'visited';
  }

  @Tool()
  @RateLimit({ maxCalls: 5, period: '1h' })
  @MaxAttempts(3)
  @CircuitBreaker({ name: 'mail' })
  async mail(_args: object): Promise<string> {
    return 'sent';
  }
}

/** A bank on a client: what a user of the store has. */
export class OpenBank implements AsyncDisposable {
  readonly store: RedisStore;
  readonly ledger: Ledger;
  readonly host: AgentHost;

  private constructor(store: RedisStore, host: AgentHost, ledger: Ledger) {
    this.store = store;
    this.host = host;
    this.ledger = ledger;
  }

  static async open(
    client: RedisClient,
    options: RedisStoreOptions = {},
    more: Pick<AgentHostOptions, 'drain'> = {},
  ): Promise<OpenBank> {
    const store = new RedisStore(client, { timeout: '1s', ...options });
    const ledger = new Ledger();
    const host = await AgentHost.create({
      agents: [Bank],
      providers: [{ provide: Ledger, useValue: ledger }],
      store,
      drain: '50ms',
      ...more,
    });
    return new OpenBank(store, host, ledger);
  }

  /** Calls a tool in a run of its own. */
  call<Name extends keyof Bank>(tool: Name, args: Parameters<Bank[Name]>[0], userId = 'alice'): Promise<string> {
    return this.host.run({ userId }, (run) => (run.get(Bank)[tool] as (args: object) => Promise<string>)(args));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.close();
    this.store.close();
  }
}

/** What a call is refused with while the server cannot be asked, and why. */
export const unavailable = (code: 'disconnected' | 'timeout' | 'overloaded' | 'failed'): object => ({
  code: 'guard.store_unavailable',
  cause: { code: `redis.${code}` },
});
