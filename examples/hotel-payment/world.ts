import { TestClock } from '@actguard/core/testing';

/** A booked stay. */
export interface Booking {
  readonly bookingId: string;
  readonly code: string;
  readonly guest: string;
  readonly nights: number;
  readonly priceEur: number;
}

/** Money taken from a card. */
export interface Receipt {
  readonly receipt: string;
  readonly bookingId: string;
  readonly amountEur: number;
}

const JAM_MS = 90_000;

const BOOKINGS: readonly Booking[] = [
  { bookingId: 'bk_7301', code: 'RIVA42', guest: 'noor', nights: 3, priceEur: 630 },
];

/** A hotel and its bank, on a clock of their own. For the first 90 seconds payments are taken in, but not answered. */
export class Hotel {
  readonly clock = new TestClock(Date.parse('2026-03-14T18:00:00Z'));
  readonly receipts: Receipt[] = [];
  readonly #clearAt = this.clock.now() + JAM_MS;

  findBooking(code: string): Booking | undefined {
    return BOOKINGS.find((booking) => booking.code === code);
  }

  /** Once the bank has the request, the money will be taken, however long its answer takes. */
  async charge(bookingId: string, amountEur: number): Promise<Receipt> {
    const booking = BOOKINGS.find((each) => each.bookingId === bookingId);
    if (booking === undefined) throw new Error(`there is no booking ${bookingId}`);
    await this.#bankAnswers();
    const receipt = { receipt: `rc_${this.receipts.length + 1}`, bookingId, amountEur };
    this.receipts.push(receipt);
    return receipt;
  }

  async #bankAnswers(): Promise<void> {
    const waitMs = this.#clearAt - this.clock.now();
    if (waitMs > 0) await new Promise<void>((resolve) => this.clock.schedule(resolve, waitMs));
  }
}
