import { type Conversation, isRefusal } from '../runner/conversation.js';
import type { Move } from '../runner/scripted-model.js';
import type { Booking, Receipt } from './world.js';

/** A model that takes a missing answer for a failure, as real ones do: it pays once more before it tells the guest. */
export function impatientModel(seen: Conversation): Move {
  const booking = seen.answerOf<Booking>('getBooking');
  if (booking === undefined) return lookUp(seen.lastUserTurn);
  if (isRefusal(booking) || !('bookingId' in booking)) return { say: 'I cannot find that booking. Is the code right?' };

  const payment = seen.answerOf<Receipt>('payBooking');
  if (payment !== undefined && !isRefusal(payment)) {
    return {
      say: `Your stay is paid: EUR ${payment.amountEur}, receipt ${payment.receipt}. We look forward to seeing you.`,
    };
  }
  if (seen.thisTurn.answersOf('payBooking').length < 2) return pay(booking);
  return {
    say: 'The bank has not confirmed your payment yet, so I will not start another. Please ask me in a few minutes.',
  };
}

function lookUp(userTurn: string): Move {
  const [code] = /\b[A-Z]{4}\d{2}\b/.exec(userTurn) ?? [];
  if (code === undefined) return { say: 'Which booking is it? I need its code.' };
  return { calls: [{ tool: 'getBooking', args: { code } }] };
}

function pay({ bookingId, priceEur }: Booking): Move {
  return { calls: [{ tool: 'payBooking', args: { bookingId, amountEur: priceEur } }] };
}
