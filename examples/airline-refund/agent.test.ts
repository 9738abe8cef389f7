import { AgentHost } from '@actguard/core';
import { expect, test } from '@jest/globals';
import { RefundAgent } from './agent.js';
import { Airline } from './world.js';

const [outbound, homebound] = ['Q7H2KP', 'M3D9XA'];

/** A session in which both trips were looked up and the one home was previewed. */
async function inSession(
  body: (host: AgentHost, airline: Airline, confirmToken: string) => Promise<void>,
): Promise<void> {
  const airline = new Airline();
  await using host = await AgentHost.create({
    agents: [RefundAgent],
    providers: [{ provide: Airline, useValue: airline }],
  });
  const confirmToken = await host.run({ userId: 'john', sessionId: 'desk' }, async (run) => {
    const agent = run.get(RefundAgent);
    await agent.getTrip({ pnr: outbound });
    await agent.getTrip({ pnr: homebound });
    const preview = await agent.refundPreview({ tripId: 'trip_51c0', reason: 'bereavement' });
    return preview.allowed ? preview.confirmToken : '';
  });
  await body(host, airline, confirmToken);
}

const pay = (host: AgentHost, tripId: string, confirmToken: string) =>
  host.run({ userId: 'john', sessionId: 'desk' }, (run) => run.get(RefundAgent).legacyRefund({ tripId, confirmToken }));

test('takes a token for its own trip only', () =>
  inSession(async (host, airline, token) => {
    await expect(pay(host, 'trip_82af', token)).rejects.toMatchObject({ code: 'MISSING_FACT' });
    expect(airline.payouts).toEqual([]);
    await expect(pay(host, 'trip_51c0', token)).resolves.toMatchObject({ amountUsd: 640 });
  }));

test('takes a token once', () =>
  inSession(async (host, airline, token) => {
    await pay(host, 'trip_51c0', token);
    await expect(pay(host, 'trip_51c0', token)).rejects.toMatchObject({ code: 'MISSING_FACT' });
    expect(airline.payouts).toHaveLength(1);
  }));

test('gives a repeat in the same run the first answer', () =>
  inSession(async (host, airline, token) => {
    await host.run({ userId: 'john', sessionId: 'desk' }, async (run) => {
      const refund = { tripId: 'trip_51c0', confirmToken: token };
      const first = await run.get(RefundAgent).legacyRefund(refund);
      expect(await run.get(RefundAgent).legacyRefund(refund)).toEqual(first);
    });
    expect(airline.payouts).toHaveLength(1);
  }));

test('previews only trips that were looked up, and stops after three attempts', async () => {
  await using host = await AgentHost.create({ agents: [RefundAgent], providers: [Airline] });
  await host.run(async (run) => {
    const agent = run.get(RefundAgent);
    const preview = agent.refundPreview({ tripId: 'trip_51c0', reason: 'bereavement' });
    await expect(preview).rejects.toMatchObject({ code: 'MISSING_FACT' });
    const codes: string[] = [];
    for (const confirmToken of ['a', 'b', 'c', 'd']) {
      await agent.legacyRefund({ tripId: 'trip_51c0', confirmToken }).catch(({ code }) => codes.push(code));
    }
    expect(codes.map((code) => code === 'MISSING_FACT')).toEqual([true, true, true, false]);
  });
});
