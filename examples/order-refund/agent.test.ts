import { AgentHost, type Run } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import { SupportAgent } from './agent.js';
import { Shop } from './world.js';

const adas = { customerId: 'cus_ada', orderId: 'ord_58213' };
const bens = { customerId: 'cus_ben', orderId: 'ord_58231' };
const mixedUp = { customerId: 'cus_ada', orderId: 'ord_58231' };

/** A conversation that names two customers. */
async function inConversation(body: (agent: SupportAgent, shop: Shop) => Promise<void>): Promise<void> {
  const shop = new Shop();
  await using host = await AgentHost.create({
    agents: [SupportAgent],
    providers: [{ provide: Shop, useValue: shop }],
  });
  await host.run((run: Run) => {
    run.userSaid('Tickets of cus_ada and cus_ben.');
    return body(run.get(SupportAgent), shop);
  });
}

describe('the support agent', () => {
  test('shows and refunds orders of the customers that they were listed for', () =>
    inConversation(async (agent, shop) => {
      for (const each of [adas, bens]) {
        await agent.listOrders(each);
        expect(await agent.getOrder(each)).toMatchObject({ orderId: each.orderId });
        expect(await agent.refundOrder(each)).toMatchObject(each);
      }
      expect(shop.refunds.map(({ amountCents }) => amountCents)).toEqual([5_900, 34_900]);
    }));

  test('refunds no order to another customer, though both ids are real', () =>
    inConversation(async (agent, shop) => {
      await agent.listOrders(adas);
      await agent.listOrders(bens);
      await expect(agent.refundOrder(mixedUp)).rejects.toMatchObject({ code: 'MISSING_FACT' });
      expect(shop.refunds).toEqual([]);
    }));

  test('refunds no order that was not listed', () =>
    inConversation(async (agent, shop) => {
      await expect(agent.refundOrder(adas)).rejects.toMatchObject({ code: 'MISSING_FACT' });
      expect(shop.refunds).toEqual([]);
    }));

  test('shows no order as that of another customer', () =>
    inConversation(async (agent) => {
      await agent.listOrders(adas);
      await agent.listOrders(bens);
      await expect(agent.getOrder(mixedUp)).rejects.toMatchObject({ code: 'MISSING_FACT' });
    }));

  test('looks only at customers that the user named', () =>
    inConversation(async (agent) => {
      const other = agent.listOrders({ customerId: 'cus_eve' });
      await expect(other).rejects.toMatchObject({ code: 'MISSING_FACT' });
    }));

  test('refunds an order once, however often it is asked to', () =>
    inConversation(async (agent, shop) => {
      await agent.listOrders(adas);
      const first = await agent.refundOrder(adas);
      expect(await agent.refundOrder(adas)).toEqual(first);
      expect(shop.refunds).toHaveLength(1);
    }));
});
