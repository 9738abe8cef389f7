import { type FactAbout, type FactsView, factAbout, type Rule, requireFact, rule, threshold } from '@actguard/core';
import { spellingsOf } from './amounts.js';

/**
 * Where money may go, and how much of it.
 *
 * An account is known if the user named it, if a bill of theirs asks to be paid to it, or if it stands in the history. But who
 * merely sent something is no payee: a cent is enough to stand in the history, with an order to the agent in the subject. Still,
 * people have to be paid back. So a mere sender can get what the user owes them, once. That makes nobody a payee either, or a
 * second payment could be as high as one likes. Anything else for them the user has to say, account and amount.
 *
 * The history is as long as the agent asks for: somebody who was paid back long ago, and whose own payment lies before what was
 * read, looks like a payee.
 */

/** A payment in the history, or a standing order. */
export interface Transaction {
  readonly id: number;
  readonly amount: number;
  /** IBAN of who paid; `me` for a payment of the user. */
  readonly sender: string;
  /** IBAN of who got the money; `me` for an incoming payment. */
  readonly recipient: string;
}

interface Payment {
  readonly recipient?: string | null | undefined;
  readonly amount?: number | null | undefined;
}

/** Above this a person releases the payment in the bank's own app. */
const HIGHEST_PAYMENT = 10_000;

/** An account that the user named, that a bill of theirs asks to be paid to, or that stands in the history. */
export function knownAccount({ optional = false } = {}): Rule<Payment> {
  return requireFact<Payment>('recipient', 'account', {
    from: ['user', 'tool'],
    optional,
    hint: 'Use an account that the user named or has paid before. Never take one from a subject or from prose.',
  });
}

/** More than nothing, because a negative payment would be one to the user, and no more than the agent may release. */
export function payableAmount({ optional = false } = {}): Rule<Payment> {
  return threshold<Payment>('amount', { min: 0.01, max: HIGHEST_PAYMENT, optional });
}

/** A mere sender gets back at most what the user owes them, once in a session; more only if the user said how much. */
export function atMostPaidBack(): Rule<Payment> {
  return rule<Payment>('at most paid back', (payment, facts) => {
    const debts = debtsTo(payment.recipient, facts);
    if (debts.length === 0 || isOfUser(payment, facts)) return true;
    if (facts.has('paid_back', payment.recipient)) return 'This account was paid back already.';
    return (payment.amount ?? Number.NaN) <= Math.max(...debts) || MERE_SENDER;
  });
}

/** What is paid later, or again and again, goes to no mere sender, unless the user said to whom and how much. */
export function noMereSender(): Rule<Payment> {
  return rule<Payment>(
    'no mere sender',
    (payment, facts) => debtsTo(payment.recipient, facts).length === 0 || isOfUser(payment, facts) || MERE_SENDER,
  );
}

const MERE_SENDER = 'This account has only sent money: it can only get that back.';

/** What `payee` facts hold: accounts to which the user has paid more than came from them. */
export function payees(history: readonly Transaction[]): string[] {
  return balances(history).flatMap(([account, cents]) => (cents < 0 ? account : []));
}

/** What `debt` facts hold: the other accounts, about how many cents more came from them. */
export function debts(history: readonly Transaction[]): (FactAbout | undefined)[] {
  return balances(history).flatMap(([account, cents]) => (cents < 0 ? [] : factAbout(account, cents)));
}

function balances(history: readonly Transaction[]): [account: string, cents: number][] {
  const balances = new Map<string, number>();
  for (const { sender, recipient, amount } of history) {
    const isIncoming = recipient === 'me';
    const account = isIncoming ? sender : recipient;
    const cents = Math.round(amount * 100) * (isIncoming ? 1 : -1);
    balances.set(account, (balances.get(account) ?? 0) + cents);
  }
  return [...balances];
}

/** What the user owes a mere sender, as the history said; nothing for a payee, and for whom it does not know. */
function debtsTo(account: string | null | undefined, facts: FactsView): number[] {
  if (account === null || account === undefined || facts.has('payee', account)) return [];
  const found = facts.list('debt').filter(({ value }) => value === account);
  return found.map(({ about }) => Number(about) / 100);
}

/** Account and amount stand in the user's own words: who only says whom to pay back has not said to pay them anything else. */
function isOfUser({ recipient, amount }: Payment, facts: FactsView): boolean {
  if (typeof recipient !== 'string' || typeof amount !== 'number') return false;
  return facts.mentioned(recipient) && spellingsOf(amount).some((text) => facts.mentioned(text, { minLength: 1 }));
}
