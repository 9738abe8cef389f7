import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import {
  Agent,
  AgentHost,
  byUser,
  CircuitBreaker,
  currentCall,
  Enforce,
  Idempotent,
  inject,
  Prove,
  RateLimit,
  requireFact,
  Timeout,
  Tool,
} from '../index.js';

class OrderRepository {
  readonly deleted: string[] = [];
  of(userId: string) {
    return [{ id: 'o1', userId }];
  }
  async delete(id: string, _options: { signal: AbortSignal }) {
    this.deleted.push(id);
    return { deleted: id };
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

describe('the design example', () => {
  it('deletes an order that was listed, and refuses one that was not', async () => {
    const host = await AgentHost.create({ agents: [OrderAgent], providers: [OrderRepository] });
    await host.run({ userId: 'alice' }, async (run) => {
      const agent = run.get(OrderAgent);
      await expect(agent.deleteOrder({ orderId: 'o1', idempotencyKey: 'k1' })).rejects.toMatchObject({
        code: 'MISSING_FACT',
      });
      await agent.listOrders({ userId: 'alice' });
      expect(await agent.deleteOrder({ orderId: 'o1', idempotencyKey: 'k1' })).toEqual({ deleted: 'o1' });
      expect(await agent.deleteOrder({ orderId: 'o1', idempotencyKey: 'k1' })).toEqual({ deleted: 'o1' });
      expect(host.get(OrderRepository).deleted).toEqual(['o1']);
    });
    console.log(String(host.explain(OrderAgent)));
    await host.close();
  });
});
