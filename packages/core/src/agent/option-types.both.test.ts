import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import * as v from 'valibot';
import {
  Agent,
  AgentHost,
  argumentsKey,
  blockRegex,
  bySession,
  byUser,
  CircuitBreaker,
  currentCall,
  Enforce,
  Idempotent,
  inject,
  MaxAttempts,
  Prove,
  RateLimit,
  requireCall,
  requireFact,
  rule,
  Timeout,
  Tool,
  threshold,
} from '../index.js';

interface Order {
  readonly id: string;
}

class OrderRepository {
  readonly deleted: string[] = [];

  async of(_userId: string): Promise<Order[]> {
    return [{ id: 'o1' }];
  }

  async delete(id: string, _options: { readonly signal: AbortSignal }): Promise<boolean> {
    this.deleted.push(id);
    return true;
  }
}

@Agent()
class OrderAgent {
  readonly #orders = inject(OrderRepository);

  @Tool({ description: 'List a customer’s orders.', input: v.object({ userId: v.string() }) })
  @RateLimit({ maxCalls: 5, period: '1m', scope: byUser })
  @Prove({ kind: 'order_id', extract: 'id' })
  async listOrders(args: { userId: string }) {
    return this.#orders.of(args.userId);
  }

  @Tool({ description: 'Delete an order.', input: v.object({ orderId: v.string(), idempotencyKey: v.string() }) })
  @Enforce(requireFact('orderId', 'order_id'))
  @Idempotent({ ttl: '10m' })
  @CircuitBreaker({ name: 'postgres', maxFails: 3, resetTimeout: '1m' })
  @Timeout('2s')
  async deleteOrder(args: { orderId: string; idempotencyKey: string }, call = currentCall()) {
    return this.#orders.delete(args.orderId, { signal: call.signal });
  }
}

interface Transfer {
  orderId: string;
  amount: number;
  note?: string;
  urgent: boolean;
  to: string[];
  flights: { number: string; price: number; seats: { row: number }[] }[];
  customer: { id: string };
  idempotencyKey: string;
}

/** What must compile. */
class Accepts {
  @Tool()
  @RateLimit({ scope: bySession })
  @Idempotent()
  @MaxAttempts(3)
  @Prove({ kind: 'x', extract: (result) => result.id, about: 'orderId' })
  @Enforce(
    requireFact('orderId', 'order_id', { about: 'idempotencyKey', from: ['tool', 'user', 'OrderAgent.listOrders'] }),
    requireFact('flights[].number', 'flight'),
    requireFact('to[]', 'mail', { match: 'loose', optional: true }),
    requireFact('to', 'mail'),
    requireFact('customer.id', 'customer'),
    requireFact('note', 'note', { optional: true }),
    requireCall('OrderAgent.preview', { within: '10m' }),
    threshold('amount', { max: 100 }),
    threshold('flights[].price', { min: 0 }),
    threshold('flights[].seats[].row', { min: 0 }),
    blockRegex('note', /secret/i),
    rule('own', (args, facts) => args.amount < 5 && facts.has('a', args.orderId)),
  )
  async all(args: Transfer): Promise<{ id: string }> {
    return { id: args.orderId };
  }

  @Idempotent({
    key: 'orderId',
    succeeded: (result) => result.ok,
    reconcile: async (args) => ({ outcome: 'done', result: { ok: args.orderId !== '' } }),
  })
  async byName(_args: { orderId: string }): Promise<{ ok: boolean }> {
    return { ok: true };
  }

  @Idempotent({ key: argumentsKey, within: 'host', shared: true })
  async byArguments(_args: { amount: number }): Promise<void> {}

  @RateLimit({ scope: 'orderId' })
  @RateLimit({ scope: (args) => args.orderId })
  async scoped(_args: { orderId: number }): Promise<void> {}

  @Tool({
    input: v.object({ orderId: v.string(), amount: v.number() }),
    rateLimit: { scope: 'orderId' },
    enforce: [requireFact('orderId', 'order_id'), threshold('amount', { max: 5 })],
    prove: { kind: 'receipt', extract: 'id' },
    timeout: '2s',
    maxAttempts: 3,
    circuitBreaker: { name: 'db' },
    idempotent: { key: 'orderId' },
  })
  async inOne(args: { orderId: string; amount: number }): Promise<{ id: string }> {
    return { id: args.orderId };
  }

  @Tool({ enforce: [requireFact('orderId', 'order_id')], rateLimit: { scope: 'orderId' } })
  async inOneWithoutSchema(args: { orderId: string }): Promise<{ id: string }> {
    return { id: args.orderId };
  }

