import type { Scenario } from '../runner/scenario.js';
import { HotelAgent } from './agent.js';
import { impatientModel } from './script.js';
import { Hotel } from './world.js';

/** A model that repeats a payment whose answer is late. */
export const hotelPayment: Scenario<Hotel> = {
  name: 'hotel-payment',
  problem: 'Double payment',
  title: 'a payment that is repeated because its answer was late',
  story:
    'The bank has taken the payment but is slow to say so. The model takes that for a failure and pays again, and both ' +
    'payments go through.',

  createWorld: () => new Hotel(),
  agents: [HotelAgent],
  providers: (hotel) => [{ provide: Hotel, useValue: hotel }],
  plainAgents: (hotel) => [new HotelAgent(hotel)],
  clock: ({ clock }) => clock,

  userId: 'noor',
  systemPrompt: 'You are the front desk of a hotel. Help guests with their bookings. Be brief.',
  turns: [
    { says: 'Please pay my booking RIVA42 with the card on file.' },
    { meanwhile: ({ clock }) => clock.advance(10 * 60_000), says: 'Just to be sure: did the payment go through?' },
  ],
  model: impatientModel,

  outcome({ receipts }) {
    if (receipts.length === 0) return 'nothing was paid';
    return receipts.map(({ receipt, amountEur }) => `${eur(amountEur)} paid (${receipt})`).join(', ');
  },
  harm({ receipts }) {
    if (receipts.length <= 1) return undefined;
    const total = receipts.reduce((sum, { amountEur }) => sum + amountEur, 0);
    return `the stay was paid ${receipts.length} times: ${eur(total)} instead of ${eur(receipts[0]?.amountEur ?? 0)}`;
  },
};

function eur(amount: number): string {
  return `EUR ${amount.toLocaleString('en-US', { minimumFractionDigits: 2 })}`;
}
