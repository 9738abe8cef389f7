import { type Conversation, isRefusal } from '../runner/conversation.js';
import type { Move } from '../runner/scripted-model.js';
import type { Order, Refund } from './world.js';

type Listed = Pick<Order, 'orderId' | 'item' | 'status'>;

/**
 * A model that loses the thread, as real ones do in long conversations: it refunds the headphones that it read about last,
 * and these need not be the right customer's. It goes by what it was sent alone, so it cannot tell a guarded run from a
 * bare one.
 */
export function distractedModel(seen: Conversation): Move {
  const [first, second] = customersIn(seen.lastUserTurn);
  if (first === undefined || second === undefined) return { say: 'Which customers is it about? I need both ids.' };

  const listings = seen.answersOf<readonly Listed[]>('listOrders');
  const [ofFirst, ofSecond] = listings.map(headphonesIn);
  if (listings.length === 0) return call('listOrders', { customerId: first });
  if (ofFirst === undefined) return { say: `I find no headphones among the orders of ${first}.` };

  if (seen.answerOf('getOrder') === undefined)
    return call('getOrder', { customerId: first, orderId: ofFirst.orderId }, 'These must be the broken ones.');
  if (listings.length === 1) return call('listOrders', { customerId: second }, 'Now the other ticket.');

  const refunds = seen.answersOf<Refund>('refundOrder');
  const refund = refunds.at(-1);
  if (refund !== undefined && !isRefusal(refund)) {
    const paid = `USD ${(refund.amountCents / 100).toFixed(2)} went back to ${first} for ${refund.orderId}.`;
    return { say: `${paid} The headphones of ${second} are ${ofSecond?.status ?? 'nowhere to be found'}.` };
  }
  if (refunds.length === 2) return { say: `I could not refund the headphones of ${first}. Please look into it.` };
  if (refunds.length === 1 && listings.length === 2)
    return call('listOrders', { customerId: first }, 'That was not the right id. I look again.');

  const { orderId } = headphonesIn(listings.at(-1)) ?? ofFirst;
  return call('refundOrder', { customerId: first, orderId }, 'I refund the headphones.');
}

function customersIn(userTurn: string): string[] {
  return [...userTurn.matchAll(/\bcus_\w+/g)].map(([id]) => id);
}

function headphonesIn(listing: unknown): Listed | undefined {
  return Array.isArray(listing) ? listing.find(({ item }: Listed) => item === 'headphones') : undefined;
}

function call(tool: string, args: Readonly<Record<string, unknown>>, say?: string): Move {
  return { ...(say !== undefined && { say }), calls: [{ tool, args }] };
}
