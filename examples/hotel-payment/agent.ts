import { Agent, Idempotent, inject, Timeout, Tool } from '@actguard/core';
import * as v from 'valibot';
import { Hotel } from './world.js';

const Code = v.object({ code: v.string() });
const Payment = v.object({ bookingId: v.string(), amountEur: v.number() });

/** The front desk of a hotel. It takes payments through a bank that is sometimes slow. */
@Agent()
export class HotelAgent {
  readonly #hotel: Hotel;

  constructor(hotel = inject(Hotel)) {
    this.#hotel = hotel;
  }

  @Tool({ description: 'Look up a booking by its code.', input: Code })
  async getBooking({ code }: v.InferOutput<typeof Code>) {
    return this.#hotel.findBooking(code) ?? { notFound: code };
  }

  // A booking is paid once, so its id is the key: the model has nothing to invent. Repeats count in every conversation of
  // the guest (`within: 'host'`), and until the stay. After 20 seconds the model hears that the outcome is open instead of
  // that it failed. The bank takes no request back, so there is nothing to do with `call.signal`: what it answers late is
  // kept, and the next repeat gets it.
  @Tool({ description: 'Pay a booking with the card on file.', input: Payment })
  @Idempotent({ key: 'bookingId', within: 'host', ttl: '7d' })
  @Timeout('20s')
  async payBooking({ bookingId, amountEur }: v.InferOutput<typeof Payment>) {
    return this.#hotel.charge(bookingId, amountEur);
  }
}