  @Tool({ input: v.object({ orderId: v.string(), more: v.optional(v.number()) }) })
  async readsLess(_args: { orderId: string }): Promise<void> {}

  @Tool()
  @RateLimit()
  async noArguments(): Promise<number> {
    return 1;
  }

  @Tool()
  @Timeout(500)
  async *stream(_args: { n: number }): AsyncGenerator<number> {
    yield 1;
  }
}

/** What must not, each at the option itself. */
class Rejects {
  // @ts-expect-error misspelt argument
  @RateLimit({ scope: 'orderID' })
  async misspeltScope(_args: { orderId: string }): Promise<void> {}

  // @ts-expect-error a boolean is no id
  @RateLimit({ scope: 'urgent' })
  async booleanScope(_args: Transfer): Promise<void> {}

  // @ts-expect-error no arguments at all
  @RateLimit({ scope: 'orderId' })
  async scopeWithoutArguments(): Promise<void> {}

  // @ts-expect-error misspelt argument of a rule
  @Enforce(requireFact('order', 'order_id'))
  async misspeltFact(_args: { orderId: string }): Promise<void> {}

  // @ts-expect-error misspelt path
  @Enforce(requireFact('flights[].no', 'flight'))
  async misspeltPath(_args: Transfer): Promise<void> {}

  // @ts-expect-error about names no argument
  @Enforce(requireFact('orderId', 'order_id', { about: 'userId' }))
  async misspeltAbout(_args: { orderId: string }): Promise<void> {}

  // @ts-expect-error a threshold on a text
  @Enforce(threshold('orderId', { max: 1 }))
  async textThreshold(_args: { orderId: string }): Promise<void> {}

  // @ts-expect-error a list needs []
  @Enforce(threshold('amounts', { max: 1 }))
  async listThreshold(_args: { amounts: number[] }): Promise<void> {}

  // @ts-expect-error a source that is neither known nor a tool's name
  @Enforce(requireFact('orderId', 'order_id', { from: ['model'] }))
  async unknownSource(_args: { orderId: string }): Promise<void> {}

  // @ts-expect-error no argument idempotencyKey, and no key
  @Idempotent()
  async noKey(_args: { orderId: string }): Promise<void> {}

  // @ts-expect-error key names no argument
  @Idempotent({ key: 'orderID' })
  async misspeltKey(_args: { orderId: string }): Promise<void> {}

  // @ts-expect-error about names no argument
  @Prove({ kind: 'x', extract: 'id', about: 'user' })
  async misspeltProveAbout(_args: { userId: string }): Promise<void> {}

  // @ts-expect-error the schema's output is not what the method takes
  @Tool({ input: v.object({ orderId: v.number() }) })
  async otherSchema(_args: { orderId: string }): Promise<void> {}

  // @ts-expect-error the schema transforms: code would have to send a text and the method would get a number
  @Tool({ input: v.object({ amount: v.pipe(v.string(), v.transform(Number)) }) })
  async transforms(_args: { amount: number }): Promise<void> {}

  // @ts-expect-error not a promise
  @Tool()
  sync(_args: { n: number }): number {
    return 1;
  }

  // @ts-expect-error no such unit
  @Timeout('2 seconds')
  async unit(): Promise<void> {}

  @Tool({
    input: v.object({ orderId: v.string() }),
    // @ts-expect-error misspelt argument, in one declaration
    rateLimit: { scope: 'orderID' },
  })
  async inOne(_args: { orderId: string }): Promise<void> {}

  @Tool({
    input: v.object({ orderId: v.string() }),
    // @ts-expect-error misspelt argument of a rule, in one declaration
    enforce: [requireFact('order', 'order_id')],
  })
  async ruleInOne(_args: { orderId: string }): Promise<void> {}
}

describe('the types of options', () => {
  it('give the guarded agent the type of its class', async () => {
    const host = await AgentHost.create({ agents: [OrderAgent], providers: [OrderRepository] });
    const deleted = await host.run({ userId: 'alice' }, async (run) => {
      const agent = run.get(OrderAgent);
      expectTypeOf(agent).toEqualTypeOf<OrderAgent>();
      await agent.listOrders({ userId: 'alice' });
      await agent.deleteOrder({ orderId: 'o1', idempotencyKey: 'k1' });
      return host.get(OrderRepository).deleted;
    });
    expectTypeOf(deleted).toEqualTypeOf<string[]>();
    expect(deleted).toEqual(['o1']);
    await host.close();
  });

  it('are checked by the compiler above', () => {
    expect([Accepts.name, Rejects.name]).toEqual(['Accepts', 'Rejects']);
  });
});
