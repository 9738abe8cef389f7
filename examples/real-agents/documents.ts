import { type FactsView, type Rule, rule } from '@actguard/core';
import { isMadeHere, isPathOfUser } from './files.js';
import { MANY, onlyAddress } from './people.js';
import { hostOf } from './sites.js';
import { linksIn } from './web.js';
import { userSaid } from './words.js';

/**
 * What a document may ask for that the user sent the agent to fetch: a bill says where to pay, a handout where to read on.
 *
 * Whoever wrote the document is trusted with that one thing, and only as long as it is one: a second account number, or a
 * second link, and nobody can tell which one the user's business is and which was slipped in. Then neither is a fact.
 * Against somebody who wrote the whole document this does not help, as it does not help a person with a forged bill.
 */

const PAYEE = 'payee';
const SUM = 'sum';
const READ_ON = 'read_on';
const CONTACT = 'contact';

/** What reading a file proves about its path. */
export const documentFacts = [
  { kind: PAYEE, about: 'path' as const, extract: onlyAccount },
  { kind: SUM, about: 'path' as const, extract: sums, ...MANY },
  { kind: READ_ON, about: 'path' as const, extract: onlyLink },
  { kind: CONTACT, about: 'path' as const, extract: onlyAddress },
];

/** What a site proves that answers a form with a mail. */
export const answerFacts = [
  { kind: PAYEE, about: 'url' as const, extract: (mail: unknown) => onlyAccount(bodyOf(mail)) },
  { kind: SUM, about: 'url' as const, extract: (mail: unknown) => sums(bodyOf(mail)), ...MANY },
  { kind: CONTACT, about: 'url' as const, extract: 'sender' },
];

interface Payment {
  readonly recipient: string;
  readonly amount: number | string;
}

/** A payment that the user asked for: to an account that they said, or account and sum from one document. */
export function billedPayment(): Rule<Payment> {
  return rule<Payment>(
    'billed payment',
    ({ recipient, amount }, facts) => {
      if (userSaid(facts, recipient)) return true;
      if (!PAYING.some((word) => userSaid(facts, word))) return 'The user asked for no payment.';
      const billed = facts
        .list(PAYEE)
        .filter(({ value, about }) => value === recipient && about !== undefined && isFetched(facts, about))
        .some(({ about }) =>
          facts.list(SUM).some((sum) => sum.about === about && sum.value === moneyText(Number(amount))),
        );
      return billed || 'No bill that the user asked for says this account and this amount.';
    },
    { hint: 'Pay what one bill says, to whom it says, or ask the user for account and amount.' },
  );
}

/** Whether an address is the one link of a document that the user sent the agent to fetch. */
export function isReadOn(facts: FactsView, url: string): boolean {
  return facts.list(READ_ON).some(({ value, about = '' }) => hostOf(value) === hostOf(url) && isFetched(facts, about));
}

/** Whether an address is the only one in a file that the user named, or that of a site that answered a form of this task. */
export function isContact(facts: FactsView, address: string): boolean {
  return facts
    .list(CONTACT)
    .some(({ value, about = '' }) => value === address && (!about.startsWith('/') || isPathOfUser(facts, about)));
}

const PAYING = ['pay', 'paying', 'payment', 'bill', 'bills', 'invoice', 'fee', 'fees', 'rent', 'transfer', 'money'];

/** The document came by this task, from where the task was allowed to go, or the user named it. */
function isFetched(facts: FactsView, source: string): boolean {
  return source.startsWith('/') ? isMadeHere(facts, source) || isPathOfUser(facts, source) : true;
}

function onlyAccount(text: unknown): string[] {
  return only(textOf(text).match(/\b[A-Z]{2}\d{2}[A-Z\d]{6,30}\b/g));
}

function onlyLink(text: unknown): string[] {
  return only(linksIn(textOf(text)));
}

function sums(text: unknown): string[] {
  return (textOf(text).match(/\d[\d,]*(?:\.\d+)?/g) ?? []).map((sum) => moneyText(Number(sum.replaceAll(',', ''))));
}

/** Facts are texts or whole numbers. */
function moneyText(amount: number): string {
  return amount.toFixed(2);
}

function only(found: readonly string[] | null): string[] {
  const different = new Set(found);
  return different.size === 1 ? [...different] : [];
}

function textOf(text: unknown): string {
  return typeof text === 'string' ? text : '';
}

function bodyOf(mail: unknown): string {
  return typeof mail === 'object' && mail !== null && 'body' in mail ? textOf(mail.body) : '';
}
