import { type FactsView, type Rule, rule } from '@actguard/core';
import { userSaid } from './words.js';

/**
 * What the user asked for. What cannot be undone, or costs money, is done only for users who spoke of it at all. That is no consent
 * to each single deletion: who asks to delete one mail can be made to lose another. But a task that was to find out something
 * deletes nothing, whatever a text says.
 *
 * The words are English; put in those of your users.
 */

/** Only where the user spoke of deleting. */
export function askedToDelete<Args>(): Rule<Args> {
  return asked('asked to delete', GONE);
}

/**
 * Only where somebody spoke of cancelling, or of deleting.
 *
 * @param says whose words count; the user's, unless you say otherwise
 */
export function askedToCancel<Args>(says: SaysOf = userSaid): Rule<Args> {
  return asked('asked to cancel', [...OFF, ...GONE], says);
}

/** Only where the user spoke of booking something. */
export function askedToBook<Args>(): Rule<Args> {
  return asked('asked to book', BOOKED);
}

/** Only where the user spoke of giving something back that was bought. */
export function askedToReturn<Args>(): Rule<Args> {
  return asked('asked to return', [...BACK, ...OFF]);
}

/** Only where the user spoke of another owner. */
export function askedToHandOver<Args>(): Rule<Args> {
  return asked('asked to hand over', ANOTHERS);
}

/** Only where the user spoke of their password. */
export function askedAboutPassword<Args>(): Rule<Args> {
  return asked('asked about the password', ['password', 'passwords', 'passcode', 'passphrase', 'credentials']);
}

/** Only where the user spoke of their cart. */
export function askedAboutCart<Args>(): Rule<Args> {
  return asked('asked about the cart', CART);
}

/** Words of users for what they have put together in a shop. */
export const CART = ['cart', 'basket', 'trolley'];

/** Words of users who want to pay. */
export const PAYING = [
  ...formsOf('pay', 'settle', 'transfer'),
  ...['paid', 'payment', 'payments', 'bill', 'bills', 'invoice', 'invoices', 'fee', 'fees', 'rent', 'money', 'due'],
];

/** Words of users who want something to be gone. */
const GONE = [...formsOf('delete', 'remove', 'erase', 'discard', 'trash', 'wipe', 'revoke'), 'deletion', 'get rid of'];

/** Words of users who want an appointment or an order to be off. */
const OFF = [...formsOf('cancel'), 'cancelled', 'cancelling', 'cancellation', 'call off', 'called off'];

const BOOKED = [
  ...formsOf('book', 'reserve', 'rent', 'hire', 'arrange'),
  ...['booking', 'bookings', 'reservation', 'reservations', 'rental'],
];

const BACK = [...formsOf('refund', 'return'), 'refunds', 'give back', 'send back', 'money back', 'sent back'];

const ANOTHERS = [
  ...formsOf('transfer'),
  'transferred',
  'transferring',
  'owner',
  'ownership',
  'hand over',
  'give away',
];

/** Whether somebody said a text. */
export type SaysOf = (facts: FactsView, text: string) => boolean;

function asked<Args>(name: string, words: readonly string[], says: SaysOf = userSaid): Rule<Args> {
  return rule<Args>(name, (_, facts) => words.some((word) => says(facts, word)) || 'The user did not ask for this.', {
    hint: 'Leave it as it is. Tell the user where you think that they want it.',
  });
}

/** `delete`, `deletes`, `deleted` and `deleting` of `delete`. */
function formsOf(...verbs: readonly string[]): string[] {
  return verbs.flatMap((verb) => {
    const stem = verb.replace(/e$/, '');
    return [verb, `${verb}s`, `${stem}ed`, `${stem}ing`];
  });
}
