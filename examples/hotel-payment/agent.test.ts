import { AgentHost } from '@actguard/core';
import { expect, test } from '@jest/globals';
import { HotelAgent } from './agent.js';
import { Hotel } from './world.js';

const PAYMENT = { bookingId: 'bk_7301', amountEur: 630 };
const DAY = 24 * 3_600_000;

async function desk(body: (pay: (payment?: typeof PAYMENT) => Promise<unknown>, hotel: Hotel) => Promise<void>) {
  const hotel = new Hotel();
  await using host = await AgentHost.create({
    agents: [HotelAgent],
    providers: [{ provide: Hotel, useValue: hotel }],
    clock: hotel.clock,
  });
  // Each call in a conversation of its own: the guest may well ask again in another.
  const pay = (payment = PAYMENT) => host.run({ userId: 'noor' }, (run) => run.get(HotelAgent).payBooking(payment));
  await body(pay, hotel);
}

async function payInVain(pay: () => Promise<unknown>, hotel: Hotel) {
  const answer = expect(pay()).rejects.toMatchObject({ code: 'tool.timeout', timeoutMs: 20_000 });
  await hotel.clock.advance(20_000);
  await answer;
}

test('says after 20 seconds that the outcome is open, and starts no second payment', () =>
  desk(async (pay, hotel) => {
    await payInVain(pay, hotel);
    await expect(pay()).rejects.toMatchObject({ code: 'guard.idempotency_outcome_unknown' });
    await hotel.clock.advance(DAY);
    expect(hotel.receipts).toHaveLength(1);
  }));

test('refuses a repeat while the payment is under way', () =>
  desk(async (pay, hotel) => {
    const first = expect(pay()).rejects.toMatchObject({ code: 'tool.timeout' });
    await expect(pay()).rejects.toMatchObject({ code: 'guard.idempotency_in_progress' });
    await hotel.clock.advance(20_000);
    await first;
  }));

test('gives a repeat the receipt that came late, days later too', () =>
  desk(async (pay, hotel) => {
    await payInVain(pay, hotel);
    await hotel.clock.advance(6 * DAY);
    await expect(pay()).resolves.toEqual({ receipt: 'rc_1', ...PAYMENT });
    expect(hotel.receipts).toHaveLength(1);
  }));

test('refuses to pay a booking again with another amount', () =>
  desk(async (pay, hotel) => {
    await hotel.clock.advance(90_000);
    await pay();
    await expect(pay({ ...PAYMENT, amountEur: 63 })).rejects.toMatchObject({ code: 'guard.idempotency_conflict' });
    expect(hotel.receipts).toHaveLength(1);
  }));
