import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  CircuitBreaker,
  defineGuard,
  Enforce,
  Idempotent,
  MaxAttempts,
  MemoryStore,
  Prove,
  RateLimit,
  requireFact,
  type StateStore,
  Timeout,
  Tool,
  threshold,
} from '../index.js';

/** Answers later, and keeps what it was asked. */
class FarStore implements StateStore {
  readonly trips: string[][] = [];
  readonly #memory = new MemoryStore();

  async apply(operations: readonly any[], now: number): Promise<any> {
    this.trips.push(operations.map(({ op }) => op));
    return this.#memory.apply(operations, now);
  }
}

interface Payment {
  orderId: string;
  amount: number;
  idempotencyKey: string;
}

const Custom = defineGuard({ name: 'slowly', create: () => ({ admit: async () => {} }) }) as any;

@Agent()
class Bank {
  @Tool()
  @Prove({ kind: 'order_id', extract: 'id' })
  async orders(): Promise<{ id: string }[]> {
    return [{ id: 'o1' }];
  }

  @Tool()
  @Idempotent()
  @MaxAttempts(3)
  @Enforce(requireFact('orderId', 'order_id'), threshold('amount', { max: 10 }))
  @CircuitBreaker({ name: 'bank' })
  @RateLimit()
  @Timeout('1s')
  @Prove({ kind: 'receipt', extract: 'id' })
  async pay(args: Payment): Promise<{ id: string }> {
    return { id: `r-${args.orderId}` };
  }
}

describe('a store that is asynchronous', () => {
  const store = new FarStore();
  let host: AgentHost;
  afterEach(() => host.close());

  it('admits a call through all guards in one trip, and learns how it ended in another', async () => {
    host = await AgentHost.create({ agents: [Bank], store });
    await host.run({ userId: 'alice' }, async (run) => {
      const bank = run.get(Bank);
      await bank.orders();
      store.trips.length = 0;
      expect(await bank.pay({ orderId: 'o1', amount: 5, idempotencyKey: 'k' })).toEqual({ id: 'r-o1' });
      expect(store.trips).toEqual([
        ['idempotency.begin', 'attempt.take', 'fact.require', 'breaker.enter', 'rate.take'],
        ['fact.add', 'breaker.leave', 'idempotency.finish'],
      ]);

      store.trips.length = 0;
      await expect(bank.pay({ orderId: 'o2', amount: 5, idempotencyKey: 'k2' })).rejects.toMatchObject({
        code: 'MISSING_FACT',
      });
      expect(store.trips).toHaveLength(1);

      store.trips.length = 0;
      expect(await bank.pay({ orderId: 'o1', amount: 5, idempotencyKey: 'k' })).toEqual({ id: 'r-o1' });
      expect(store.trips).toEqual([
        ['idempotency.begin', 'attempt.take', 'fact.require', 'breaker.enter', 'rate.take'],
        ['fact.require'],
      ]);
    });
  });

  it('is asked for policy once more after a guard of your own took its time, and only then for capacity', async () => {
    @Agent()
    class Slow {
      @Tool()
      @Enforce(requireFact('id', 'order_id'))
      @Custom()
      @CircuitBreaker({ name: 'slow' })
      @RateLimit()
      async act(_args: { id: string }): Promise<void> {}
    }
    host = await AgentHost.create({ agents: [Slow], store });
    await host.run(async (run) => {
      run.facts.add('order_id', 'o1');
      await run.facts.has('order_id', 'o1');
      store.trips.length = 0;
      await run.get(Slow).act({ id: 'o1' });
      expect(store.trips[0]).toEqual(['fact.require']);
      expect(store.trips[1]).toEqual(['fact.require', 'breaker.enter', 'rate.take']);
    });
  });
});
